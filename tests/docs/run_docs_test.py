#!/usr/bin/env python3
"""The runner of the documentation's commands: what it takes for a match, and that it can fail."""
import os
import tempfile
import unittest

import run_docs

PAGE = """
text
```console
$ echo one; echo two
one
two
$ seq 1 \\
    100
1
...
9...
100
$ cd /
```
```cpp
$ false
```
```sh
# not run: needs a network
$ false
```
"""


class Runner(unittest.TestCase):
    def run_page(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "page.md")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            return run_docs.run_page(path, "page.md", dict(os.environ))

    def test_a_right_page(self):
        self.assertEqual(self.run_page(PAGE), (3, []))

    def test_other_output(self):
        ran, faults = self.run_page(PAGE.replace("two\n$", "too\n$"))
        self.assertEqual((ran, len(faults)), (3, 1))
        self.assertIn("page.md:4: echo one", faults[0])

    def test_a_line_that_is_missing_from_the_page(self):
        self.assertEqual(len(self.run_page(PAGE.replace("one\ntwo\n", "one\n"))[1]), 1)

    def test_a_failing_command_without_output(self):
        self.assertEqual(len(self.run_page("```console\n$ false\n```\n")[1]), 1)

    def test_errors_are_shown_as_a_terminal_would(self):
        self.assertEqual(self.run_page("```console\n$ echo oops >&2; exit 1\noops\n```\n"), (1, []))

    def test_wildcards(self):
        self.assertTrue(run_docs.matches(["a ... c", "..."], ["a b c", "x", "y"]))
        self.assertTrue(run_docs.matches(["...", "z"], ["z"]))
        self.assertFalse(run_docs.matches(["a ... c"], ["a b d"]))
        self.assertFalse(run_docs.matches(["a.c"], ["abc"]))


if __name__ == "__main__":
    unittest.main()
