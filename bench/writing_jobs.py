"""The writing jobs: each pass makes its file anew, in the page cache; what was written is read back by libhdf5 before anything is timed."""
from data import HEIGHT, WIDTH
from jobs import KEPT
import following
from measure import Aim, Comparison, Competitor


class Writers:
    """Command lines of those that write, with what reads their files for the check."""

    def __init__(self, folder, target, peers):
        self.folder, self.target, self.peers = folder, target, peers
        self.number = 0

    def competitor(self, label, before, after, check, environment=None, **more):
        self.number += 1
        output = self.target / f"{self.number}.h5"
        reader = self.peers.get("new") or self.peers.get("old")
        read = [reader, check[0], 400, output, *check[1:]] if reader else None
        return [Competitor(label, [*before, output, *after], environment or {}, output=output, reader=read, **more)]

    def ours(self, label, job, check, dataset, *arguments, threads=2, **more):
        return self.competitor(label, [self.peers["ours"], job, threads], [dataset, *arguments], check, **more)

    def library(self, job, check, dataset, *arguments, cache=0, suffix="", kept=False, **more):
        if not self.peers.get("writer"):
            return []
        return self.competitor("C2.2" + suffix, [self.peers["writer"], job, cache], [dataset, *arguments], check, KEPT if kept else {}, **more)

    def expert(self, label, kind, threads, check, *arguments, **more):
        if not self.peers.get("expert_writer"):
            return []
        return self.competitor(label, [self.peers["expert_writer"], kind, threads], ["data", *arguments], check, **more)

    def python(self, label, job, check, dataset, *arguments, **more):
        return self.competitor(label, [*self.peers["python"], "h5py", job], [dataset, *arguments], check, **more)

    def input(self, name):
        return self.folder / f"{name}.h5"


def frames(w):
    """Jobs 1 and 3."""
    count, kept = 120, 16
    check, source = ("frames", "data", 0, count), w.input("u16")
    given = (source, count, kept, 0, "bitshuffle-lz4")
    expert = (source, count, kept)
    yield Comparison(1, "write frames, 4M u16, bitshuffle-LZ4", [
        *w.ours("ours 1", "write_frames", check, "data", *given, threads=1),
        *w.ours("ours 2", "write_frames", check, "data", *given),
        *w.ours("ours 2, 8 together", "write_frames", check, "data", *given, "together=8"),
        *w.ours("ours, 2 callers", "write_frames", check, "data", *given, "callers=2"),
        *w.ours("ours 2, full", "write_frames", check, "data", *given, "full=1"),
        *w.expert("Xk 1", "Xk", 1, check, *expert), *w.expert("Xk 2", "Xk", 2, check, *expert), *w.expert("Xk 2 in memory", "Xk", 2, check, *expert, "memory", group="none"),
        *w.expert("X 1", "X", 1, check, *expert), *w.expert("X 2", "X", 2, check, *expert),
        *w.library("write_frames", check, "data", *given), *w.library("write_frames", check, "data", *given, cache=64, kept=True, suffix="+m"),
        *w.library("write_frames", check, "data", *given, "full=1", suffix=" + fdatasync"),
    ], [Aim("ours 2", "C2.2", 4.5), Aim("ours 2", "C2.2+m", 2.2), Aim("ours 2", "Xk 2", 1.05), Aim("ours 2, 8 together", "Xk 2", 1.05),
        Aim("ours, 2 callers", "Xk 2", 1.05), Aim("ours 1", "Xk 1", 1.05), Aim("ours 2, full", "C2.2 + fdatasync", 1)],
        "GB/s", HEIGHT * WIDTH * 2, note="One caller writes frame by frame, or 8 in a call. full: on the disk at the end of close.")
    count, kept = 512, 128
    check, source = ("frames", "data", 0, count), w.input("gzip")
    given = (source, count, kept, 0, "gzip=4")
    yield Comparison(3, "write frames, 512 x 512 u16, gzip", [
        *w.ours("ours 1", "write_frames", check, "data", *given, threads=1),
        *w.ours("ours 2", "write_frames", check, "data", *given),
        *w.ours("ours 2, 8 together", "write_frames", check, "data", *given, "together=8"),
        *w.expert("Xd 1", "Xd", 1, check, source, count, kept), *w.expert("Xd 2", "Xd", 2, check, source, count, kept),
        *w.library("write_frames", check, "data", *given, most_rounds=2),
    ], [Aim("ours 2", "C2.2", 3.2), Aim("ours 2", "Xd 2", 1.05), Aim("ours 2, 8 together", "Xd 2", 1.05), Aim("ours 1", "Xd 1", 1.05)],
        "GB/s", 512 * 512 * 2, most_size=("ours 2", "C2.2", 1.01))


def slow_axis(w):
    """Job 4."""
    for file, title, tuned in (("steps", "constant frames", 4), ("gzip", "noise", 2.5)):
        check, given = ("frames", "data", 0, 512), (w.input(file), 512, 512)
        few = ("frames", "data", 0, 3)
        yield Comparison(4, f"512 frames of 512 x 512 u16 into chunks (512, 1, 512), gzip, {title}", [
            *w.ours("ours, chunks (1, 512, 512)", "write_frames", check, "data", *given, 0, "gzip=4"),
            *w.ours("ours", "write_frames", check, "data", *given, 1, "gzip=4"),
            *w.ours("ours, 64 MB", "write_frames", check, "data", *given, 1, "gzip=4", "budget=64"),
            *w.library("write_frames", check, "data", *given, 1, "gzip=4", cache=400, suffix=" 400 MB cache", most_rounds=2),
            *w.library("write_frames", few, "data", *given, 1, "gzip=4", 3, suffix=" default", group="few", most_rounds=1),
        ], [Aim("ours", "C2.2 400 MB cache", tuned), Aim("ours", "C2.2 default", 1500), Aim("ours", "ours, chunks (1, 512, 512)", 1 / 1.3),
            Aim("ours, 64 MB", "ours, chunks (1, 512, 512)", 1 / 5)], "ms",
            note="A unit is a frame. With its default cache libhdf5 writes 3 of the 512 frames.")
        yield Comparison(4, f"the same with bitshuffle-LZ4, {title}", [
            *w.ours("ours, chunks (1, 512, 512)", "write_frames", check, "data", *given, 0, "bitshuffle-lz4"),
            *w.ours("ours", "write_frames", check, "data", *given, 1, "bitshuffle-lz4"),
            *w.ours("ours, 64 MB", "write_frames", check, "data", *given, 1, "bitshuffle-lz4", "budget=64"),
            *w.library("write_frames", check, "data", *given, 1, "bitshuffle-lz4", cache=400, suffix=" 400 MB cache", most_rounds=2),
        ], [Aim("ours", "C2.2 400 MB cache", tuned), Aim("ours", "ours, chunks (1, 512, 512)", 1 / 1.3),
            Aim("ours, 64 MB", "ours, chunks (1, 512, 512)", 1 / 5)], "ms")


def small_things(w):
    """Jobs 9 and 11."""
    check = "attributes", "/"
    yield Comparison(9, "write 1M attributes of 10k groups", [
        *w.ours("ours", "write_attributes", check, "/", 10_000, 100), *w.library("write_attributes", check, "/", 10_000, 100),
    ], [Aim("ours", "C2.2", 5)], "s")
    check = "strings", "data"
    for appends in (1, 64):
        title = "write 1M strings of variable length" + (f" in {appends} appends" if appends > 1 else "")
        yield Comparison(11, title, [
            *w.ours("ours", "write_strings", check, "data", w.input("strings"), appends),
            *w.library("write_strings", check, "data", w.input("strings"), appends),
            *(w.python("h5py", "write_strings", check, "data", w.input("strings"), appends)),
        ], [Aim("ours", "C2.2", 3), Aim("ours", "h5py", 10)], "ms")


def stored_chunks(w):
    """Jobs 13 (without followers) and 17."""
    for count, size, title in ((100_000, 1000, "1 kB"), (100_000, 4000, "4 kB"), (5000, 70_000, "70 kB"), (60, 5_000_000, "5 MB")):
        check = "frames", "data", 0, count
        yield Comparison(17, f"ready-made chunks of {title}", [
            *w.ours("ours", "write_chunks", check, "data", count, size), *w.ours("ours, 2 callers", "write_chunks", check, "data", count, size, "callers=2"),
            *w.ours("ours, 4 callers", "write_chunks", check, "data", count, size, "callers=4"),
            *w.library("write_chunks", check, "data", count, size),
        ], [Aim("ours", "C2.2", 2)])
    count, height, width = 5000, 144, 240
    check = "frames", "data", 0, count
    yield Comparison(13, "SWMR: frames of 69 kB appended, each flushed", [
        *w.ours("ours", "append_frames", check, "data", count, height, width), *w.library("append_frames", check, "data", count, height, width),
        *w.python("h5py", "append_frames", check, "data", count, height, width),
    ], [Aim("ours", "h5py", 3), Aim("ours", "C2.2", 1)])


def comparisons(folder, target, peers):
    target.mkdir(exist_ok=True)
    w = Writers(folder, target, peers)
    found = [comparison for job in (frames, slow_axis, small_things, stored_chunks) for comparison in job(w)]
    return [*found, following.comparison(target, peers)]
