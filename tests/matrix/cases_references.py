"""Cases of references: to objects, to regions of every kind, null ones, dangling ones, and those of HDF5 1.12."""
import ctypes

import h5py
import numpy as np
from h5py import h5r, h5s, h5t

from core import case, native, native_id, new_file, numbers, put, put_raw
from cases_groups import STYLES
from cases_types import native_copy


@case(each=STYLES)
def object_references(path, low):
    with new_file(path, low) as file:
        data = put(file, "data", numbers("data", (4, 5), "<i4"))
        group = file.create_group("a/b/c")
        file["type"] = data.dtype
        gone = file.create_group("gone")
        targets = np.array([data.ref, group.ref, file["type"].ref, file["/"].ref, h5py.Reference(), gone.ref], dtype=h5py.ref_dtype)
        file["contiguous"] = targets
        file.create_dataset("chunked", data=targets, chunks=(2,), compression="gzip")
        record = np.dtype([("target", h5py.ref_dtype), ("index", "<i4")])
        rows = np.empty(2, record)
        rows["target"], rows["index"] = [data.ref, group.ref], [1, 2]
        file.create_dataset("table", data=rows)
        lists = file.create_dataset("lists", (2,), h5py.vlen_dtype(h5py.ref_dtype))
        lists[0] = np.array([data.ref], h5py.ref_dtype)
        file.attrs["one"] = data.ref
        scale = file.create_dataset("scale", data=np.arange(4.0))
        scale.make_scale("length")
        data.dims[0].attach_scale(scale)
        data.dims[1].label = "width"
        del file["gone"]


def region(dataset, build):
    """A region reference to what `build` selects on the dataset's space."""
    space = dataset.id.get_space()
    build(space)
    return h5r.create(dataset.id, b".", h5r.DATASET_REGION, space)


REGIONS = {
    "all": lambda s: s.select_all(),
    "none": lambda s: s.select_none(),
    "block": lambda s: s.select_hyperslab((2, 3), (4, 5)),
    "strided": lambda s: s.select_hyperslab((0, 1), (3, 4), (5, 4), (2, 3)),
    "many blocks": lambda s: s.select_hyperslab((0, 0), (10, 10), (2, 2), (1, 1)),
    "points": lambda s: s.select_elements([(0, 0), (19, 19), (5, 7), (5, 7), (1, 2)]),
    "one point": lambda s: s.select_elements([(3, 4)]),
}


def union(space):
    space.select_hyperslab((0, 0), (3, 3))
    space.select_hyperslab((2, 2), (5, 4), op=h5s.SELECT_OR)
    space.select_hyperslab((10, 1), (2, 2), (4, 5), (3, 1), op=h5s.SELECT_OR)


def hollow(space):
    space.select_hyperslab((1, 1), (10, 12))
    space.select_hyperslab((4, 4), (3, 3), op=h5s.SELECT_NOTB)


@case(each=STYLES)
def region_references(path, low):
    with new_file(path, low) as file:
        data = put(file, "data", numbers("data", (20, 20), "<i4"))
        line = put(file, "line", numbers("line", (70,), "<i2"))
        cells = file.create_dataset("regions", (len(REGIONS) + 4,), h5py.regionref_dtype)
        for i, build in enumerate([*REGIONS.values(), union, hollow]):
            cells[i] = region(data, build)
        cells[len(REGIONS) + 2] = region(line, lambda s: s.select_hyperslab((1,), (9,), (7,), (3,)))
        file.attrs["one"] = region(data, union)


@case(since=(1, 12), each=[s for s in STYLES])
def references_of_1_12(path, low):
    """The reference type of 1.12 and later: to objects, regions and attributes, in this file and in another."""
    class Reference(ctypes.Structure):
        _fields_ = [("bytes", ctypes.c_uint8 * 64)]

    with new_file(path, low) as file:
        data = put(file, "data", numbers("data", (20, 20), "<i4"))
        data.attrs["note"] = 1
        cells = (Reference * 5)()
        native("H5Rcreate_object", file.id, ctypes.c_char_p(b"/data"), ctypes.c_int64(0), ctypes.byref(cells[0]))
        space = data.id.get_space()
        union(space)
        native("H5Rcreate_region", file.id, ctypes.c_char_p(b"/data"), space, ctypes.c_int64(0), ctypes.byref(cells[1]))
        native("H5Rcreate_attr", file.id, ctypes.c_char_p(b"/data"), ctypes.c_char_p(b"note"), ctypes.c_int64(0), ctypes.byref(cells[2]))
        native("H5Rcreate_object", file.id, ctypes.c_char_p(b"/"), ctypes.c_int64(0), ctypes.byref(cells[3]))
        kind = h5t.TypeReferenceID(native_copy(native_id("H5T_STD_REF_g")))
        made = put_raw(file, "references", kind, (5,), None)
        native("H5Dwrite", made.id, kind, ctypes.c_int64(0), ctypes.c_int64(0), ctypes.c_int64(0), ctypes.byref(cells))
        for i in range(4):
            native("H5Rdestroy", ctypes.byref(cells[i]))
