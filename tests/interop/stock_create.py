#!/usr/bin/env python3
"""Files by the libhdf5 of the Python that runs it, for Fiver to change:  stock_create.py FOLDER

One file for each choice of library versions: all chunk indexes that it makes, groups of all kinds, attributes compact and dense."""
import os
import sys

import h5py
import numpy as np
from h5py import h5d, h5p, h5s, h5t

BOUNDS = {"earliest": ("earliest", "latest"), "v108": ("v108", "v108"), "v110": ("v110", "latest"), "latest": "latest"}


def early(group, name, shape, chunk, maximum=None):
    """All chunks allocated when the dataset is made: the implicit index, where the version has it."""
    plist = h5p.create(h5p.DATASET_CREATE)
    plist.set_chunk(chunk)
    plist.set_alloc_time(h5d.ALLOC_TIME_EARLY)
    plist.set_fill_value(np.array(7, "<i4"))
    made = h5d.create(group.id, name.encode(), h5t.STD_I32LE, h5s.create_simple(shape, maximum or shape), plist)
    h5py.Dataset(made)[0:2] = 5


def fill(dataset):
    dataset[...] = (np.arange(dataset.size) % 90).reshape(dataset.shape).astype(dataset.dtype)


def datasets(group):
    extents = {
        "fixed": ((20, 30), None, (7, 8)), "single": ((20, 30), None, (20, 30)), "bounded": ((20, 30), (40, 50), (7, 8)),
        "one unlimited": ((20, 30), (None, 30), (7, 8)), "second unlimited": ((20, 30), (20, None), (7, 8)),
        "both unlimited": ((20, 30), (None, None), (7, 8)), "many": ((2000,), (None,), (1,)), "grid": ((50, 50), (None, None), (1, 1)),
        "fixed and many": ((60, 60), None, (1, 1)), "empty": ((0, 30), (None, 30), (7, 8)),
    }
    for name, (shape, maximum, chunk) in extents.items():
        for filters in ({}, {"compression": "gzip", "shuffle": True}, {"fletcher32": True}):
            made = group.create_dataset(f"{name} {'-'.join(filters)}", shape, "<i4" if filters else ">f8", maxshape=maximum, chunks=chunk,
                                        fillvalue=3, **filters)
            if "unlimited" in name or not filters or name == "bounded":
                fill(made)
            else:
                made[0:1] = 9
    group.create_dataset("never written", (20, 30), "i2", maxshape=(None, 30), chunks=(7, 8))
    early(group, "early unlimited", (12, 10), (5, 4), (h5s.UNLIMITED, 10))
    fill(group.create_dataset("contiguous", (30, 4), "<u2"))
    group.create_dataset("contiguous, never written", (30, 4), "<u2", fillvalue=4)
    group["scalar"] = 3.5
    group["text"] = ["a", "bb", ""]
    group["null"] = h5py.Empty("f4")
    plist = h5p.create(h5p.DATASET_CREATE)
    plist.set_layout(h5d.COMPACT)
    fill(h5py.Dataset(h5d.create(group.id, b"compact", h5t.STD_I16BE, h5s.create_simple((5, 4)), plist)))
    kinds = np.dtype([("a", "i1"), ("b", ">f8", (2,)), ("c", "S5")])
    group.create_dataset("compound", (9,), kinds, maxshape=(None,), chunks=(4,))[2:5] = np.zeros(3, kinds)
    group.create_dataset("lzf", (30,), "i4", maxshape=(None,), chunks=(8,), compression="lzf")[:] = range(30)
    group.create_dataset("scaleoffset", (30,), "i4", maxshape=(None,), chunks=(8,), scaleoffset=0)[:] = range(30)


def groups(file):
    for track in (False, True):
        for count in (0, 3, 8, 9, 200):
            made = file.create_group(f"links {count}{' ordered' if track else ''}", track_order=track)
            for i in reversed(range(count)):
                made[f"soft {i}"] = h5py.SoftLink(f"/there {i}")
            if count:
                made["external"] = h5py.ExternalLink("other.h5", "/x")
            made = file.create_group(f"attributes {count}{' ordered' if track else ''}", track_order=track)
            for i in reversed(range(count)):
                made.attrs[f"attribute {i}"] = np.arange(i % 7)
            if count:
                made.attrs["text"] = "words"
                made.attrs["list"] = ["a", "b"]
        made = file.create_dataset(f"data{' ordered' if track else ''}", (4,), "f4", track_order=track)
        for i in range(12):
            made.attrs[f"attribute {i}"] = i
    file["deep/deeper/deepest"] = 1
    file["hard"] = file["deep"]
    file["type"] = np.dtype([("x", "f4"), ("y", "f4")])
    file.create_dataset("of that type", (3,), file["type"])
    file["references"] = np.array([file["deep"].ref, file["type"].ref], h5py.ref_dtype)
    file["regions"] = np.array([file["data"].regionref[1:3]], h5py.regionref_dtype)


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for name, bounds in BOUNDS.items():
        for user_block in (0, 512):
            with h5py.File(os.path.join(folder, f"{name}{'_user' if user_block else ''}.h5"), "w", libver=bounds, userblock_size=user_block) as file:
                if user_block:
                    file.create_dataset("data", (5,), "f4", maxshape=(None,), chunks=(2,))[:] = range(5)
                    continue
                datasets(file.create_group("datasets"))
                groups(file)
        with h5py.File(os.path.join(folder, f"{name}_implicit.h5"), "w", libver=bounds) as file:
            early(file, "early", (12, 10), (5, 4))
            early(file, "early bounded", (12, 10), (5, 4), (20, 10))


if __name__ == "__main__":
    main(*sys.argv[1:])
