#!/usr/bin/env python3
"""Runs the programs of examples/: those that read on a small sample, against what h5py says of the same files; those that write on files of
their own, which h5py and the stock tools then read.

    run_examples.py --bin FOLDER_OF_PROGRAMS
"""
import argparse
import filecmp
import glob
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
LINES = 40
LONGER = {"chunk_offsets", "decode_blocks", "demo_read", "demo_write", "list_sources"}  # the demo's, and decoders written out
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

    def test_they_are_short(self):
        for path in glob.glob(os.path.join(sample.SOURCE, "examples", "*.cpp")):
            name = os.path.basename(path).removesuffix(".cpp")
            with open(path, encoding="utf-8") as file:
                lines = len(file.readlines())
            if name not in LONGER:
                self.assertLessEqual(lines, 20 if name == "read_frames" else LINES, name)

    def test_read_frames(self):
        frames, total = self.facts["shape"][0], self.facts["sum"]
        self.assertEqual(self.run_program("read_frames", self.master, DATASET), f"{frames} frames; sum in any order {total}, in order {total}\n")

    def test_demo_read(self):
        printed = self.run_program("demo_read", self.master, DATASET, "0.1")
        rate = r": \d+\.\d\d GB/s \(median \d+\.\d\d of \d+ passes\)\n"
        self.assertRegex(printed, rf"\A{self.facts['shape'][0]} frames, {self.facts['bytes'] / 1e9:.3f} GB decoded.*\n1 thread{rate}\d+ threads?{rate}"
                                  r"scaling probe: \d\.\d\d .*\n\Z")

    def test_demo_write(self):
        printed = self.run_program("demo_write", "demo", "3", "64", "128")
        self.assertRegex(printed, r"\A12 frames, 0\.002 GB, compressed and written at \d+\.\d\d GB/s\n\Z")
        self.run_program("demo_write", "demo_again", "3", "64", "128")
        self.assertEqual(filecmp.cmpfiles(self.path("demo"), self.path("demo_again"), os.listdir(self.path("demo")), shallow=False)[1:], ([], []))
        self.h5py("""
data = f["/entry/data/data"]
assert data.is_virtual and data.shape == (12, 370, 268) and data.dtype == "u2" and data.fillvalue == 65535
gaps = np.ones((370, 268), bool)
for y in range(4):
    for x in range(2):
        gaps[y * 102:y * 102 + 64, x * 140:x * 140 + 128] = False
frames = data[...]
assert ((frames == 65535) == gaps).all()
assert 0.5 < frames[:, ~gaps].mean() < 10 and len(set(f.tobytes() for f in frames)) == 12
assert (f["/entry/instrument/detector/pixel_mask"][...] & 1 == gaps).all()
assert abs(f["/entry/instrument/detector/flatfield"][...].mean() - 1) < 0.01
assert f["/entry/instrument/detector/data"] == data and f["/entry/data/omega"] == f["/entry/sample/omega"]
assert list(f["/entry/data"]) == ["data", "data_000001", "data_000002", "data_000003", "data_000004", "omega"]
assert f["/entry/data/data_000002"].chunks == (1, 370, 268) and "32008" in f["/entry/data/data_000002"]._filters
assert list(f["/entry/data"].attrs["axes"]) == ["omega", ".", "."] and f["/entry/title"].asstr()[()] == "Insulin, 0.1\\u00b0 slices (simulated)"
""", "demo/sample_master.h5")

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

    def h5py(self, code, *arguments):
        """What a script prints; `f` is the file that its first argument names."""
        text = "import sys, h5py, hdf5plugin, numpy as np\nwith h5py.File(sys.argv[1]) as f:\n" + "".join(f"    {line}\n" for line in code.splitlines())
        done = subprocess.run([sample.python(), "-c", text, *arguments], cwd=self.folder.name, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def test_pack_and_unpack(self):
        tree = os.path.join(sample.SOURCE, "tests", "common")
        os.makedirs(self.path("packed/empty/folder"))
        for path in glob.glob(os.path.join(tree, "*.*pp")):
            with open(path, "rb") as source, open(self.path("packed/" + os.path.basename(path)), "wb") as copy:
                copy.write(source.read())
        with open(self.path("packed/empty/file"), "wb"):
            pass
        self.run_program("pack", "packed.h5", "packed")
        names = self.h5py("""
for name in sorted(f):
    if isinstance(f[name], h5py.Dataset):
        assert f[name].compression == "gzip" and f[name].compression_opts == 9
        assert f[name][()].tobytes() == open("packed/" + name, "rb").read()
        print(name)
assert f["empty/file"].shape == (0,) and len(f["empty/folder"]) == 0
""", "packed.h5").split()
        self.assertEqual(names, sorted(os.path.basename(p) for p in glob.glob(os.path.join(tree, "*.*pp"))))
        self.run_program("unpack", "packed.h5", "unpacked")
        self.assertEqual(subprocess.run(["diff", "-r", "packed", "unpacked"], cwd=self.folder.name).returncode, 0)

    def test_unpack_stays_in_its_folder(self):
        subprocess.run([sample.python(), "-c", "import h5py; h5py.File('bad.h5', 'w')['../escaped'] = [1]"], cwd=self.folder.name, check=True)
        self.assertIn("leads out of the folder", self.run_program("unpack", "bad.h5", "inside", status=1))
        self.assertFalse(os.path.exists(self.path("escaped")))

    def test_write_stack(self):
        for how in ("whole", "frames", "across"):
            self.run_program("write_stack", how + ".h5", how)
            self.h5py(f"""
d = f["data"]
assert d.shape == (512,) * 3 and d.dtype == "u2" and d.compression == "gzip"
assert d.chunks == {(512, 1, 512) if how == "across" else (1, 512, 512)} and d.id.get_num_chunks() == 512
assert (d[::37] == np.arange(0, 512, 37)[:, None, None]).all() and (d[:, 511, 511] == np.arange(512)).all()
""", how + ".h5")
        self.assertTrue(filecmp.cmp(self.path("whole.h5"), self.path("frames.h5"), shallow=False))
        # 512 chunks of 3 to 4 kB each, once: chunks that were compressed again and again would have left their room behind.
        self.assertLess(os.path.getsize(self.path("across.h5")), 4 << 20)
        self.run_program("split_virtual", "frames.h5", "2")
        self.h5py("""
for i in range(2):
    d = f[f"data{i}"]
    assert d.is_virtual and d.shape == (256, 512, 512) and d.fillvalue == 65535
    assert (d[:, 5, 5] == np.arange(256) + 256 * i).all()
""", "frames.h5")
        self.assertEqual(self.run_program("make_links", "frames.h5", "data.nxs"), "2 hard links\n512 512 512 through the external link\n")
        self.h5py("""
assert f.get("entry/data/data", getlink=True).filename == "frames.h5" and f["entry/data/data"][300, 1, 2] == 300
with h5py.File("frames.h5") as g:
    assert g["entry/data/data"] == g["data"] == g["entry/data/data_link"] and h5py.h5o.get_info(g["data"].id).rc == 2
    assert g.get("entry/data/data_link", getlink=True).path == "/data"
""", "data.nxs")
        printed = self.run_program("annotate", "frames.h5", "graeme-winter")
        stamp = self.h5py("""
a = f["data"].attrs
assert (a["source"], a["author"], list(a["axes"]), list(a["pixel_size"])) == ("annotate.cpp", "graeme-winter", ["omega", "y", "x"], [75e-6] * 2)
print(a["creation-timestamp"])
""", "frames.h5").strip()
        self.assertRegex(stamp, r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
        self.assertEqual(printed, f"author: graeme-winter\naxes: omega\naxes: y\naxes: x\ncreation-timestamp: {stamp}\nsource: annotate.cpp\n")

    def test_merge_virtual(self):
        self.run_program("merge_virtual", "merged.h5")
        self.h5py("""
d = f["data"]
assert d.is_virtual and d.shape == (64, 512, 512) and len(d.virtual_sources()) == 2
assert (d[...] == np.arange(64)[:, None, None]).all()
""", "merged.h5")

    def test_direct_chunks(self):
        self.run_program("write_chunks", "chunks.h5", "40")
        listed = self.h5py("""
import zlib
for j in range(f["data"].id.get_num_chunks()):
    c = f["data"].id.get_chunk_info(j)
    mask, stored = f["data"].id.read_direct_chunk((j, 0, 0))
    assert mask == 0 and (np.frombuffer(zlib.decompress(stored), "<u2") == j).all() and (f["data"][j] == j).all()
    print(f"{j} => {c.byte_offset}:+{c.size}")
""", "chunks.h5")
        self.assertEqual(len(listed.splitlines()), 40)
        self.assertEqual(self.run_program("read_chunks", "chunks.h5"), listed)

    def test_follow(self):
        frames = 60
        writer = subprocess.Popen([os.path.join(self.programs, "follow_write"), "followed.h5", str(frames)], cwd=self.folder.name)
        try:
            while not os.path.exists(self.path("followed.h5")) or not os.path.getsize(self.path("followed.h5")):
                self.assertIsNone(writer.poll())
            reader = subprocess.Popen([os.path.join(self.programs, "follow_read"), "followed.h5", str(frames)], cwd=self.folder.name,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            first = reader.stdout.readline()
            self.assertIsNone(writer.poll(), "the reader saw nothing before the writer ended")
            rest, _ = reader.communicate(timeout=120)
            self.assertEqual(first + rest, "".join(f"frame {i}\n" for i in range(frames)))
            self.assertEqual((reader.returncode, writer.wait(timeout=60)), (0, 0))
        finally:
            writer.kill()
            writer.wait()
        self.h5py(f"assert (f['data'][...] == np.arange({frames})[:, None, None]).all() and f['data'].maxshape[0] is None", "followed.h5")

    def test_trouble_is_one_line(self):
        for program, *rest in (("list_sources",), ("walk",), ("split_virtual", "2"), ("make_links", "new.h5"), ("annotate", "me"), ("unpack", "to"), ("read_chunks",),
                               ("follow_read", "1")):
            self.assertEqual(len(self.run_program(program, "absent.h5", *rest, status=1).splitlines()), 1)
        self.assertRegex(self.run_program("walk", status=2), r"\Ausage: ")


def main():
    parser = argparse.ArgumentParser(description="Runs the programs of examples/ on a small sample.")
    parser.add_argument("--bin", required=True, help="folder of the programs")
    args, rest = parser.parse_known_args()
    Examples.programs = os.path.abspath(args.bin)
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    sys.exit(main())
