"""The reading jobs, with who does them and what is aimed at."""
import random

from data import HEIGHT, WIDTH
from measure import Aim, Comparison, Competitor

KEPT = {"MALLOC_TRIM_THRESHOLD_": "2000000000", "MALLOC_MMAP_THRESHOLD_": "2000000000"}


class Makers:
    """Command lines of the peers that this machine has."""

    def __init__(self, folder, peers):
        self.folder, self.peers = folder, peers

    def path(self, name):
        return self.folder / f"{name}.h5"

    def ours(self, label, job, file, dataset, *arguments, threads=1, **more):
        return [Competitor(label, [self.peers["ours"], job, threads, self.path(file), dataset, *arguments], **more)]

    def library(self, job, file, dataset, *arguments, which=("old", "new"), cache=0, kept=False, suffix="", **more):
        names = {"old": "C1.10", "new": "C2.2"}
        return [Competitor(names[one] + suffix, [self.peers[one], job, cache, self.path(file), dataset, *arguments],
                           KEPT if kept else {}, **more) for one in which if self.peers.get(one)]

    def expert(self, label, kind, threads, file, *arguments, **more):
        if not self.peers.get("expert"):
            return []
        return [Competitor(label, [self.peers["expert"], kind, threads, self.path(file), "data", *arguments], **more)]

    def python(self, label, who, job, file, dataset, *arguments, **more):
        return [Competitor(label, [*self.peers["python"], who, job, self.path(file), dataset, *arguments], **more)]

    def numbers(self, name, rows):
        path = self.folder / f"{name}.txt"
        path.write_text("\n".join(" ".join(map(str, row)) for row in rows) + "\n")
        return path


def frames(m):
    """Job 2."""
    all_frames, frame_bytes = (0, 120), HEIGHT * WIDTH * 2
    yield Comparison(2, "frames, 4M u16, bitshuffle-LZ4", [
        *m.ours("ours 1", "chunks", "u16", "data"),
        *m.ours("ours 2", "chunks", "u16", "data", threads=2),
        *m.ours("ours 1 read", "frames", "u16", "data", *all_frames),
        *m.ours("ours 2 read", "frames", "u16", "data", *all_frames, threads=2),
        *m.ours("ours 2 read, 8 together", "frames_in_groups", "u16", "data", *all_frames, threads=2),
        *m.ours("ours frames()", "frames_ahead", "u16", "data", *all_frames),
        *m.expert("Xp 1", "Xp", 1, "u16"), *m.expert("Xp 2", "Xp", 2, "u16"), *m.expert("Xp 1 in memory", "Xp", 1, "u16", "memory"),
        *m.expert("X 1", "X", 1, "u16"), *m.expert("X 2", "X", 2, "u16"),
        *m.library("frames", "u16", "data", *all_frames),
        *m.library("frames", "u16", "data", *all_frames, cache=64, kept=True, suffix="+m"),
        *m.python("h5py", "h5py", "frames", "u16", "data", *all_frames),
    ], [Aim("ours 2", "C2.2", 10), Aim("ours 2", "C2.2+m", 4), Aim("ours 2", "X 2", 2), Aim("ours 2", "Xp 2", 0.97), Aim("ours 1", "Xp 1", 0.97),
        Aim("ours 1 read", "Xp 1", 0.97), Aim("ours 2 read, 8 together", "Xp 2", 0.97), Aim("Xp 1", "Xp 1 in memory", 0.85)],
        "GB/s", frame_bytes,
        note="ours N: for_each_chunk, each thread decoding into its buffer, as X and Xp do. ours N read: a read a frame. Xp must reach 85 % of its "
             "codec in memory, else its ratio is void.")
    for file, title, size in (("u8", "u8", 1), ("u32", "u32", 4), ("zstd", "u16, bitshuffle-zstd", 2)):
        some = (0, 40)
        experts = [] if file == "zstd" else m.expert("X 1", "X", 1, file) + m.expert("X 2", "X", 2, file) + m.expert(
            "Xp 1", "Xp", 1, file) + m.expert("Xp 2", "Xp", 2, file)
        yield Comparison(2, f"frames, 4M {title}", [
            *m.ours("ours 1", "chunks", file, "data"), *m.ours("ours 2", "chunks", file, "data", threads=2), *experts,
            *m.library("frames", file, "data", *some), *m.library("frames", file, "data", *some, cache=64, kept=True, suffix="+m"),
        ], [Aim("ours 2", "C2.2", 10), Aim("ours 2", "C2.2+m", 4)] + ([] if file == "zstd" else [
            Aim("ours 2", "X 2", 2), Aim("ours 2", "Xp 2", 0.97), Aim("ours 1", "Xp 1", 0.97)]), "GB/s", HEIGHT * WIDTH * size)
    yield Comparison(2, "frames, 4M u16 read as int32", [
        *m.ours("ours 1", "frames", "u16", "data", 0, 40, "int32"), *m.ours("ours 2", "frames", "u16", "data", 0, 40, "int32", threads=2),
        *m.ours("ours 2, 8 together", "frames_in_groups", "u16", "data", 0, 40, "int32", threads=2),
        *m.library("frames", "u16", "data", 0, 40, "int32"), *m.library("frames", "u16", "data", 0, 40, "int32", cache=64, kept=True, suffix="+m"),
    ], [Aim("ours 2, 8 together", "C2.2", 10), Aim("ours 2, 8 together", "C2.2+m", 4)], "GB/s", frame_bytes)


def gzip_frames(m):
    """Job 3."""
    whole = ("gzip", "data", 0, 512)
    yield Comparison(3, "frames, 512 x 512 u16, gzip", [
        *m.ours("ours 1", "chunks", "gzip", "data"), *m.ours("ours 2", "chunks", "gzip", "data", threads=2),
        *m.ours("ours 1 read", "frames", *whole), *m.ours("ours 2 read, 8 together", "frames_in_groups", *whole, threads=2),
        *m.ours("ours 2 slice", "slice", *whole, threads=2),
        *m.expert("Xd 1", "Xd", 1, "gzip"), *m.expert("Xd 2", "Xd", 2, "gzip"),
        *m.library("frames", *whole), *m.python("hidefix", "hidefix", "frames", *whole), *m.python("h5py", "h5py", "frames", *whole),
    ], [Aim("ours 2", "C2.2", 6), Aim("ours 1", "Xd 1", 1.1), Aim("ours 2", "Xd 2", 1.1), Aim("ours 1", "hidefix", 1.2)], "GB/s", 512 * 512 * 2)


def slow_axis(m):
    """Job 5."""
    everything, some = ("gzip", "data", 0, 512), ("gzip", "data", 7, 2)
    yield Comparison(5, "all slices [:, y, :] of gzip frames", [
        *m.ours("ours 2, read whole first", "columns_at_once", *everything, threads=2),
        *m.ours("ours 1, read whole first", "columns_at_once", *everything),
        *m.ours("ours 2, slice by slice", "columns", *some, threads=2, group="some"),
        *m.library("columns", *everything, cache=400, suffix=" 400 MB cache"),
        *m.library("columns", *some, suffix=" default", group="some"),
    ], [Aim("ours 2, read whole first", "C2.2 400 MB cache", 5), Aim("ours 2, read whole first", "C2.2 default", 500),
        Aim("ours 2, slice by slice", "C2.2 400 MB cache", 5)], "ms",
        note="A unit is a slice. Default caches and ours slice by slice: 2 slices of the 512.")
    one = ("gzip", "data", 100, 1)
    yield Comparison(5, "one cold slice [:, y, :]", [
        *m.ours("ours 2", "cold_columns", *one, threads=2), *m.ours("ours 1", "cold_columns", *one),
        *m.library("cold_columns", *one), *m.python("h5py", "h5py", "cold_columns", *one),
    ], [Aim("ours 2", "C2.2", 8)], "ms")


def points(m):
    """Job 6."""
    pick = random.Random(6)
    gaps = 1028, 1040  # masked columns, all alike
    def pixel(number_of_frames, height, width):
        return pick.randrange(number_of_frames), pick.randrange(height), pick.randrange(width)
    few = m.numbers("pixels120", [(f, *pixel(1, HEIGHT, gaps[0])[1:]) for f in pick.sample(range(120), 120)])
    many = m.numbers("pixels10000", [pixel(120, HEIGHT, WIDTH) for _ in range(10_000)])
    yield Comparison(6, "120 pixels, one in each bitshuffle-LZ4 4M frame", [
        *m.ours("ours 1", "pixels", "u16", "data", few), *m.ours("ours 2", "pixels", "u16", "data", few, threads=2), *m.expert("walk", "walk", 1, "u16", few),
        *m.library("pixels", "u16", "data", few), *m.python("h5py", "h5py", "pixels", "u16", "data", few),
    ], [Aim("ours 1", "C1.10", 20), Aim("ours 1", "C2.2", 60), Aim("ours 1", "walk", 2)])
    yield Comparison(6, "10,000 pixels of 120 such frames", [
        *m.ours("ours 1", "pixels", "u16", "data", many), *m.ours("ours 1, all in one read", "pixels_at_once", "u16", "data", many),
        *m.ours("ours 2, all in one read", "pixels_at_once", "u16", "data", many, threads=2), *m.expert("walk", "walk", 1, "u16", many),
        *m.library("pixels", "u16", "data", few, group="few"),
    ], [Aim("ours 1", "walk", 10), Aim("ours 2, all in one read", "C1.10", 10)], note="libhdf5: 120 pixels of the comparison before.")
    regions = m.numbers("regions_u16", [(pick.randrange(112), 8, pick.randrange(HEIGHT - 32), pick.randrange(WIDTH - 32)) for _ in range(20)])
    yield Comparison(6, "20 regions of 8 x 32 x 32, bitshuffle-LZ4", [
        *m.ours("ours 1", "regions", "u16", "data", regions), *m.ours("ours 2", "regions", "u16", "data", regions, threads=2),
        *m.library("regions", "u16", "data", regions),
    ], [Aim("ours 1", "C1.10", 20), Aim("ours 1", "C2.2", 60)])
    some = m.numbers("pixels_gzip", [pixel(512, 512, 512) for _ in range(400)])
    lots = m.numbers("pixels_gzip10000", [pixel(512, 512, 512) for _ in range(10_000)])
    yield Comparison(6, "400 pixels of gzip frames", [
        *m.ours("ours 1", "pixels", "gzip", "data", some), *m.ours("ours 1, all in one read", "pixels_at_once", "gzip", "data", some),
        *m.library("pixels", "gzip", "data", some), *m.python("hidefix", "hidefix", "pixels", "gzip", "data", some),
        *m.python("h5py", "h5py", "pixels", "gzip", "data", some),
        *m.ours("ours 2, 10,000 in one read", "pixels_at_once", "gzip", "data", lots, threads=2, group="lots"),
    ], [Aim("ours 1", "C2.2", 4), Aim("ours 1", "hidefix", 1.2), Aim("ours 2, 10,000 in one read", "C2.2", 10)])
    regions = m.numbers("regions_gzip", [(pick.randrange(480), 16, pick.randrange(480), pick.randrange(480)) for _ in range(25)])
    yield Comparison(6, "25 regions of 16 x 32 x 32, gzip", [
        *m.ours("ours 1", "regions", "gzip", "data", regions), *m.ours("ours 2", "regions", "gzip", "data", regions, threads=2),
        *m.library("regions", "gzip", "data", regions),
    ], [Aim("ours 1", "C2.2", 4)])


def virtual(m):
    """Job 7."""
    whole = (0, 4000)
    by_files = []
    for files in (4, 40, 400):
        by_files += m.ours(f"ours 1, {files} files", "open_frame", f"virtual{files}", "joined", *whole, group=str(files))
        by_files += m.library("open_frame", f"virtual{files}", "joined", *whole, suffix=f" {files} files", group=str(files))
    yield Comparison(7, "virtual, 4000 frames of 256 x 256 one by one", [
        *m.ours("ours 1, a source itself", "open_frame", "source4_000", "data", 0, 1000, group="source"), *by_files,
    ], [Aim(f"ours 1, {files} files", "ours 1, a source itself", 0.91) for files in (4, 40, 400)] + [
        Aim("ours 1, 400 files", "ours 1, 4 files", 0.83), Aim("ours 1, 4 files", "C2.2 4 files", 1), Aim("ours 1, 400 files", "C2.2 400 files", 1)],
        most_memory={"ours 1, 400 files": 100},
        note="The file is opened anew for each pass: C2.2 keeps up to 8 MB of decoded chunks of each source, else all of 400 small ones.")
    for files in (4, 400):
        name = f"virtual{files}"
        yield Comparison(7, f"virtual, all 4000 frames in one read, {files} files", [
            *m.ours("ours 1", "open_slice", name, "joined", *whole), *m.ours("ours 2", "open_slice", name, "joined", *whole, threads=2),
            *m.ours("ours 2, a source itself", "open_slice", "source4_000", "data", 0, 1000, threads=2, group="source"),
            *m.library("open_slice", name, "joined", *whole),
        ], [Aim("ours 2", "ours 2, a source itself", 0.91)])
    part = (0, 1000)
    yield Comparison(7, "virtual, 4 files interleaved, 1000 frames in one read", [
        *m.ours("ours 1", "open_slice", "virtual4", "interleaved", *part), *m.ours("ours 2", "open_slice", "virtual4", "interleaved", *part, threads=2),
        *m.library("open_slice", "virtual4", "interleaved", *part, most_rounds=1),
    ], [Aim("ours 2", "C2.2", 100)], note="1000 of the 4000 frames, for libhdf5's sake: one pass of it.")
    yield Comparison(7, "virtual, 4 files interleaved, 4000 frames in one read", [
        *m.ours("ours 1", "open_slice", "virtual4", "interleaved", *whole), *m.ours("ours 2", "open_slice", "virtual4", "interleaved", *whole, threads=2),
        *m.ours("ours 2, joined", "open_slice", "virtual4", "joined", *whole, threads=2, group="joined"),
    ], [Aim("ours 2", "ours 2, joined", 0.83)])
    yield Comparison(7, "virtual, 400 files: open, first frame, close", [
        *m.ours("ours 1", "open_frame", "virtual400", "joined", 0, 1), *m.library("open_frame", "virtual400", "joined", 0, 1),
    ], [Aim("ours 1", "C2.2", 1)])
    yield Comparison(7, "virtual, 32 modules, 500 frames one by one", [
        *m.ours("ours 1", "open_frame", "modules", "joined", 0, 500), *m.ours("ours 2, 8 together", "frames_in_groups", "modules", "joined", 0, 500, threads=2),
        *m.library("open_frame", "modules", "joined", 0, 500),
    ], [Aim("ours 1", "C2.2", 1)])


def objects(m):
    """Jobs 8 and 9."""
    pick = random.Random(8)
    for form in ("old", "new"):
        flat, deep = f"objects_{form}", f"nested_{form}"
        listed = m.numbers("by_name", [(n,) for n in pick.sample(range(100_000), 2000)])
        yield Comparison(8, f"names of 100k objects in one group, {form} format", [
            *m.ours("ours", "names", flat, "/level"), *m.library("names", flat, "/level"), *m.python("h5py", "h5py", "names", flat, "/level"),
        ], [Aim("ours", "C2.2", 2)], "ms")
        yield Comparison(8, f"visit of 100k objects in one group, {form} format", [
            *m.ours("ours", "visit", flat, "/"), *m.library("visit", flat, "/"),
        ], [Aim("ours", "C2.2", 10)], "ms")
        yield Comparison(8, f"visit of 100k objects nested 10 deep, {form} format", [
            *m.ours("ours", "visit", deep, "/"), *m.library("visit", deep, "/"),
        ], [Aim("ours", "C2.2", 10)], "ms")
        yield Comparison(8, f"2000 of 100k objects opened by name and read, {form} format", [
            *m.ours("ours", "by_name", flat, "/level", listed), *m.library("by_name", flat, "/level", listed),
        ], [Aim("ours", "C2.2", 5)])
    for form in ("old", "new"):
        file = f"attributes_{form}"
        yield Comparison(9, f"1M attributes of 10k groups read, {form} format", [
            *m.ours("ours", "attributes", file, "/"), *m.library("attributes", file, "/"),
        ], [Aim("ours", "C2.2", 8)], "s")


def tables(m):
    """Jobs 11 and 12."""
    yield Comparison(11, "1M strings of variable length", [
        *m.ours("ours 1", "strings", "strings", "data"), *m.ours("ours 2", "strings", "strings", "data", threads=2),
        *m.library("strings", "strings", "data"), *m.python("h5py", "h5py", "strings", "strings", "data"),
    ], [Aim("ours 2", "C2.2", 3), Aim("ours 2", "h5py", 10)], "ms")
    for name, least in (("plain", 2), ("filtered", 5)):
        yield Comparison(12, f"one column of 8M rows of 30 bytes, {name}", [
            *m.ours("ours 1", "member", "table", name, "x"), *m.ours("ours 2", "member", "table", name, "x", threads=2),
            *m.library("member", "table", name, "x"),
        ], [Aim("ours 2", "C2.2", least)], "ms")


def opening(m):
    """Job 15."""
    yield Comparison(15, "open, one attribute, close", [
        *m.ours("ours", "open_attribute", "small", "entry", "version", 1000), *m.library("open_attribute", "small", "entry", "version", 1000),
        *m.python("h5py", "h5py", "open_attribute", "small", "entry", "version", 1000),
    ], [Aim("ours", "C2.2", 4)])
    yield Comparison(15, "ten external links to a number each", [
        *m.ours("ours", "external_links", "small", "entry"), *m.library("external_links", "small", "entry"),
    ], [Aim("ours", "C2.2", 4)])
    for count, least in ((400, 1), (10_000, 6)):
        file = f"mapped{count}"
        yield Comparison(15, f"virtual of {count} mappings: open, one frame, close", [
            *m.ours("ours", "open_frame", file, "data", count // 2, 1), *m.library("open_frame", file, "data", count // 2, 1),
        ], [Aim("ours", "C2.2", least)], "ms")


def chunk_maps(m):
    """Job 16."""
    pick = random.Random(16)
    for size, count in (("100k", 100_000), ("1m", 1_000_000)):
        for index in ("btree1", "fixed", "extensible", "btree2"):
            file, step = f"chunks{size}" + ("" if index == "btree1" else ".new"), 2 if index == "btree2" else 4
            yield Comparison(16, f"chunk map, {size}, {index}", [
                *m.ours("ours", "chunk_map", file, index), *m.library("chunk_map", file, index, which=("new",)),
            ], [Aim("ours", "C2.2", 2)], "ms")
            if size == "1m":
                continue
            lots = m.numbers(f"chunks_{index}", [(pick.randrange(count) * step,) for _ in range(10_000)])
            few = m.numbers(f"chunks_{index}_few", [(pick.randrange(count) * step,) for _ in range(20)])
            yield Comparison(16, f"chunk at a coordinate, {size}, {index}", [
                *m.ours("ours", "chunk_at", file, index, lots), *m.ours("ours, 20 calls", "chunk_at", file, index, few, group="few"),
                *m.library("chunk_at", file, index, few, group="few"),
            ], [Aim("ours", "C2.2", 1000)], most_time={"ours": 1.0})


def comparisons(folder, peers):
    m = Makers(folder, peers)
    return [comparison for job in (frames, gzip_frames, slow_axis, points, virtual, objects, tables, opening, chunk_maps) for comparison in job(m)]
