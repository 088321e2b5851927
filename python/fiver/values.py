"""What a Python value is stored as: an array, and its dtype."""
import numpy as np

from .dtypes import check_ref_dtype, check_string_dtype, check_vlen_dtype, find_item_type, ref_dtype, regionref_dtype, string_dtype
from .references import Reference, RegionReference


def guess_dtype(data):
    """The dtype of values that NumPy would make objects of: text, references. None for others."""
    kind = find_item_type(data)
    if kind is None and isinstance(data, np.ndarray) and data.dtype.kind == "O" and data.ndim == 0:
        kind = type(data.item())
    if kind is None:
        return None
    if issubclass(kind, np.generic):
        return None
    if issubclass(kind, bytes):
        return string_dtype("ascii")
    if issubclass(kind, str):
        return string_dtype()
    if issubclass(kind, RegionReference):
        return regionref_dtype
    if issubclass(kind, Reference):
        return ref_dtype
    return None


def _all_text(data):
    """True for nested lists and tuples with nothing but str in them."""
    return all(map(_all_text, data)) if isinstance(data, (list, tuple)) else type(data) is str


def stored_dtype(dtype):
    """NumPy's own strings of variable length are stored as text; every other dtype as it is."""
    dtype = np.dtype(dtype)
    return string_dtype() if dtype.kind == "T" else dtype


def array_for(data, dtype=None):
    """(array, dtype) of a value for a new dataset or attribute, of this dtype where one is given."""
    if dtype is None:
        dtype = getattr(data, "dtype", None) if not isinstance(data, np.ndarray) or data.dtype.kind != "O" or data.dtype.metadata else None
        if dtype is None:
            dtype = guess_dtype(data)
    if dtype is None:
        array = np.asarray(data, order="C")
        if array.dtype.kind == "U" and _all_text(data):
            array = array.astype(object)  # text of Python, which has no length of its own
            return array, string_dtype()
        return array, array.dtype
    dtype = stored_dtype(dtype)
    return array_of(data, dtype), dtype


def array_of(data, dtype):
    """`data` as an array whose elements can be stored as `dtype`."""
    vlen = check_vlen_dtype(dtype)
    if vlen is not None and vlen is not str and vlen is not bytes:
        return sequences(data, np.dtype(vlen))
    if isinstance(data, np.ndarray) and data.dtype.kind == "T":
        data = data.astype(object)
    if isinstance(data, np.ndarray) and data.dtype.kind in "iufc" and dtype.names is not None:
        raise OSError("Can't write data (no conversion from %r to %r)" % (data.dtype, dtype))
    if isinstance(data, np.ndarray) and not dtype.hasobject and (data.dtype.names is not None and data.dtype.hasobject or check_vlen_dtype(data.dtype) not in (None, str, bytes)):
        raise OSError("Can't write data (no conversion from %r to %r)" % (data.dtype, dtype))
    if dtype.kind == "O":
        if isinstance(data, np.ndarray) and data.dtype.kind in "SU":
            return np.asarray(data.astype(object), order="C")
        if isinstance(data, (Reference, str, bytes)):
            made = np.empty((), dtype=object)
            made[()] = data
            return made
        return np.asarray(data, dtype=object, order="C")
    if dtype.subdtype is not None:
        return np.asarray(data, dtype=dtype.base, order="C")
    info = check_string_dtype(dtype)
    if info is not None and info.encoding == "utf-8":
        return _encoded(data, dtype)
    if isinstance(data, np.ndarray) and (dtype.kind in "iufc" and data.dtype.kind in "iufc"):
        return np.ascontiguousarray(data).reshape(data.shape)  # the engine converts
    return np.asarray(data, dtype=dtype, order="C")


def _encoded(data, dtype):
    array = np.asarray(data)
    if array.dtype.kind == "S":
        return array.astype(dtype) if array.dtype.itemsize != dtype.itemsize else np.ascontiguousarray(array).reshape(array.shape)
    flat = [item.encode("utf-8") if isinstance(item, str) else bytes(item) for item in array.ravel().tolist()]
    return np.array(flat, dtype=dtype).reshape(array.shape)


def sequences(data, base):
    """An object array of arrays of `base`: one sequence, or as many as `data` has rows."""
    if isinstance(data, np.ndarray) and data.dtype.kind == "O" and not check_ref_dtype(data.dtype):
        return np.asarray(data, order="C")
    try:
        array = np.asarray(data, dtype=base.base if base.subdtype else base)
    except (ValueError, TypeError):
        rows = list(data)
        made = np.empty(len(rows), dtype=object)
        for i, row in enumerate(rows):
            made[i] = np.asarray(row, dtype=base)
        return made
    if array.ndim == 0:
        array = array.reshape(1)
    made = np.empty(array.shape[:-1], dtype=object)
    flat = [array[at] for at in np.ndindex(array.shape[:-1])] if 0 in array.shape else array.reshape(-1, array.shape[-1])
    if made.ndim == 0:
        made[()] = array
    else:
        places = made.reshape(-1)
        for i in range(len(places)):
            places[i] = flat[i]
    return made


def clipped(value, dtype):
    """A number as HDF5 converts it to `dtype`: integers end at the type's range, fractions are cut off."""
    value = np.asarray(value)
    dtype = np.dtype(dtype)
    if dtype.kind in "iu" and value.dtype.kind in "iufb":
        limits = np.iinfo(dtype)
        number = value.item() if value.ndim == 0 else None
        if number is not None:
            if number != number:
                number = 0
            return np.array(max(limits.min, min(limits.max, int(number) if abs(number) != float("inf") else (
                limits.max if number > 0 else limits.min))), dtype=dtype)
    return value.astype(dtype)
