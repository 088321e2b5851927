"""Cases of attributes: numbers of them, sizes, spaces, types, names, and the two ways they are stored."""
import ctypes

import h5py
import numpy as np
from h5py import h5a, h5s, h5t

from core import case, native, new_file, numbers, put
from cases_groups import COLLIDING, ORDERS, STYLES, group_with, shuffled


def order(properties, flags):
    properties.set_attr_creation_order(flags)


@case(each=[(s, o) for s in STYLES for o in ORDERS])
def attributes(path, chosen):
    """0, 8, 9 and 300 attributes on groups, a dataset and a committed type."""
    low, chosen_order = chosen
    with new_file(path, low) as file:
        data = put(file, "data", numbers("data", (3,), "<i4"), ("attr_creation_order", ORDERS[chosen_order]))
        file["type"] = np.dtype("<f4")
        holders = [(data, 20), (file["type"], 12)]
        holders += [(group_with(file, f"attributes{n}", (order, ORDERS[chosen_order])), n) for n in (0, 1, 8, 9, 300)]
        for holder, count in holders:
            for i in shuffled(count):
                holder.attrs[f"attribute {i}"] = (np.int32(i), f"text {i}", np.arange(i % 40, dtype=">i2"))[i % 3]
        for i in range(0, 20, 3):
            del data.attrs[f"attribute {i}"]


@case(each=[s for s in STYLES if s != "earliest"])
def attribute_phases(path, low):
    def phases(properties, most_compact, least_dense):
        native("H5Pset_attr_phase_change", properties, ctypes.c_uint(most_compact), ctypes.c_uint(least_dense))

    with new_file(path, low) as file:
        dense = group_with(file, "dense", (phases, 0, 0))
        dense.attrs["only"] = 1
        compact = group_with(file, "compact", (phases, 100, 90))
        shrunk = group_with(file, "shrunk")
        for i in range(60):
            compact.attrs[f"a{i}"] = i
            shrunk.attrs[f"a{i}"] = i
        for i in range(57):
            del shrunk.attrs[f"a{i}"]


@case(each=STYLES)
def attribute_sizes(path, low):
    """From empty to the largest a header message holds; in new files also beyond, which makes them huge objects of a heap."""
    sizes = [0, 1, 7, 8, 100, 4000, 4096, 5000, 60000]
    if low != "earliest":
        sizes += [65535 - 64, 65535, 65536, 1 << 20]
    with new_file(path, low) as file:
        for size in sizes:
            holder = file.create_group(f"size{size}")
            holder.attrs["bytes"] = numbers(str(size), (size,), "u1")
            holder.attrs["after"] = np.int16(size % 1000)


@case(each=STYLES)
def attribute_spaces(path, low):
    with new_file(path, low) as file:
        file.attrs["scalar"] = np.float32(1.5)
        file.attrs["null"] = h5py.Empty("<f8")
        file.attrs["null string"] = h5py.Empty(h5py.string_dtype())
        file.attrs["none"] = np.zeros((0,), "<i4")
        file.attrs["none in three"] = np.zeros((3, 0, 2), "<i4")
        file.attrs["three"] = numbers("three", (2, 3, 4), "<i8")
        file.attrs["rank 32"] = numbers("rank 32", (2, 3) + (1,) * 30, "u1")
        space = h5s.create_simple((3,), (h5s.UNLIMITED,))
        h5a.create(file.id, b"with a maximum", h5t.STD_I32LE, space).write(np.arange(3, dtype="<i4"))


@case(each=STYLES)
def attribute_types(path, low):
    """Every kind of type, committed ones among them, as attributes."""
    with new_file(path, low) as file:
        record = np.dtype([("a", "<i2"), ("b", "S3"), ("c", [("x", ">f4"), ("y", "u1", (2,))])])
        file["record"] = record
        file["number"] = np.dtype(">f8")
        data = put(file, "data", numbers("data", (3,), "<i4"))
        for holder in (file["/"], data):
            attrs = holder.attrs
            attrs["text"] = "variable \u00fc"
            attrs["empty text"] = ""
            attrs["texts"] = np.array(["a", "", "ccc"], dtype=h5py.string_dtype())
            attrs["ascii"] = np.array([b"a", b"bb"], dtype=h5py.string_dtype("ascii"))
            attrs["fixed"] = np.array([b"abc", b"d"], "S5")
            attrs["fixed utf"] = np.array("\u00e4".encode(), dtype=h5py.string_dtype("utf-8", 6))
            attrs["boolean"] = True
            attrs["complex"] = 1 + 2j
            attrs.create("enumeration", 2, dtype=h5py.enum_dtype({"red": 1, "green": 2}, "<i2"))
            attrs["record"] = np.array([(1, b"xyz", (2.5, (3, 4)))], record)
            attrs.create("ragged", np.array([np.arange(3, dtype="<i4"), np.arange(1, dtype="<i4")], object), dtype=h5py.vlen_dtype("<i4"))
            attrs["object"] = data.ref
            attrs["region"] = data.regionref[1:3]
            attrs["opaque"] = np.void(b"\x00\x01\x02\xff")
            attrs.create("committed", np.zeros(2, record), dtype=file["record"])
            attrs.create("committed number", 3.5, dtype=file["number"])


@case(each=STYLES)
def attribute_names(path, low):
    names = ["a", "A", "\u00e4", "with / slash", " ", ".", "..", "x" * 1000, "n" * 60000, "\u65e5\u672c", "tab\t"]
    names += [name for pair in COLLIDING for name in reversed(pair)]
    with new_file(path, low) as file:
        few = file.create_group("few")
        many = file.create_group("many")
        for i, name in enumerate(names):
            if i < 7:
                few.attrs[name] = i
            many.attrs[name] = i
        h5a.create(few.id, b"not \xff UTF-8", h5t.STD_I8LE, h5s.create(h5s.SCALAR)).write(np.array(1, "i1"))


@case(each=STYLES)
def attribute_changes(path, low):
    """Changed in place, made again with another size, renamed."""
    with new_file(path, low) as file:
        for count in (4, 30):
            group = file.create_group(f"of {count}")
            for i in range(count):
                group.attrs[f"a{i}"] = np.arange(i)
            group.attrs.modify("a2", np.array([7, 8]))
            group.attrs["a1"] = "longer than it was before, by far"
            group.attrs["a3"] = 1
            h5a.rename(group.id, b"a3", "neu \u00fc".encode())
            group.attrs["text"] = "one"
            group.attrs["text"] = "another, longer text"
