"""Single values of types that NumPy can't take as they are stored."""
import numpy as np


def convert_bytes(stored, t):
    """One element of t.type as a NumPy scalar of t.dtype."""
    kind, *facts = t.type.describe()
    if kind == "integer":
        size, signed, order, offset, precision = facts
        value = int.from_bytes(stored[:size], "big" if order == ">" else "little") >> offset
        value &= (1 << precision) - 1
        if signed and value >> (precision - 1) & 1:
            value -= 1 << precision
        return t.dtype.type(value)
    if kind == "string":
        padding = facts[1]
        return np.bytes_(stored.rstrip(b" ") if padding == 2 else stored.split(b"\0", 1)[0])
    raise TypeError("a value of type %s has no NumPy equivalent" % t.type)
