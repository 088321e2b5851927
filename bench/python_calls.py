"""What a call of the Python module costs beside the same call of h5py: small reads and writes, attributes, objects, names, and many threads.

    python_calls.py MODULE ROW FOLDER          one row, in the protocol of bench/serve.h (bench/python_jobs.py has it run so)
    python_calls.py [--rounds N] [ROW ...]     all rows, or those named, fiver and h5py in turns in this process, as a table

The time of a row is that of the best of many short batches: whoever else has the processor spoils some of them, not all.
"""
import importlib
import itertools
import pathlib
import sys
import tempfile
import threading
import time
import timeit
import zlib

import numpy as np

#: row: (statement, batch). What the names in it are: class Ground.
ROWS = {
    "one of a line": "d[i]",
    "one of a plane": "p[i, 7]",
    "seven of a line": "d[3:10]",
    "row of a plane": "p[i]",
    "one of a chunked plane": "c[i, 7]",
    "corner of a chunked plane": "c[3:10, 2:5]",
    "one of a gzip plane": "z[i, 7]",
    "row of a gzip plane": "z[next(turns)]",
    "one of a file being written": "w[i]",
    "one of chunks being written": "v[i, 7]",
    "scalar": "s[()]",
    "text": "t[()]",
    "one text of many": "texts[i]",
    "small, whole": "small[...]",
    "small as an array": "np.asarray(small)",
    "attribute, number": "d.attrs['number']",
    "attribute, text": "d.attrs['text']",
    "attribute, array": "d.attrs['array']",
    "attribute there?": "'number' in d.attrs",
    "number of attributes": "len(d.attrs)",
    "all attributes": "list(d.attrs.items())",
    "dataset by path": "f['a/b/line']",
    "dataset by name": "g['line']",
    "group by name": "f['a']",
    "name there?": "'line' in g",
    "name not there?": "'lines' in g",
    "members, counted": "len(g)",
    "members, 1000, counted": "len(many)",
    "members' names": "list(g.keys())",
    "members' names, 1000": "list(many.keys())",
    "members": "list(g.items())",
    "shape": "d.shape",
    "dtype": "d.dtype",
    "length": "len(d)",
    "dimensions": "d.ndim",
    "size": "d.size",
    "chunks": "c.chunks",
    "name": "d.name",
    "open?": "bool(d)",
    "file opened": "module.File(path, 'r').close()",
    "file opened, one read": "with module.File(path, 'r') as o: o['a/b/line'][0]",
    "one written": "w[i] = 7.5",
    "seven written": "w[3:10] = seven",
    "array written": "w[...] = line",
    "attribute written": "w.attrs['x'] = 1",
    "text attribute written": "w.attrs['y'] = 'some text'",
    "group made": "n.create_group(next(names))",
    "dataset made": "n.create_dataset(next(names), data=seven)",
    "chunked dataset made": "n.create_dataset(next(names), shape=(64, 64), dtype='f4', chunks=(16, 16))",
}
SINGLE = {"file opened", "file opened, one read"}  #: rows whose last value says nothing
WRITING = {row for row, statement in ROWS.items() if " = " in statement or "create_" in statement}
FRAMES, THREADS = 64, 8


def make(folder):
    """The file that is read, written by libhdf5."""
    import h5py

    path = folder / "calls.h5"
    if path.exists():
        return path
    rng, unfinished = np.random.default_rng(5), folder / "calls.unfinished"
    with h5py.File(unfinished, "w") as file:
        group = file.create_group("a/b")
        line = group.create_dataset("line", data=np.arange(10000.0))
        line.attrs["number"], line.attrs["text"], line.attrs["array"] = 1.5, "some text", np.arange(3.0)
        for i in range(5):
            line.attrs["further %d" % i] = i
        group["plane"] = np.arange(1_000_000, dtype="u2").reshape(1000, 1000)
        group.create_dataset("chunked", data=group["plane"][...], chunks=(100, 100))
        group.create_dataset("gzip", data=rng.integers(0, 100, (1000, 1000), dtype="u2"), chunks=(1, 1000), compression="gzip")
        group["scalar"], group["text"], group["small"] = 2.5, "some text", np.arange(12.0).reshape(3, 4)
        group["texts"] = ["text number %d" % i for i in range(1000)]
        many = file.create_group("many")
        for i in range(1000):
            many.create_group("member %d" % i)
        frames = np.repeat(rng.integers(0, 100, (FRAMES, 512, 256), dtype="u2"), 2, axis=2)
        file.create_dataset("frames", data=frames, chunks=(1, 512, 512), compression="gzip", compression_opts=1)
    return unfinished.rename(path)


class Ground:
    """The objects that the statements name."""

    def __init__(self, module, path):
        self.file = module.File(path, "r")
        group = self.file["a/b"]
        self.written = pathlib.Path(tempfile.mkdtemp(dir=path.parent)) / "written.h5"
        self.new = module.File(self.written, "w")
        names = {"f": self.file, "g": group, "d": group["line"], "p": group["plane"], "c": group["chunked"], "z": group["gzip"],
                 "s": group["scalar"], "t": group["text"], "texts": group["texts"], "small": group["small"], "many": self.file["many"]}
        line = np.arange(1000.0)
        self.names = dict(names, np=np, module=module, path=str(path), n=self.new, i=5, seven=line[:7].copy(), line=line,
                          w=self.new.create_dataset("w", data=line), v=self.new.create_dataset("v", data=group["plane"][:100], chunks=(50, 100)),
                          names=map("name %d".__mod__, itertools.count()), turns=itertools.cycle(range(1000)))

    def timer(self, row):
        return timeit.Timer(ROWS[row], globals=self.names)

    def answer(self, row):
        """What the call gives, as text that must be equal; for rows that write, what is read then."""
        if row in SINGLE:
            return ""
        if row in WRITING:
            exec(ROWS[row], self.names)
            return "%r %r" % (self.names["w"][...].tolist(), dict(self.names["w"].attrs))
        found = eval(ROWS[row], self.names)
        if isinstance(found, list) and found and isinstance(found[0], tuple):
            found = [(name, getattr(value, "name", repr(value))) for name, value in found]
        return "%s %s" % (getattr(found, "dtype", ""), repr(getattr(found, "name", found)))

    def end(self):
        self.file.close()
        self.new.close()
        self.written.unlink()
        self.written.parent.rmdir()


def read_frames(data, threads):
    """All frames, each by one of the threads; the sum of their checksums."""
    turn, sums = itertools.count(), [0] * threads

    def work(k):
        while (i := next(turn)) < FRAMES:
            sums[k] += (i + 1) * zlib.crc32(data[i][::64].tobytes())

    others = [threading.Thread(target=work, args=(k,)) for k in range(1, threads)]
    for other in others:
        other.start()
    work(0)
    for other in others:
        other.join()
    return sum(sums)


def serve(check, units, run):
    print('{"check": "%d", "units": %d}' % (check, units), flush=True)
    for _ in sys.stdin:
        print('{"seconds": %.9f}' % run(), flush=True)


def serve_row(module, row, folder):
    path = make(pathlib.Path(folder))
    if row.startswith("frames by "):
        with module.File(path, "r") as file:
            data, threads = file["frames"], int(row.split()[2])

            def timed():
                start = time.perf_counter()
                read_frames(data, threads)
                return time.perf_counter() - start

            return serve(read_frames(data, threads), FRAMES, timed)
    ground = Ground(module, path)
    check = zlib.crc32(ground.answer(row).encode())
    timer = ground.timer(row)
    batch = batch_of(timer)
    serve(check, batch, lambda: min(timer.timeit(batch) for _ in range(40)))
    ground.end()


def batch_of(timer, seconds=0.0005):
    timer.timeit(3)
    return max(1, min(1000, int(seconds / (min(timer.timeit(3) for _ in range(5)) / 3))))


def table(rows, rounds):
    folder = pathlib.Path(tempfile.mkdtemp())
    path = make(folder)
    modules = [importlib.import_module(name) for name in ("fiver", "h5py")]
    print("| call | fiver, us | h5py, us | fiver : h5py |\n|---|---|---|---|")
    for row in rows:
        grounds = [Ground(module, path) for module in modules]
        answers = [ground.answer(row) for ground in grounds]
        timers = [ground.timer(row) for ground in grounds]
        batches = [batch_of(timer) for timer in timers]
        best = [float("inf")] * 2
        for _ in range(rounds):
            for k in range(2):
                best[k] = min(best[k], timers[k].timeit(batches[k]) / batches[k])
        for ground in grounds:
            ground.end()
        remark = "" if answers[0] == answers[1] else " DIFFERENT: %s, %s" % tuple(answers)
        print(f"| `{ROWS[row]}` | {best[0] * 1e6:.3g} | {best[1] * 1e6:.3g} | {best[0] / best[1]:.2f} |{remark}", flush=True)
    path.unlink()
    folder.rmdir()


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in ("fiver", "h5py"):
        serve_row(importlib.import_module(sys.argv[1]), *sys.argv[2:])
    else:
        arguments = sys.argv[1:]
        count = int(arguments.pop(arguments.index("--rounds") + 1)) if "--rounds" in arguments else 200
        table([a for a in arguments if a != "--rounds"] or list(ROWS), count)
