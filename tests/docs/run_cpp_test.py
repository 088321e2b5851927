#!/usr/bin/env python3
"""The runner of the documentation's C++ blocks: which blocks it finds, what it makes of them, and that it can fail.

    run_cpp_test.py --compiler C++ --library LIBFIVER.SO CHECKOUT
"""
import argparse
import sys
import tempfile
import types
import unittest

import run_cpp

PAGE = """
```cpp
#include <vector>
std::vector<int> numbers{1, 2};
if (numbers.size() != 2) throw fiver::Error(fiver::ErrorKind::io, "not two");
```
```console
$ false
```
```cpp
// not run: it would fail
throw fiver::Error(fiver::ErrorKind::io, "was run");
```
"""
OPTIONS = types.SimpleNamespace()


class Runner(unittest.TestCase):
    def outcome(self, text):
        with tempfile.TemporaryDirectory() as folder:
            return run_cpp.check(OPTIONS, "page", run_cpp.page_program("page.md", list(run_cpp.blocks(text))), [], folder)

    def test_a_page_that_is_right(self):
        self.assertEqual([first for first, _ in run_cpp.blocks(PAGE)], [3, 11])
        self.assertIsNone(self.outcome(PAGE))

    def test_a_block_that_throws(self):
        self.assertIn("page.md:3: not two", self.outcome(PAGE.replace("!= 2", "!= 3")))

    def test_a_block_that_does_not_compile(self):
        self.assertIn("page.md:4:", self.outcome(PAGE.replace("std::vector<int> numbers", "std::vektor<int> numbers")))

    def test_a_block_that_is_not_run_is_compiled(self):
        self.assertIn("does not compile", self.outcome(PAGE.replace("was run\")", "was run\"")))

    def test_programs_are_told_from_pieces(self):
        self.assertTrue(run_cpp.is_program(["#include <x>", "int main(int, char** argv) {"]))
        self.assertFalse(run_cpp.is_program(["fiver::File::open(name);"]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--library", required=True)
    parser.add_argument("checkout")
    parser.parse_args(namespace=OPTIONS)
    unittest.main(argv=[sys.argv[0]])
