"""Low-level datatypes."""
import numpy as np

from . import _fiver, dtypes
from .base import name_of
from .dtypes import (check_dtype, check_enum_dtype, check_opaque_dtype, check_ref_dtype, check_string_dtype, check_vlen_dtype,  # noqa: F401
                     enum_dtype, find_item_type, opaque_dtype, ref_dtype, regionref_dtype, special_dtype, string_dtype, string_info,
                     vlen_dtype)
from .ids import ObjectID

NO_CLASS, INTEGER, FLOAT, TIME, STRING, BITFIELD, OPAQUE, COMPOUND, REFERENCE, ENUM, VLEN, ARRAY, COMPLEX = range(-1, 12)
SGN_NONE, SGN_2 = 0, 1
ORDER_LE, ORDER_BE, ORDER_VAX, ORDER_NONE = 0, 1, 2, 4
DIR_DEFAULT, DIR_ASCEND, DIR_DESCEND = 0, 1, 2
STR_NULLTERM, STR_NULLPAD, STR_SPACEPAD = 0, 1, 2
CSET_ASCII, CSET_UTF8 = 0, 1
NORM_IMPLIED, NORM_MSBSET, NORM_NONE = 0, 1, 2
PAD_ZERO, PAD_ONE, PAD_BACKGROUND = 0, 1, 2
VARIABLE = 0xFFFFFFFFFFFFFFFF

_ORDERS = {"<": ORDER_LE, ">": ORDER_BE, "vax": ORDER_VAX}
_CLASSES = {"integer": INTEGER, "float": FLOAT, "time": TIME, "string": STRING, "bitfield": BITFIELD, "opaque": OPAQUE, "compound": COMPOUND,
            "reference": REFERENCE, "enum": ENUM, "sequence": VLEN, "text": STRING, "array": ARRAY, "complex": COMPLEX}


class TypeID(ObjectID):
    """A datatype; committed where it has a name in a file."""

    __slots__ = ("_type", "_facts")

    def __init__(self, type_, handle=None):
        super().__init__(handle)
        self._type = type_
        self._facts = type_.describe()

    @property
    def valid(self):
        return self._handle is None or self._handle.is_open

    def _identity(self):
        return self._type

    def __eq__(self, other):
        return isinstance(other, TypeID) and self._type == other._type

    def __hash__(self):
        return hash(self._type)

    @classmethod
    def _kind(cls):
        return TypeID

    @property
    def dtype(self):
        """The NumPy dtype it stands for."""
        return dtypes.translation(self._type).dtype

    py_dtype = dtype.fget

    def _make(self, *facts):
        self._type = _fiver.Type.make(facts)
        self._facts = self._type.describe()

    def get_class(self):
        return _CLASSES[self._facts[0]]

    def get_size(self):
        """Bytes of an element in memory, as libhdf5 has it: text of variable length is a pointer."""
        return dtypes._size_in_memory(self._type) if self._facts[0] in ("text", "compound", "array") else self._type.size

    def committed(self):
        return self._handle is not None

    def commit(self, group, name, lcpl=None):
        """Gives the type a name in a file; from here on it is the committed one."""
        where = group._handle.root() if isinstance(group._handle, _fiver.File) else group._handle
        if where.find_link(name) is not None:
            raise KeyError("Unable to commit datatype (name already exists): %r" % (name,))
        where.commit_datatype(name_of(name), self._type)
        self._handle = where.open(name)

    def equal(self, other):
        return self._type == other._type

    def copy(self):
        return type(self)(self._type)

    def get_super(self):
        """The type of the parts of enumerations, arrays and sequences."""
        index = {"enum": 1, "array": 1, "sequence": 2, "complex": 1}.get(self._facts[0])
        if index is None:
            raise TypeError("this type has no parts")
        return type_id(self._facts[index])

    def detect_class(self, cls):
        return self.get_class() == cls or any(part.detect_class(cls) for part in self._parts())

    def _parts(self):
        kind = self._facts[0]
        if kind == "compound":
            return [type_id(member[2]) for member in self._facts[2]]
        return [self.get_super()] if kind in ("enum", "array", "sequence", "complex") else []

    def is_variable_str(self):
        return self._facts[0] == "text"

    def lock(self):
        """Types of a file don't change; nothing to do."""


_PLACES = {"integer": (4, 5), "bitfield": (3, 4), "float": (3, 4)}  #: where the facts of a type have its offset and precision


class TypeAtomicID(TypeID):
    __slots__ = ()

    def _place(self, size, offset, precision):
        facts = list(self._facts)
        at_offset, at_precision = _PLACES[facts[0]]
        facts[1], facts[at_offset], facts[at_precision] = max(size, -(-(offset + precision) // 8)), offset, precision
        self._make(*facts)

    def set_size(self, size):
        """Bytes of an element. Numbers that get smaller lose bits where they must; strings: the length in bytes, or VARIABLE."""
        if self._facts[0] in ("string", "text"):
            padding, charset = self._facts[2:4]
            self._make(*(("text", 16) if size == VARIABLE else ("string", size)), padding, charset)
            return
        precision = min(self.get_precision(), 8 * size)
        self._place(size, min(self.get_offset(), 8 * size - precision), precision)

    def set_precision(self, precision):
        """Bits of the value; the size grows with them."""
        self._place(self._type.size, self.get_offset(), precision)

    def set_offset(self, offset):
        """The number of the value's lowest bit."""
        self._place(self._type.size, offset, self.get_precision())

    def get_order(self):
        for fact in self._facts:
            if fact in _ORDERS:
                return _ORDERS[fact]
        return ORDER_NONE

    def set_order(self, order):
        letter = {ORDER_LE: "<", ORDER_BE: ">"}[order]
        self._make(*[letter if fact in ("<", ">") else fact for fact in self._facts])

    def get_precision(self):
        return self._facts[{"integer": 5, "float": 4, "bitfield": 4, "time": 3}[self._facts[0]]]

    def get_offset(self):
        return self._facts[_PLACES[self._facts[0]][0]]


class TypeIntegerID(TypeAtomicID):
    __slots__ = ()

    def get_sign(self):
        return SGN_2 if self._facts[2] else SGN_NONE

    def set_sign(self, sign):
        facts = list(self._facts)
        facts[2] = sign == SGN_2
        self._make(*facts)


class TypeBitfieldID(TypeAtomicID):
    __slots__ = ()


class TypeTimeID(TypeAtomicID):
    __slots__ = ()


class TypeFloatID(TypeAtomicID):
    __slots__ = ()

    def get_fields(self):
        """(sign position, exponent position, exponent size, mantissa position, mantissa size)."""
        return self._facts[5:10]

    def get_ebias(self):
        return self._facts[10]

    def get_norm(self):
        return {2: NORM_IMPLIED, 1: NORM_MSBSET, 0: NORM_NONE}[self._facts[11]]

    def set_fields(self, spos, epos, esize, mpos, msize):
        """As get_fields gives them."""
        self._make(*self._facts[:5], spos, epos, esize, mpos, msize, *self._facts[10:])

    def set_ebias(self, ebias):
        self._make(*self._facts[:10], ebias, self._facts[11])

    def set_norm(self, norm):
        self._make(*self._facts[:11], {NORM_IMPLIED: 2, NORM_MSBSET: 1, NORM_NONE: 0}[norm])


class TypeStringID(TypeAtomicID):
    __slots__ = ()

    def get_cset(self):
        return self._facts[3]

    def set_cset(self, cset):
        self._make(*self._facts[:3], cset)

    def get_strpad(self):
        return self._facts[2]

    def set_strpad(self, pad):
        self._make(*self._facts[:2], pad, self._facts[3])


class TypeReferenceID(TypeAtomicID):
    __slots__ = ()


class TypeOpaqueID(TypeID):
    __slots__ = ()

    def get_tag(self):
        return self._facts[2].encode("utf-8", "surrogateescape")

    def set_tag(self, tag):
        self._make("opaque", self._facts[1], tag.decode("utf-8") if isinstance(tag, bytes) else tag)


class TypeVlenID(TypeID):
    __slots__ = ()


class TypeArrayID(TypeID):
    __slots__ = ()

    def get_array_ndims(self):
        return len(self._facts[2])

    def get_array_dims(self):
        return self._facts[2]


class TypeComplexID(TypeID):
    __slots__ = ()


class TypeCompositeID(TypeID):
    __slots__ = ()

    def _members(self):
        return self._facts[2]

    def get_nmembers(self):
        return len(self._members())

    def get_member_name(self, member):
        return self._members()[member][0].encode("utf-8", "surrogateescape")

    def get_member_index(self, name):
        name = name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
        return [member[0] for member in self._members()].index(name)


class TypeCompoundID(TypeCompositeID):
    __slots__ = ()

    def get_member_offset(self, member):
        offset = self._members()[member][1]
        return offset + sum(dtypes._size_in_memory(type_) - type_.size for _, before, type_ in self._members() if before < offset)

    def get_member_type(self, member):
        return type_id(self._members()[member][2])

    def get_member_class(self, member):
        return self.get_member_type(member).get_class()

    def insert(self, name, offset, field):
        """Adds a member."""
        name = name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
        self._make("compound", self._facts[1], self._members() + ((name, offset, field._type),))

    def set_size(self, size):
        self._make("compound", size, self._members())


class TypeEnumID(TypeCompositeID):
    __slots__ = ()

    def get_member_value(self, index):
        return self._members()[index][1]

    def enum_insert(self, name, value):
        """Adds a named value."""
        name = name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
        self._make("enum", self._facts[1], self._members() + ((name, int(value)),))

    insert = enum_insert

    def enum_nameof(self, value):
        return next(name for name, v in self._members() if v == value).encode("utf-8", "surrogateescape")

    def enum_valueof(self, name):
        name = name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
        return dict(self._members())[name]


_ID_CLASSES = {INTEGER: TypeIntegerID, FLOAT: TypeFloatID, TIME: TypeTimeID, STRING: TypeStringID, BITFIELD: TypeBitfieldID,
               OPAQUE: TypeOpaqueID, COMPOUND: TypeCompoundID, REFERENCE: TypeReferenceID, ENUM: TypeEnumID, VLEN: TypeVlenID,
               ARRAY: TypeArrayID, COMPLEX: TypeComplexID}


def type_id(type_, handle=None):
    """The identifier of a type."""
    return _ID_CLASSES[_CLASSES[type_.describe()[0]]](type_, handle)


def committed_type_id(handle):
    """The identifier of a committed datatype."""
    return type_id(handle.type, handle)


def typewrap(type_):
    return type_id(type_)


def py_create(dt, logical=False, aligned=False):
    """The type of a dtype: as in memory, or (logical) as in a file."""
    return type_id(dtypes.type_of(np.dtype(dt), logical=True if logical else np.dtype(dt).kind == "O"))


def create(classtype, size):
    """A new compound, opaque or string type of this size."""
    if classtype == COMPOUND:
        return TypeCompoundID(_fiver.Type.make(("compound", size, ())))
    if classtype == OPAQUE:
        return TypeOpaqueID(_fiver.Type.make(("opaque", size, "")))
    if classtype == STRING:
        facts = ("text", 16, 0, 0) if size == VARIABLE else ("string", size, 0, 0)
        return TypeStringID(_fiver.Type.make(facts))
    raise ValueError("Class must be COMPOUND, OPAQUE or STRING.")


def enum_create(base):
    """A new enumeration without names."""
    return TypeEnumID(_fiver.Type.make(("enum", base._type, ())))


def vlen_create(base):
    """Sequences of a type."""
    return TypeVlenID(_fiver.Type.make(("sequence", 16, base._type)))


def array_create(base, dims_tpl):
    """Arrays of a type."""
    return TypeArrayID(_fiver.Type.make(("array", base._type, tuple(dims_tpl))))


def open(group, name, tapl=None):
    """The committed type of this name."""
    return committed_type_id(group._handle.open(name))


def find(src, dst):
    """None: the engine's conversions are not looked up."""
    return None


def _constants():
    made = {}
    for bits in (8, 16, 32, 64):
        for letter, signed in (("I", True), ("U", False)):
            for order, code in (("LE", "<"), ("BE", ">")):
                made["STD_%s%d%s" % (letter, bits, order)] = TypeIntegerID(dtypes.integer_type(bits // 8, signed, code))
            made["NATIVE_%sINT%d" % ("" if signed else "U", bits)] = TypeIntegerID(dtypes.integer_type(bits // 8, signed))
    for name, size in (("F16", "f2"), ("F32", "f4"), ("F64", "f8")):
        for order, code in (("LE", "<"), ("BE", ">")):
            made["IEEE_%s%s" % (name, order)] = TypeFloatID(dtypes._float_type(size, code))
    made["NATIVE_FLOAT"], made["NATIVE_DOUBLE"], made["NATIVE_FLOAT16"] = (TypeFloatID(dtypes._float_type(s, "<")) for s in ("f4", "f8", "f2"))
    made["C_S1"] = TypeStringID(_fiver.Type.make(("string", 1, 0, 0)))
    made["FORTRAN_S1"] = TypeStringID(_fiver.Type.make(("string", 1, 2, 0)))
    made["STD_REF_OBJ"] = TypeReferenceID(_fiver.Type.make(("reference", 8, 0)))
    made["STD_REF_DSETREG"] = TypeReferenceID(_fiver.Type.make(("reference", 12, 1)))
    made["PYTHON_OBJECT"] = TypeOpaqueID(_fiver.Type.make(("opaque", 8, "PYTHON:OBJECT")))
    return made


globals().update(_constants())
