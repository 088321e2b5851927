#!/usr/bin/env python3
"""Runs the programs of examples/ on a small sample and holds what they print against what h5py says of the same files.

    run_examples.py --bin FOLDER_OF_PROGRAMS
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "common"))
sys.dont_write_bytecode = True
import sample  # noqa: E402

DATASET = "/entry/data/data"
LINES = 20
FACTS = """
import json, sys, h5py, hdf5plugin, numpy
with h5py.File(sys.argv[1]) as file:
    data = file["/entry/data/data"]
    chunks, objects = [], []
    for mapping in data.virtual_sources():
        first = mapping.vspace.get_select_bounds()[0][0]
        with h5py.File(mapping.file_name) as source:
            stored = source[mapping.dset_name].id
            for i in range(stored.get_num_chunks()):
                c = stored.get_chunk_info(i)
                chunks.append([first + c.chunk_offset[0], mapping.file_name, c.byte_offset, c.size])
    file.visititems(lambda name, object: objects.append("/" + name))
    print(json.dumps({"sum": int(data[...].astype(numpy.uint64).sum()), "shape": data.shape, "bytes": data.size * 2, "chunks": chunks,
                      "objects": objects,
                      "sources": [[*(int(b[0]) for b in m.vspace.get_select_bounds()), m.file_name, m.dset_name] for m in data.virtual_sources()]}))
"""


class Examples(unittest.TestCase):
    programs = None

    @classmethod
    def setUpClass(cls):
        python = sample.python()
        cls.folder = tempfile.TemporaryDirectory()
        cls.master = os.path.basename(sample.make(cls.folder.name))
        facts = subprocess.run([python, "-c", FACTS, cls.master], cwd=cls.folder.name, check=True, stdout=subprocess.PIPE)
        cls.facts = json.loads(facts.stdout)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def run_program(self, name, *arguments, status=0):
        done = subprocess.run([os.path.join(self.programs, name), *arguments], cwd=self.folder.name, text=True, timeout=300,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        return done.stdout if status == 0 else done.stderr

    def test_read_frames(self):
        with open(os.path.join(sample.SOURCE, "examples", "read_frames.cpp"), encoding="utf-8") as file:
            self.assertLessEqual(len(file.readlines()), LINES)
        frames, total = self.facts["shape"][0], self.facts["sum"]
        self.assertEqual(self.run_program("read_frames", self.master, DATASET), f"{frames} frames; sum in any order {total}, in order {total}\n")

    def test_demo_read(self):
        printed = self.run_program("demo_read", self.master, DATASET, "0.1")
        rate = r": \d+\.\d\d GB/s \(median \d+\.\d\d of \d+ passes\)\n"
        self.assertRegex(printed, rf"\A{self.facts['shape'][0]} frames, {self.facts['bytes'] / 1e9:.3f} GB decoded.*\n1 thread{rate}\d+ threads?{rate}"
                                  r"scaling probe: \d\.\d\d .*\n\Z")

    def test_list_sources(self):
        expected = "".join(f"{first} {last} {file} {name}\n" for first, last, file, name in self.facts["sources"])
        self.assertEqual(self.run_program("list_sources", self.master), expected)

    def test_list_sources_tells_what_is_missing(self):
        source = self.facts["sources"][1][2]
        away = os.path.join(self.folder.name, "away")
        os.rename(os.path.join(self.folder.name, source), away)
        try:
            printed = self.run_program("list_sources", self.master)
        finally:
            os.rename(away, os.path.join(self.folder.name, source))
        self.assertEqual(printed.splitlines()[4:], [f"missing: {source} {DATASET} (no such file)"])

    def test_chunk_offsets(self):
        lines = self.run_program("chunk_offsets", self.master, DATASET).splitlines()
        found = [re.fullmatch(r"(\d+),0,0 => (.*) (\d+):\+(\d+)", line) for line in lines[:-1]]
        places = [[int(m[1]), os.path.basename(m[2]), int(m[3]), int(m[4])] for m in found]
        self.assertEqual(places, self.facts["chunks"])
        self.assertEqual(lines[-1], f"{self.facts['bytes']} bytes decoded, 0 chunks differ")

    def test_decode_blocks(self):
        printed = self.run_program("decode_blocks", self.master, DATASET)
        self.assertRegex(printed, rf"\A{self.facts['shape'][0]} frames of [1-9]\d* blocks decoded, 0 differ\n\Z")
        refused = self.run_program("decode_blocks", self.master, "/entry/instrument/detector/flatfield", status=1)
        self.assertIn("a chunk without independent blocks", refused)

    def test_walk(self):
        lines = self.run_program("walk", self.master).splitlines()
        self.assertEqual(lines[0], "/  group")
        self.assertEqual(sorted(line.split()[0] for line in lines[1:] if not line.startswith(" ")), sorted(self.facts["objects"]))
        self.assertIn("/entry/data/data  dataset {%s} uint16" % ", ".join(map(str, self.facts["shape"])), lines)
        self.assertIn("  data_000002 -> sample_data_000002.h5 /entry/data/data", lines)
        self.assertIn("  data -> /entry/data/data", lines)

    def test_trouble_is_one_line(self):
        for program in ("list_sources", "walk"):
            self.assertEqual(len(self.run_program(program, "absent.h5", status=1).splitlines()), 1)
        self.assertRegex(self.run_program("walk", status=2), r"\Ausage: ")


def main():
    parser = argparse.ArgumentParser(description="Runs the programs of examples/ on a small sample.")
    parser.add_argument("--bin", required=True, help="folder of the programs")
    args, rest = parser.parse_known_args()
    Examples.programs = os.path.abspath(args.bin)
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    sys.exit(main())
