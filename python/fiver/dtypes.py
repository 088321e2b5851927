"""NumPy dtypes and HDF5 datatypes, both ways.

What NumPy has no type for is a Python object in an array, and the dtype's metadata say what it stands for, under the same keys as h5py's:
``vlen`` (str, bytes or the dtype of a sequence), ``ref``, ``enum``, ``opaque``.
"""
import threading
from collections import namedtuple

import numpy as np

from . import _fiver
from .base import name_of
from .references import Reference, RegionReference, make_reference

string_info = namedtuple("string_info", ["encoding", "length"])
string_info.__doc__ = "The encoding ('ascii' or 'utf-8') of strings, and their length in bytes: None for variable length."

_NULL_TERMINATED, _NULL_PADDED, _SPACE_PADDED = 0, 1, 2
_ASCII, _UTF8 = 0, 1


# --- special dtypes ------------------------------------------------------------------------------------------------------------

def string_dtype(encoding="utf-8", length=None):
    """A dtype for strings: of variable length, or of exactly `length` bytes. `encoding` is 'utf-8' or 'ascii' (else ValueError)."""
    encoding = encoding.lower().replace("utf8", "utf-8").replace("us-ascii", "ascii")
    if encoding not in ("ascii", "utf-8"):
        raise ValueError("Invalid encoding: %r; 'utf-8' or 'ascii' allowed" % encoding)
    if isinstance(length, (int, np.integer)):
        return np.dtype("|S%d" % length, metadata={"h5py_encoding": encoding})
    if length is None:
        return np.dtype("O", metadata={"vlen": bytes if encoding == "ascii" else str})
    raise TypeError("length must be integer or None (got %r)" % (length,))


def vlen_dtype(basetype):
    """A dtype for sequences of any length, each an array of `basetype`."""
    return np.dtype("O", metadata={"vlen": basetype})


def enum_dtype(values_dict, basetype=np.uint8):
    """A dtype of integers that have names: `values_dict` maps names to values. Raises TypeError for a `basetype` of no integers."""
    dtype = np.dtype(basetype)
    if dtype.kind not in "iu":
        raise TypeError("Only integers may be used for enumeration")
    return np.dtype(dtype, metadata={"enum": values_dict})


def opaque_dtype(np_dtype):
    """A dtype whose elements are stored as they are, under a tag that says what they are: for datetime64 and the like.

    Raises TypeError for dtypes of objects, structures and arrays.
    """
    np_dtype = np.dtype(np_dtype)
    if np_dtype.kind == "O":
        raise TypeError("Cannot store objects as opaque data")
    if np_dtype.names is not None:
        raise TypeError("Cannot store compound types as opaque data")
    if np_dtype.subdtype is not None:
        raise TypeError("Cannot store subarrays as opaque data")
    if np_dtype.itemsize == 0:
        raise TypeError("dtype for opaque data must have explicit size")
    return np.dtype(np_dtype, metadata={"h5py_opaque": True})


ref_dtype = np.dtype("O", metadata={"ref": Reference})
regionref_dtype = np.dtype("O", metadata={"ref": RegionReference})


def special_dtype(**kwds):
    """The older way: vlen=..., enum=(base, names) or ref=Reference."""
    if len(kwds) != 1:
        raise TypeError("Exactly one keyword may be provided")
    name, value = kwds.popitem()
    if name == "vlen":
        return np.dtype("O", metadata={"vlen": value})
    if name == "enum":
        try:
            base, values = value
        except TypeError:
            raise TypeError("Enums must be created from a 2-tuple (basetype, values_dict)") from None
        return enum_dtype(values, base)
    if name == "ref":
        if value not in (Reference, RegionReference):
            raise ValueError("Ref class must be Reference or RegionReference")
        return ref_dtype if value is Reference else regionref_dtype
    raise TypeError('Unknown special type "%s"' % name)


def _metadata(dtype, key):
    metadata = getattr(dtype, "metadata", None)  # what is no dtype, such as str, is none of the special ones
    return None if metadata is None else metadata.get(key)


def complex_compat_dtype(dtype):
    """The compound dtype as which complex numbers are stored where HDF5's own complex type is not wanted."""
    dtype = np.dtype(dtype)
    if dtype.kind != "c":
        raise TypeError("a complex dtype is wanted, not %r" % dtype)
    real = np.dtype("f%d" % (dtype.itemsize // 2)).newbyteorder(dtype.byteorder)
    return np.dtype([(name, real) for name in get_config().complex_names])


def check_complex_dtype(dt):
    """The complex dtype that a dtype is, or that its two members are parts of; None for others."""
    dt = np.dtype(dt)
    if dt.kind == "c":
        return dt
    if dt.names == get_config().complex_names and dt[0] == dt[1] and dt[0].kind == "f" and dt.itemsize == 2 * dt[0].itemsize:
        return np.dtype("c%d" % dt.itemsize).newbyteorder(dt[0].byteorder)
    return None


def check_vlen_dtype(dt):
    """What sequences (or strings: str, bytes) the dtype stands for, or None."""
    return _metadata(dt, "vlen")


def check_enum_dtype(dt):
    """The names and values of the dtype's enumeration, or None."""
    return _metadata(dt, "enum")


def check_ref_dtype(dt):
    """Reference or RegionReference, or None for other dtypes."""
    return _metadata(dt, "ref")


def check_opaque_dtype(dt):
    """True when elements of the dtype are stored under a tag."""
    return bool(_metadata(dt, "h5py_opaque"))


def check_string_dtype(dt):
    """The string_info of a dtype of strings, or None."""
    vlen = _metadata(dt, "vlen")
    if vlen is str:
        return string_info("utf-8", None)
    if vlen is bytes:
        return string_info("ascii", None)
    if dt.kind == "S":
        return string_info(_metadata(dt, "h5py_encoding") or "ascii", dt.itemsize)
    return None


def check_dtype(**kwds):
    """The older way to ask: vlen=, enum= or ref= a dtype."""
    if len(kwds) != 1:
        raise TypeError("Exactly one keyword may be provided")
    name, dt = kwds.popitem()
    if name not in ("vlen", "enum", "ref"):
        raise ValueError('Unknown special type "%s"' % name)
    return _metadata(dt, name)


def find_item_type(data):
    """str or bytes when all leaves of nested lists are that, else None."""
    if isinstance(data, list):
        types = {find_item_type(item) for item in data}
        return types.pop() if len(types) == 1 else None
    if type(data) is np.ndarray:
        if data.dtype.kind == "O" and not check_string_dtype(data.dtype) and data.size:
            types = {type(item) for item in data.flat}
            return types.pop() if len(types) == 1 else None
        return None
    if isinstance(data, (tuple, np.generic)):
        return None
    return type(data)


# --- from the file to NumPy ------------------------------------------------------------------------------------------------------------

class Translation:
    """How elements of one HDF5 type are read: the dtype, the type in memory that has its bytes, and targets for the reader."""

    __slots__ = ("type", "dtype", "memory", "has_objects", "is_plain", "target", "string", "is_text")

    def __init__(self, type_, dtype, memory):
        self.type, self.dtype, self.memory = type_, dtype, memory
        self.has_objects = dtype.hasobject
        self.is_plain = memory == type_
        base = dtype if dtype.subdtype is None else dtype.subdtype[0]
        self.string = check_string_dtype(base)
        self.is_text = self.string is not None and self.string.length is None
        self.target = _fiver.Target(memory, dtype, self.has_objects, make_reference=make_reference)

    def text_target(self, encoding, errors):
        """As `target`, text of variable length as str."""
        utf8 = encoding.lower() in ("utf-8", "utf8")
        return _fiver.Target(self.memory, self.dtype, True, errors, "" if utf8 else encoding, make_reference)


_translations = {}
_translations_lock = threading.Lock()


def translation(type_):
    """The Translation of an HDF5 type. Raises TypeError when NumPy has nothing for it."""
    found = _translations.get(type_)
    if found is None:
        found = Translation(type_, *_translate(type_))
        with _translations_lock:
            if len(_translations) > 4096:  # a program that makes types without end
                _translations.clear()
            _translations[type_] = found
    return found


def _translate(type_):
    description = type_.describe()
    return _TRANSLATORS[description[0]](type_, *description[1:])


def _order(order):
    return ">" if order == ">" else "<"


def _power_of_two(size, largest):
    for width in (1, 2, 4, 8):
        if size <= width <= largest:
            return width
    raise TypeError("NumPy has no integer of %d bytes" % size)


def _from_integer(type_, size, signed, order, offset, precision):
    width = _power_of_two(size, 8)
    dtype = np.dtype(_order(order) + ("i" if signed else "u") + str(width))
    plain = width == size and offset == 0 and precision == 8 * size and order != "vax"
    return dtype, type_ if plain else integer_type(width, signed, _order(order))


def _from_bitfield(type_, size, order, offset, precision):
    width = _power_of_two(size, 8)
    if width != size:
        raise TypeError("NumPy has no integer of %d bytes" % size)
    return np.dtype(_order(order) + "u" + str(width)), type_


# (NumPy's name, size, precision, sign, exponent position, exponent size, mantissa position, mantissa size, bias, normalization)
_FLOATS = [("f2", 2, 16, 15, 10, 5, 0, 10, 15, 2), ("f4", 4, 32, 31, 23, 8, 0, 23, 127, 2),
           ("f8", 8, 64, 63, 52, 11, 0, 52, 1023, 2)]
if np.finfo(np.longdouble).nmant == 63:  # x86
    _FLOATS.append(("g", np.dtype("g").itemsize, 80, 79, 64, 15, 0, 64, 16383, 0))


def _from_float(type_, size, order, offset, precision, *places):
    swapped = _order(order)
    for name, width, bits, *exact in _FLOATS:
        if size == width and order != "vax" and offset == 0 and precision == bits and list(places) == exact:
            return np.dtype(name).newbyteorder(swapped), type_
    exponent, mantissa = places[2], places[4]
    for name, width, bits, *exact in _FLOATS:
        if exponent <= exact[2] and mantissa <= exact[4]:
            return np.dtype(name).newbyteorder(swapped), _float_type(name, swapped)
    return np.dtype("f8").newbyteorder(swapped), _float_type("f8", swapped)


def _from_string(type_, size, padding, charset):
    dtype = string_dtype("utf-8" if charset == _UTF8 else "ascii", size)
    return dtype, type_ if padding == _NULL_PADDED else _fiver.Type.make(("string", size, _NULL_PADDED, charset))


def _from_text(type_, size, padding, charset):
    return string_dtype("utf-8" if charset == _UTF8 else "ascii"), type_


def _from_opaque(type_, size, tag):
    if tag.startswith("NUMPY:"):
        try:
            dtype = np.dtype(tag[6:].strip())
            if dtype.itemsize == size and not dtype.hasobject:
                return opaque_dtype(dtype), type_
        except TypeError:
            pass
    return np.dtype("V%d" % size), type_


def _from_compound(type_, size, members):
    if len(members) == 2:
        number = _complex_of(type_, size, members)
        if number is not None:
            return number
    names, formats, offsets, types = [], [], [], []
    fits, moved = True, 0
    ordered = sorted(members, key=lambda member: member[1])
    for name, offset, member in ordered:
        dtype, memory = _translate(member)
        names.append(name)
        formats.append(dtype)
        offsets.append(offset + moved)
        types.append(memory)
        fits = fits and dtype.itemsize <= member.size
        # As libhdf5 has them in memory: a pointer for text, a length and a pointer for sequences.
        if dtype.hasobject:
            moved += _size_in_memory(member) - member.size
    if not fits:
        offsets, size = [], 0
        for dtype in formats:
            offsets.append(size)
            size += dtype.itemsize
    stored = [next(i for i, entry in enumerate(ordered) if entry is member) for member in members]  # NumPy has them in any order
    dtype = np.dtype({"names": [names[i] for i in stored], "formats": [formats[i] for i in stored],
                      "offsets": [offsets[i] for i in stored], "itemsize": size + (moved if fits else 0)})
    if all(memory == member[2] for memory, member in zip(types, ordered)) and ordered == list(members):
        return dtype, type_
    # In memory, parts of variable length take 16 bytes.
    if not fits or dtype.hasobject:
        places, size = [], 0
        for memory in types:
            places.append(size)
            size += 16 if memory.describe()[0] in ("sequence", "text") else memory.size
        offsets = places
    return dtype, _fiver.Type.make(("compound", size, tuple(zip(names, offsets, types))))


def _size_in_memory(type_):
    kind, *facts = type_.describe()
    if kind == "text":
        return 8
    if kind == "sequence":
        return 16
    if kind == "compound":
        return type_.size + sum(_size_in_memory(member) - member.size for _, _, member in facts[1])
    if kind == "array":
        return type_.size // facts[0].size * _size_in_memory(facts[0])
    return type_.size


def _complex_of(type_, size, members):
    (r, r_at, real), (i, i_at, imaginary) = members
    if (r, i) != ("r", "i") or real != imaginary or r_at != 0 or i_at != real.size or size != 2 * real.size:
        return None
    dtype = _translate(real)
    if dtype[1] != real or dtype[0].kind != "f" or dtype[0].itemsize < 4:
        return None
    return _complex_dtype(dtype[0]), type_


def _complex_dtype(real):
    return np.dtype("c%d" % (2 * real.itemsize)).newbyteorder(real.byteorder)


def _from_complex(type_, base):
    dtype, memory = _translate(base)
    if dtype.kind != "f" or dtype.itemsize < 4 or memory != base:
        dtype, memory = np.dtype("<f4"), _float_type("f4", "<")
        return _complex_dtype(dtype), _fiver.Type.make(("complex", memory))
    return _complex_dtype(dtype), type_


def _from_reference(type_, size, kind):
    return (regionref_dtype if kind in (1, 3) else ref_dtype), type_


def _from_enum(type_, base, members):
    dtype, memory = _translate(base)
    values = dict(members)
    false, true = get_config().bool_names
    if dtype.itemsize == 1 and values == {false: 0, true: 1}:
        return np.dtype("?"), type_
    return np.dtype(dtype, metadata={"enum": values}), type_


def _from_array(type_, base, dims):
    dtype, memory = _translate(base)
    result = np.dtype((dtype, tuple(dims)))
    return result, type_ if memory == base else _fiver.Type.make(("array", memory, tuple(dims)))


def _from_sequence(type_, size, base):
    dtype, memory = _translate(base)
    return vlen_dtype(dtype), type_ if memory == base else _fiver.Type.make(("sequence", size, memory))


def _from_time(type_, *facts):
    raise TypeError("No NumPy equivalent for %s" % type_)


_TRANSLATORS = {"integer": _from_integer, "float": _from_float, "time": _from_time, "string": _from_string, "bitfield": _from_bitfield,
                "opaque": _from_opaque, "compound": _from_compound, "reference": _from_reference, "enum": _from_enum,
                "sequence": _from_sequence, "text": _from_text, "array": _from_array, "complex": _from_complex}


# --- from NumPy to the file ------------------------------------------------------------------------------------------------------------

def integer_type(size, signed, order="<"):
    return _fiver.Type.make(("integer", size, signed, order, 0, 8 * size))


def _float_type(name, order):
    for known, size, bits, *places in _FLOATS:
        if known == name:
            return _fiver.Type.make(("float", size, order, 0, bits, *places))
    raise TypeError("No conversion path for dtype %s" % name)


def _byte_order(dtype):
    native = "<" if np.little_endian else ">"
    return {"<": "<", ">": ">"}.get(dtype.byteorder, native)


def type_of(dtype, logical=True):
    """The HDF5 type that elements of `dtype` have in a file (logical), or in an array. Raises TypeError when there is none."""
    dtype = np.dtype(dtype)
    if dtype.subdtype is not None:
        base, dims = dtype.subdtype
        return _fiver.Type.make(("array", type_of(base, logical), dims))
    kind = dtype.kind
    if dtype.metadata is not None and check_opaque_dtype(dtype):
        return _fiver.Type.make(("opaque", dtype.itemsize, "NUMPY:" + dtype.descr[0][1]))
    if kind in "iu":
        values = check_enum_dtype(dtype)
        base = integer_type(dtype.itemsize, kind == "i", _byte_order(dtype))
        if values is not None and logical:
            return _fiver.Type.make(("enum", base, tuple((name_of(k), int(values[k])) for k in sorted(values))))  # sorted: as h5py
        return base
    if kind == "f":
        return _float_type("f%d" % dtype.itemsize if dtype.itemsize <= 8 else "g", _byte_order(dtype))
    if kind == "c":
        base = type_of(np.dtype("f%d" % (dtype.itemsize // 2)).newbyteorder(dtype.byteorder))
        r, i = get_config().complex_names
        return _fiver.Type.make(("compound", dtype.itemsize, ((r, 0, base), (i, base.size, base))))
    if kind == "b":
        false, true = get_config().bool_names
        return _fiver.Type.make(("enum", integer_type(1, True), ((false, 0), (true, 1))))
    if kind == "S":
        if dtype.itemsize == 0:
            return _fiver.Type.make(("string", 1, _NULL_PADDED, _ASCII))
        charset = _UTF8 if check_string_dtype(dtype).encoding == "utf-8" else _ASCII
        return _fiver.Type.make(("string", dtype.itemsize, _NULL_PADDED, charset))
    if kind == "V":
        if dtype.names is not None:
            return _compound_type(dtype, logical)
        return _fiver.Type.make(("opaque", dtype.itemsize, ""))
    if kind == "O":
        return _object_type(dtype, logical)
    raise TypeError("No conversion path for dtype: %r" % dtype)


def _compound_type(dtype, logical):
    members, size, moved = [], 0, False
    for name in dtype.names:
        field, offset = dtype.fields[name][:2]
        type_ = type_of(field, logical)
        members.append((name, offset, type_))
        moved = moved or type_.size > field.itemsize
    if moved:  # parts of variable length are wider than the pointers of an object array
        places, size = [], 0
        for name, offset, type_ in members:
            places.append((name, size, type_))
            size += type_.size
        return _fiver.Type.make(("compound", size, tuple(places)))
    return _fiver.Type.make(("compound", dtype.itemsize, tuple(members)))


def _object_type(dtype, logical):
    vlen = check_vlen_dtype(dtype)
    if vlen is bytes or vlen is str:
        return _fiver.Type.make(("text", 16, _NULL_TERMINATED, _UTF8 if vlen is str else _ASCII))
    if vlen is not None:
        return _fiver.Type.make(("sequence", 16, type_of(np.dtype(vlen), logical)))
    ref = check_ref_dtype(dtype)
    if ref is Reference:
        return _fiver.Type.make(("reference", 8, 0))
    if ref is RegionReference:
        return _fiver.Type.make(("reference", 12, 1))
    raise TypeError("Object dtype %r has no native HDF5 equivalent" % (dtype,))


def wants_text(dtype):
    """True when elements of the dtype are text of variable length."""
    return check_vlen_dtype(dtype) is str or check_vlen_dtype(dtype) is bytes


from .config import get_config  # noqa: E402  (config needs nothing of this module but is used throughout)
