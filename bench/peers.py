"""The Python peers in the protocol of bench/serve.h: h5py, hidefix.

    peers.py WHO JOB FILE DATASET [ARGS]
"""
import sys
import time
import zlib

import numpy as np


def piece_sum(index, array):
    return (index + 1) * zlib.crc32(np.ascontiguousarray(array).view(np.uint8).reshape(-1))


def numbers(path, columns):
    return np.loadtxt(path, dtype=np.int64, ndmin=2).reshape(-1, columns).tolist()


def serve(run, units):
    print('{"check": "%d", "units": %d}' % (run(True) % 2**64, units), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        run(False)
        print('{"seconds": %.9f}' % (time.perf_counter() - start), flush=True)


class H5py:
    """As an h5py user writes it; buffers used again where the interface allows it."""

    def __init__(self, path, name):
        import h5py
        import hdf5plugin  # noqa: F401  registers its filters
        self.h5py, self.path, self.name = h5py, path, name

    def open(self):
        return self.h5py.File(self.path, "r")

    def frames(self, first, count):
        data, first, count = self.open()[self.name], int(first), int(count)
        def run(checked):
            total = 0
            for i in range(first, first + count):
                frame = data[i]
                if checked:
                    total += piece_sum(i, frame)
            return total
        return run, count

    def frames_direct(self, first, count):
        data, first, count = self.open()[self.name], int(first), int(count)
        frame = np.empty(data.shape[1:], data.dtype)
        def run(checked):
            total = 0
            for i in range(first, first + count):
                data.read_direct(frame, np.s_[i])
                if checked:
                    total += piece_sum(i, frame)
            return total
        return run, count

    def cold_columns(self, first, count):
        first, count = int(first), int(count)
        def run(checked):
            total = 0
            with self.open() as file:
                for y in range(first, first + count):
                    column = file[self.name][:, y:y + 1, :]
                    if checked:
                        total += piece_sum(y, column)
            return total
        return run, count

    def pixels(self, path):
        points = numbers(path, 3)
        def run(checked):
            with self.open() as file:
                data = file[self.name]
                return sum((i + 1) * int(data[f, y, x]) for i, (f, y, x) in enumerate(points))
        return run, len(points)

    def names(self):
        def run(checked):
            with self.open() as file:
                return sum(zlib.crc32(name.encode()) for name in file[self.name])
        return run, 1

    def strings(self):
        def run(checked):
            with self.open() as file:
                texts = file[self.name][...]
            return sum((i + 1) * zlib.crc32(text) for i, text in enumerate(texts)) if checked else 0
        return run, 1

    def write_strings(self, source, appends):
        appends = int(appends)
        with self.h5py.File(source, "r") as file:
            texts = file["data"].asstr()[...]
        each = len(texts) // appends
        def run(checked):
            with self.h5py.File(self.path, "w") as file:
                text = self.h5py.string_dtype()
                if appends == 1:
                    file.create_dataset(self.name, data=texts, dtype=text)
                    return 0
                data = file.create_dataset(self.name, (0,), text, maxshape=(None,), chunks=(each,))
                for i in range(appends):
                    data.resize(((i + 1) * each,))
                    data[i * each:] = texts[i * each:(i + 1) * each]
            return 0
        return run, 1

    def append_frames(self, count, height, width):
        count, height, width = int(count), int(height), int(width)
        def run(checked):
            with self.h5py.File(self.path, "w", libver="latest") as file:
                data = file.create_dataset(self.name, (0, height, width), "u2", maxshape=(None, height, width), chunks=(1, height, width))
                file.swmr_mode = True
                frame = np.full((height, width), 3, "u2")
                for i in range(count):
                    frame[0, 0] = i % 65536
                    data.resize(i + 1, axis=0)
                    data[i] = frame
                    data.flush()
            return 0
        return run, count

    def open_attribute(self, attribute, count):
        count = int(count)
        def run(checked):
            total = 0
            for _ in range(count):
                with self.open() as file:
                    total += int(file[self.name].attrs[attribute])
            return total
        return run, count


class Hidefix:
    """Its index is made once; reads go to its own decoder."""

    def __init__(self, path, name):
        import hidefix
        self.path, self.data = path, hidefix.Index(path).dataset(name)

    def frames(self, first, count):
        first, count = int(first), int(count)
        def run(checked):
            total = 0
            for i in range(first, first + count):
                frame = self.data[i:i + 1, 0:512, 0:512]
                if checked:
                    total += piece_sum(i, frame)
            return total
        return run, count

    def pixels(self, path):
        points = numbers(path, 3)
        def run(checked):
            return sum((i + 1) * int(self.data[f:f + 1, y:y + 1, x:x + 1].reshape(-1)[0]) for i, (f, y, x) in enumerate(points))
        return run, len(points)


if __name__ == "__main__":
    who, job, path, name, *arguments = sys.argv[1:]
    peer = {"h5py": H5py, "hidefix": Hidefix}[who](path, name)
    serve(*getattr(peer, job)(*arguments))
