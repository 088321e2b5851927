#!/usr/bin/env python3
"""The layer checker itself: on a small made-up checkout it lets the right includes pass and names each wrong one."""
import os
import tempfile
import unittest

import check_layers

TABLE = """
| folder | holds | may include |
|---|---|---|
| `include/fiver/values/` | values | std |
| `include/fiver/` | faces | values |
| `src/base/` | cursors | values |
| `src/format/` | structures | base |
| `src/io/` | storage | base |
| `tools/common/` | shared | include/fiver |
| `tools/<verb>/` | verbs | include/fiver, common |
| `tools/` | entry | tools/common, tools/<verb> |
| `tests/` | tests | anything |
"""


class Checker(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.put("ARCHITECTURE.md", TABLE)
        self.put("include/fiver/values/address.hpp", "#include <vector>\n")
        self.put("include/fiver/file.hpp", '#include "fiver/values/address.hpp"\n')
        self.put("src/base/decoder.hpp", '#include "fiver/values/address.hpp"\n')
        self.put("src/io/storage.hpp", '#include "base/decoder.hpp"\n')
        self.put("tools/common/print.hpp", '#include "fiver/file.hpp"\n')
        self.put("tools/ls/ls.hpp", '#include "common/print.hpp"\n')

    def put(self, path, text):
        full = os.path.join(self.folder.name, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)

    def faults(self):
        return check_layers.check(self.folder.name)[0]

    def test_right_includes_pass_directly_and_through_others(self):
        self.put("src/format/link.cpp", '#include "base/decoder.hpp"\n#include "fiver/values/address.hpp"\n#include <map>\n')
        self.assertEqual(self.faults(), [])

    def assert_one_fault(self, path, include, part):
        self.put(path, include + "\n")
        faults = self.faults()
        self.assertEqual(len(faults), 1, faults)
        self.assertIn(part, faults[0])

    def test_sideways(self):
        self.assert_one_fault("src/format/link.cpp", '#include "io/storage.hpp"', "src/format/link.cpp:1: src/format may not include")

    def test_upwards(self):
        self.assert_one_fault("src/base/encoder.cpp", '  #  include "io/storage.hpp"', "src/base may not include")

    def test_the_public_faces_are_not_for_the_layers_below(self):
        self.assert_one_fault("src/base/encoder.cpp", "#include <fiver/file.hpp>", "include/fiver")

    def test_tools_see_public_headers_only(self):
        self.assert_one_fault("tools/ls/main.cpp", '#include "base/decoder.hpp"', "tools/<verb> may not include")

    def test_verbs_do_not_see_each_other(self):
        self.assert_one_fault("tools/cat/main.cpp", '#include "ls/ls.hpp"', "tools/<verb> may not include")

    def test_the_entry_sees_all_verbs(self):
        self.put("tools/main.cpp", '#include "ls/ls.hpp"\n#include "common/print.hpp"\n')
        self.assertEqual(self.faults(), [])

    def test_climbing(self):
        self.assert_one_fault("src/io/posix.cpp", '#include "../base/decoder.hpp"', "climbs out")

    def test_a_folder_without_a_row(self):
        self.assert_one_fault("src/magic/magic.hpp", "", "not in ARCHITECTURE.md's table")

    def test_a_row_that_names_nothing(self):
        self.put("ARCHITECTURE.md", TABLE.replace("| base |", "| bass |", 1))
        with self.assertRaises(SystemExit):
            self.faults()


if __name__ == "__main__":
    unittest.main()
