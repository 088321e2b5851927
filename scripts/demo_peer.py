#!/usr/bin/env python3
"""Reads every frame with h5py and hdf5plugin and prints, as one line of JSON, what that reached: the demo shows it beside ours.

    demo_peer.py FILE DATASET

index: `dataset[i]`, a new array each.  read_direct: into one buffer, used again.  GB/s of decoded pixels, best of three passes over
files that the operating system has in memory.  sha256: of the last frame's bytes.
"""
import hashlib
import json
import sys
import time

import h5py
import hdf5plugin
import numpy as np

PASSES = 3


def best_rate(read, dataset):
    seconds = []
    for _ in range(PASSES):
        start = time.perf_counter()
        for i in range(len(dataset)):
            read(dataset, i)
        seconds.append(time.perf_counter() - start)
    return round(dataset.size * dataset.dtype.itemsize / min(seconds) / 1e9, 3)


def main(path, name):
    with h5py.File(path, "r") as file:
        dataset = file[name]
        buffer = np.empty(dataset.shape[1:], dataset.dtype)
        rates = {
            "index": best_rate(lambda d, i: d[i], dataset),
            "read_direct": best_rate(lambda d, i: d.read_direct(buffer, np.s_[i]), dataset),
        }
        print(json.dumps({
            "reader": f"h5py {h5py.__version__}, HDF5 {h5py.version.hdf5_version}, hdf5plugin {hdf5plugin.version}",
            "frames": len(dataset),
            **rates,
            "sha256": hashlib.sha256(dataset[-1].tobytes()).hexdigest(),
        }))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: demo_peer.py FILE DATASET")
    main(*sys.argv[1:])
