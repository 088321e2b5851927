"""The fill value of a dataset as NumPy has it."""
import numpy as np

from .dtypes import check_ref_dtype, check_string_dtype, check_vlen_dtype


def fill_value(dataset):
    """A NumPy scalar, bytes for text of any length; zeros, or b'', where nothing was set."""
    dtype = dataset.dtype
    stored = dataset._c.fill_value[3]
    if dtype.kind == "O":
        if check_string_dtype(dtype) is not None:
            return dataset._c.fill_text or b""
        return None if check_ref_dtype(dtype) is None and check_vlen_dtype(dtype) is None else 0
    scalar = np.zeros((), dtype)
    if stored is None or dtype.hasobject:
        return scalar[()]
    t = dataset._translation
    if t.is_plain and len(stored) == dtype.itemsize:
        return np.frombuffer(stored, dtype.base if dtype.subdtype else dtype).reshape(scalar.shape)[()]
    from .convert import convert_bytes

    return convert_bytes(stored, t)
