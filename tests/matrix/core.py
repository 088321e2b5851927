"""What the cases of the matrix share: the list of cases, files made with given bounds, and the parts of libhdf5 that h5py leaves out."""
import ctypes
import re
import zlib

import h5py
import numpy as np
from h5py import h5d, h5f, h5p, h5s, h5t

VERSION = tuple(h5py.version.hdf5_version_tuple)

# The low bounds that this library knows, oldest first.
BOUNDS = {name: getattr(h5f, f"LIBVER_{name.upper()}")
          for name in ("earliest", "v18", "v110", "v112", "v114", "v200") if hasattr(h5f, f"LIBVER_{name.upper()}")}

CASES = []


def case(each=(None,), since=(1, 10)):
    """Registers a function(path[, value]) that writes one file; `each` gives the values, whose names follow the function's."""
    def register(function):
        if VERSION >= since:
            for value in each:
                name = function.__name__ if value is None else f"{function.__name__}_{suffix(value)}"
                CASES.append((name, function, () if value is None else (value,)))
        return function
    return register


def suffix(value):
    words = value if isinstance(value, tuple) else (value,)
    return "_".join(re.sub(r"[^a-z0-9]+", "", str(w).lower()) for w in words)


def new_file(path, low="earliest", file_properties=None, access=None):
    """A new file; file_properties and access are called with the property lists before."""
    fcpl = h5p.create(h5p.FILE_CREATE)
    fapl = h5p.create(h5p.FILE_ACCESS)
    fapl.set_libver_bounds(BOUNDS[low], h5f.LIBVER_LATEST)
    fapl.set_fclose_degree(h5f.CLOSE_STRONG)
    if file_properties:
        file_properties(fcpl)
    if access:
        access(fapl)
    return h5py.File(h5f.create(path.encode(), h5f.ACC_TRUNC, fcpl, fapl))


def numbers(name, shape, dtype):
    """Values that depend on the name alone: neither constant nor incompressible."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    count = int(np.prod(shape, dtype=np.int64))
    walk = np.cumsum(rng.integers(-3, 4, count))
    dtype = np.dtype(dtype)
    if dtype.kind == "u":
        walk = np.abs(walk)
    if dtype.kind == "f":
        walk = walk / 4
    return walk.astype(dtype).reshape(shape)


def dataset_properties(*steps):
    """A dataset creation list on which each step (name, arguments...) was called; times are off."""
    plist = h5p.create(h5p.DATASET_CREATE)
    plist.set_obj_track_times(False)
    for name, *arguments in steps:
        getattr(plist, f"set_{name}")(*arguments)
    return plist


def put(parent, name, data, *steps, file_type=None, max_shape=None):
    """A dataset of an array, by the low-level interface: any file type, any creation property."""
    data = np.asarray(data)
    space = h5s.create_simple(data.shape, max_shape and tuple(h5s.UNLIMITED if n is None else n for n in max_shape)) \
        if data.shape else h5s.create(h5s.SCALAR)
    made = h5d.create(parent.id, name.encode(), file_type or h5t.py_create(data.dtype, logical=True), space, dataset_properties(*steps))
    if data.size:
        made.write(h5s.ALL, h5s.ALL, np.ascontiguousarray(data))
    return h5py.Dataset(made)


def put_raw(parent, name, file_type, shape, raw, *steps):
    """A dataset whose stored bytes are given: the memory type is the file's own."""
    space = h5s.create_simple(shape) if shape else h5s.create(h5s.SCALAR)
    made = h5d.create(parent.id, name.encode(), file_type, space, dataset_properties(*steps))
    if raw is not None:
        made.write(h5s.ALL, h5s.ALL, np.frombuffer(bytes(raw), np.uint8).copy(), mtype=file_type)
    return h5py.Dataset(made)


def _loaded_library():
    """The very libhdf5 that h5py uses, by the name the loader gave it."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        paths = {line.split(None, 5)[5].strip() for line in maps if re.search(r"/libhdf5(_serial)?[-.][^/]*so", line)}
    if len(paths) != 1:
        raise RuntimeError(f"expected one libhdf5 in this process, found {sorted(paths)}")
    return ctypes.CDLL(paths.pop())


_library = _loaded_library()


def native(name, *arguments, result=ctypes.c_int):
    """Calls a function of libhdf5 that h5py does not offer; raises where it fails."""
    function = getattr(_library, name)
    function.restype = result
    value = function(*(ctypes.c_int64(a.id) if hasattr(a, "id") and not isinstance(a, ctypes.Structure) else a for a in arguments))
    if value is not None and result in (ctypes.c_int, ctypes.c_int64) and value < 0:
        raise RuntimeError(f"{name} failed")
    return value


def native_id(name):
    """A predefined identifier (H5T_STD_REF_g, ...)."""
    return ctypes.c_int64.in_dll(_library, name)
