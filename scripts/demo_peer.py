#!/usr/bin/env python3
"""Reads or writes every frame with h5py and hdf5plugin and prints, as one line of JSON, what that reached: the demo shows it beside ours.

    demo_peer.py read FILE DATASET
    demo_peer.py write FILE DATASET PREFIX

read    index: `dataset[i]`, a new array each.  read_direct: into one buffer, used again.  GB/s of decoded pixels, best of three passes over
        files that the operating system has in memory.  sha256: of the last frame's bytes.
write   The frames of each source of the virtual dataset go, once they are in memory, to a file PREFIX... of the same chunks and filter, one
        frame after the other. rate: GB/s of pixels until the files are closed. The files are removed.
"""
import hashlib
import json
import os
import sys
import time

import h5py
import hdf5plugin
import numpy as np

PASSES = 3
WHO = f"h5py {h5py.__version__}, HDF5 {h5py.version.hdf5_version}, hdf5plugin {hdf5plugin.version}"


def best_rate(read, dataset):
    seconds = []
    for _ in range(PASSES):
        start = time.perf_counter()
        for i in range(len(dataset)):
            read(dataset, i)
        seconds.append(time.perf_counter() - start)
    return round(dataset.size * dataset.dtype.itemsize / min(seconds) / 1e9, 3)


def read(path, name):
    with h5py.File(path, "r") as file:
        dataset = file[name]
        buffer = np.empty(dataset.shape[1:], dataset.dtype)
        rates = {
            "index": best_rate(lambda d, i: d[i], dataset),
            "read_direct": best_rate(lambda d, i: d.read_direct(buffer, np.s_[i]), dataset),
        }
        print(json.dumps({
            "reader": WHO,
            "frames": len(dataset),
            **rates,
            "sha256": hashlib.sha256(dataset[-1].tobytes()).hexdigest(),
        }))


def write(path, name, prefix):
    seconds, size = 0, 0
    with h5py.File(path, "r") as file:
        dataset = file[name]
        for number, source in enumerate(dataset.virtual_sources()):
            first, last = (int(bound[0]) for bound in source.vspace.get_select_bounds())
            frames = dataset[first:last + 1]
            start = time.perf_counter()
            with h5py.File(f"{prefix}{number}.h5", "w", libver=("v110", "v110")) as made:
                target = made.create_dataset("data", frames.shape, frames.dtype, chunks=(1, *frames.shape[1:]), maxshape=(None, *frames.shape[1:]),
                                             **hdf5plugin.Bitshuffle(cname="lz4"))
                for i, frame in enumerate(frames):
                    target[i] = frame
            seconds += time.perf_counter() - start
            size += frames.nbytes
            os.remove(f"{prefix}{number}.h5")
    print(json.dumps({"writer": WHO, "rate": round(size / seconds / 1e9, 2)}))


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "read":
        read(*sys.argv[2:])
    elif len(sys.argv) == 5 and sys.argv[1] == "write":
        write(*sys.argv[2:])
    else:
        sys.exit("usage: demo_peer.py read FILE DATASET | write FILE DATASET PREFIX")
