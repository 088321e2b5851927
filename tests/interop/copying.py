#!/usr/bin/env python3
"""Files to copy from, and h5py's view of the copies.

    copying.py make FOLDER                       new.h5 old.h5 narrow.h5 (addresses of 4 bytes), each with /tree and /outside; empty4.h5
    copying.py check SOURCE COPY GROUP           COPY's /GROUP must be a copy of SOURCE's /tree
    copying.py readable FILE                     every object of it can be read
    copying.py frames FILE                       virtual datasets and a region of frames
    copying.py types FILE                        /a and /type lose their names; the type goes on being shared
    copying.py references FILE                   /objects and /regions lead to /tree/chunks, or are null
"""
import os
import sys

import h5py
import hdf5plugin
import numpy as np


def fill(file, ordered, references=True):
    """references: False leaves them null or out: libhdf5 can't read back those that it writes to files of short addresses."""
    outside = file.create_dataset("outside", data=np.arange(5))
    outside_type = file["outside_type"] = np.dtype("<i2")
    del outside_type
    tree = file.create_group("tree", track_order=ordered)
    tree.attrs["title"] = "a tree \u00fc"
    tree.attrs["numbers"] = np.arange(3, dtype=">i4")
    tree.attrs["nothing"] = h5py.Empty("f8")
    tree["point"] = np.dtype([("x", "<f4"), ("label", h5py.string_dtype()), ("seen", h5py.ref_dtype)])
    tree["plain"] = np.dtype(">u2")
    values = np.arange(40 * 30, dtype="<i4").reshape(40, 30)
    tree.create_dataset("chunks", data=values, chunks=(7, 11), compression="gzip", shuffle=True, fletcher32=True, maxshape=(None, 60), fillvalue=-3)
    tree.create_dataset("bits", data=values.astype("u2"), chunks=(16, 30), **hdf5plugin.Bitshuffle(cname="lz4"))
    holes = tree.create_dataset("holes", (1000, 10), "f8", chunks=(10, 10), fillvalue=2.5, track_order=ordered)
    holes[500:510] = 1.0
    holes.attrs["z"], holes.attrs["a"] = 1, 2
    tree.create_dataset("block", data=values[::2])
    tree.create_dataset("never", (3, 3), "i8", fillvalue=9)
    tree.create_dataset("scalar", data="text of any length", dtype=h5py.string_dtype())
    tree.create_dataset("fixed", data=np.array([b"ab", b"c"], "S4"))
    words = np.array([f"word {i}" * (i % 5) for i in range(50)], dtype=object)
    tree.create_dataset("words", data=words, dtype=h5py.string_dtype(), chunks=(8,), compression="gzip", maxshape=(None,))
    ragged = tree.create_dataset("ragged", (4,), h5py.vlen_dtype(np.dtype("<u2")))
    for i in range(4):
        ragged[i] = np.arange(i * 3)
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((6,))
    compact = h5py.Dataset(h5py.h5d.create(tree.id, b"compact", h5py.h5t.STD_REF_OBJ, space, plist))
    if references:
        compact[...] = np.array([tree["chunks"].ref, tree.ref, h5py.Reference(), outside.ref, tree["point"].ref, file.ref], dtype=h5py.ref_dtype)
    shared = tree.create_dataset("shared", (3,), dtype=tree["plain"])
    shared[...] = [1, 2, 3]
    tree.create_dataset("shared_outside", data=[4, 5], dtype=file["outside_type"])
    points = tree.create_dataset("points", (3,), dtype=tree["point"], chunks=(2,))
    points[0] = (1.5, "first", tree["block"].ref if references else h5py.Reference())
    points[2] = (2.5, "third", outside.ref if references else h5py.Reference())
    tree.attrs.create("committed", [7, 8], dtype=tree["plain"])
    if references:
        regions = tree.create_dataset("regions", (3,), h5py.regionref_dtype)
        regions[0] = tree["chunks"].regionref[3:9, 4:6]
        regions[1] = outside.regionref[1:3]
    sub = tree.create_group("sub")
    sub["again"] = tree["chunks"]
    sub["up"] = tree
    sub["soft"] = h5py.SoftLink("/outside")
    sub["away"] = h5py.ExternalLink("elsewhere.h5", "/x")
    for i in range(20):
        sub.attrs[f"many {i:02}"] = i
        sub.create_group(f"child {i:02}")
    scale = tree.create_dataset("scale", data=np.arange(40.0))
    if references:
        scale.make_scale("rows")
        tree["chunks"].dims[0].attach_scale(scale)
    layout = h5py.VirtualLayout((2, 40, 30), "<i4")
    layout[0] = h5py.VirtualSource(".", "/tree/chunks", (40, 30))
    layout[1] = h5py.VirtualSource("absent.h5", "/tree/chunks", (40, 30))
    tree.create_virtual_dataset("virtual", layout, fillvalue=-1)
    tree.create_dataset("external", (4,), "<i4", external=[("raw.bin", 8, 16)])


def make(folder):
    os.chdir(folder)
    with open("raw.bin", "wb") as file:
        file.write(np.arange(6, dtype="<i4").tobytes())
    with h5py.File("new.h5", "w", libver=("v110", "v110")) as file:
        fill(file, True)
    with h5py.File("old.h5", "w") as file:
        fill(file, False)
    for name in ("narrow.h5", "empty4.h5"):
        plist = h5py.h5p.create(h5py.h5p.FILE_CREATE)
        plist.set_sizes(4, 4)
        with h5py.File(h5py.h5f.create(name.encode(), h5py.h5f.ACC_TRUNC, plist)) as file:
            if name == "narrow.h5":
                fill(file, False, references=False)


class Check:
    def __init__(self, source, copy, same_file):
        self.source, self.copy, self.same_file = source, copy, same_file
        self.places, self.pairs = {}, 0
        self.references = not any(file.id.get_create_plist().get_sizes() == (4, 4) for file in (source, copy))

    def address(self, item):
        return h5py.h5o.get_info(item.id).addr

    def map(self, a, b):
        for name in a:
            link = a.get(name, getlink=True)
            other = b.get(name, getlink=True)
            assert type(link) is type(other), name
            if isinstance(link, h5py.SoftLink):
                assert link.path == other.path
            elif isinstance(link, h5py.ExternalLink):
                assert (link.filename, link.path) == (other.filename, other.path)
            else:
                known = self.places.setdefault(self.address(a[name]), self.address(b[name]))
                assert known == self.address(b[name]), f"{name}: the copy is another object"
                if isinstance(a[name], h5py.Group) and name != "up":
                    self.map(a[name], b[name])

    def objects(self, a, b):
        assert list(a) == list(b), (list(a), list(b))
        self.same_object(a, b)
        for name in a:
            if isinstance(a.get(name, getlink=True), h5py.HardLink) and name != "up":
                if isinstance(a[name], h5py.Group):
                    self.objects(a[name], b[name])
                else:
                    self.same_object(a[name], b[name])

    def same_object(self, a, b):
        self.pairs += 1
        assert type(a) is type(b)
        assert list(a.attrs) == list(b.attrs), (a.name, list(a.attrs), list(b.attrs))
        for name in a.attrs:
            x, y = a.attrs.get_id(name), b.attrs.get_id(name)
            assert self.same_type(x.get_type(), y.get_type()), (a.name, name)
            self.same_values(a.attrs[name], b.attrs[name], (a.name, name))
        # Objects outside that refer into the tree don't count; a link from outside does.
        rc = h5py.h5o.get_info(a.id).rc
        assert rc == h5py.h5o.get_info(b.id).rc, (a.name, rc, h5py.h5o.get_info(b.id).rc)
        if isinstance(a, h5py.Dataset):
            self.same_dataset(a, b)
        elif isinstance(a, h5py.Datatype):
            assert self.same_type(a.id, b.id)

    def same_type(self, x, y):
        """But for the size of addresses, equal."""
        return x == y or (x.dtype == y.dtype and x.get_class() == y.get_class())

    def most(self, dataset):
        """libhdf5 takes "unlimited" of a file of short lengths for a number."""
        return [None if n == 0xFFFFFFFF else n for n in dataset.maxshape]

    def same_dataset(self, a, b):
        assert (a.shape, self.most(a), a.chunks) == (b.shape, self.most(b), b.chunks), a.name
        assert self.same_type(a.id.get_type(), b.id.get_type()), a.name
        committed = a.id.get_type().committed()
        inside = a.name != "/tree/shared_outside"
        assert b.id.get_type().committed() == (committed and (inside or self.same_file)), a.name
        x, y = a.id.get_create_plist(), b.id.get_create_plist()
        assert [x.get_filter(i) for i in range(x.get_nfilters())] == [y.get_filter(i) for i in range(y.get_nfilters())], a.name
        assert x.get_layout() == y.get_layout()
        assert x.fill_value_defined() == y.fill_value_defined() and x.get_alloc_time() == y.get_alloc_time(), a.name
        assert [x.get_external(i) for i in range(x.get_external_count())] == [y.get_external(i) for i in range(y.get_external_count())]
        if a.is_virtual:
            assert [(m.file_name, m.dset_name) for m in a.virtual_sources()] == [(m.file_name, m.dset_name) for m in b.virtual_sources()]
            return
        assert a.fillvalue == b.fillvalue or a.dtype.fields, a.name
        if a.chunks and a.dtype.kind != "O" and not a.dtype.fields:
            assert a.id.get_num_chunks() == b.id.get_num_chunks()
            for i in range(a.id.get_num_chunks()):
                offset = a.id.get_chunk_info(i).chunk_offset
                assert a.id.read_direct_chunk(offset) == b.id.read_direct_chunk(offset), (a.name, offset)
        self.same_values(a[()], b[()], a.name)

    def same_values(self, x, y, where):
        if isinstance(x, h5py.Empty):
            assert isinstance(y, h5py.Empty), where
        elif isinstance(x, h5py.RegionReference):
            self.same_region(x, y, where)
        elif isinstance(x, h5py.Reference):
            self.same_reference(x, y, where)
        elif isinstance(x, np.void) and x.dtype.fields:
            for name in x.dtype.names:
                self.same_values(x[name], y[name], where)
        elif isinstance(x, np.ndarray) and (x.dtype.kind == "O" or x.dtype.fields):
            assert x.shape == y.shape, where
            for one, other in zip(x.ravel(), y.ravel()):
                self.same_values(one, other, where)
        else:
            assert np.array_equal(x, y), (where, x, y)

    def same_reference(self, x, y, where):
        if not self.references:
            return
        if not x:
            assert not y, where
            return
        there = self.places.get(self.address(self.source[x]))
        if there is None and not self.same_file:
            assert not y, f"{where}: a reference out of the tree is not null"
        else:
            assert y and self.address(self.copy[y]) == (there or self.address(self.source[x])), where

    def same_region(self, x, y, where):
        if not self.references:
            return
        if not x or (self.source[x].name == "/outside" and not self.same_file):
            assert not y, where
            return
        self.same_reference(x, y, where)
        a, b = h5py.h5r.get_region(x, self.source.id), h5py.h5r.get_region(y, self.copy.id)
        assert a.get_select_bounds() == b.get_select_bounds(), where


def check(source, copy, group):
    os.chdir(os.path.dirname(source))
    with h5py.File(source, "r") as a, h5py.File(copy, "r") as b:
        checked = Check(a, b, source == copy)
        checked.places[checked.address(a["tree"])] = checked.address(b[group])
        checked.map(a["tree"], b[group])
        checked.objects(a["tree"], b[group])
        assert checked.pairs > 40
        print(f"{checked.pairs} objects")


def readable(path):
    def visit(name, item):
        dict(item.attrs)
        if isinstance(item, h5py.Dataset) and not item.is_virtual:
            item[()]
    os.chdir(os.path.dirname(path))
    with h5py.File(path, "r") as file:
        file.visititems(visit)


def references(path):
    with h5py.File(path, "r") as file:
        first, second = file["objects"][()]
        assert file[first] == file["tree/chunks"] and not second
        region, nothing = file["regions"][()]
        assert file[region] == file["tree/chunks"] and not nothing
        assert np.array_equal(file[region][region].ravel(), file["tree/chunks"][3:9, 4:6].ravel())


def types(path):
    with h5py.File(path, "r+") as file:
        assert h5py.h5o.get_info(file["type"].id).rc == 4
        del file["a"], file["type"]
        assert list(file["b"]) == [3, 4] and list(file.attrs["c"]) == [5, 6]
    with h5py.File(path, "r") as file:
        assert file["b"].id.get_type().committed() and list(file["b"]) == [3, 4]


def frames(path):
    with h5py.File(path, "r") as file:
        data = file["data"][...]
        assert np.array_equal(file["both"][2:], data[1:3]) and not file["both"][:2].any()
        assert np.array_equal(file["all"][...], data[2:6])
        assert np.array_equal(file["data"][file["region"][()]].ravel(), data[3].ravel())


if __name__ == "__main__":
    {"make": make, "check": check, "readable": readable, "references": references, "types": types, "frames": frames}[sys.argv[1]](*sys.argv[2:])
