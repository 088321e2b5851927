"""Making and changing attributes."""
import functools

import numpy as np

from . import _fiver
from .attributes import read_value
from .base import name_of
from .datatypes import Datatype
from .dtypes import translation, type_of
from .empty import Empty
from .references import make_reference
from .values import array_for, array_of
from .writing import _check_kinds, raw_elements, target_for_array


class _Place:
    """What target_for_array() asks about: the type that the attribute has."""

    def __init__(self, type_):
        self._translation = translation(type_)
        self.dtype = self._translation.dtype


def put(handle, name, type_, shape, array, committed=None):
    """Writes the items of an array as an attribute of this type and shape."""
    place = _Place(type_)
    if array is None:
        handle.write_attribute(name, type_, None, place._translation.target, None, committed)
        return
    _check_kinds(place, array)
    target = target_for_array(place, array)
    handle.write_attribute(name, type_, shape, target, np.ascontiguousarray(array), committed)


def _needs_writing(kind):
    """What fails on a file open for reading fails for that reason, as h5py says it, whatever else is wrong."""
    def decorate(function):
        @functools.wraps(function)
        def checked(manager, *args, **kwds):
            try:
                return function(manager, *args, **kwds)
            except ValueError as error:
                if manager._c.is_open and manager._c.file.mode == "r":
                    raise kind("Unable to change attributes (no write intent on file): %s" % error) from None
                raise
        return checked
    return decorate


@_needs_writing(OSError)
def create_attribute(manager, name, data, shape=None, dtype=None):
    """attrs.create"""
    name = name_of(name)
    committed = type_ = None
    if isinstance(dtype, Datatype):
        committed, type_, dtype = dtype._c.address, dtype._c.type, dtype.dtype
    elif hasattr(dtype, "_type") and isinstance(dtype._type, _fiver.Type):
        type_, dtype = dtype._type, dtype.dtype
    elif dtype is not None:
        dtype = np.dtype(dtype)
    if isinstance(data, Empty):
        put(manager._c, name, type_ or type_of(data.dtype if dtype is None else dtype), None, None, committed)
        return
    array, found = array_for(data, dtype)
    dtype = found if dtype is None else dtype
    inner = dtype.shape
    given = array.shape
    if inner:
        if array.ndim < len(inner) or array.shape[array.ndim - len(inner):] != inner:
            raise ValueError("Array dtype shape %s is incompatible with data shape %s" % (inner, array.shape))
        given = array.shape[:array.ndim - len(inner)]
    if shape is None:
        shape = given
    else:
        shape = (int(shape),) if not hasattr(shape, "__len__") else tuple(int(n) for n in shape)
        if int(np.prod(shape, dtype=object)) != int(np.prod(given, dtype=object)):
            raise ValueError("Shape of new attribute conflicts with shape of data")
    put(manager._c, name, type_ or type_of(dtype), shape, array, committed)


def _numbers(value, dtype):
    """Lists of Python's integers at once as the stored ones: NumPy would make floating-point numbers of those beyond int64."""
    if dtype.kind in "iu" and not hasattr(value, "dtype"):
        try:
            return np.asarray(value, dtype=dtype, order="C")
        except OverflowError:
            pass
    return np.asarray(value, order="C")


@_needs_writing(OSError)
def modify_attribute(manager, name, value):
    """attrs.modify"""
    found = manager._c.find_attribute(name)
    if found is None:
        create_attribute(manager, name, value)
        return
    shape, _ = found.space
    type_ = found.type
    dtype = translation(type_).dtype
    if shape is None:
        raise OSError("Empty attributes can't be modified")
    array = array_of(value, dtype) if dtype.kind == "O" or dtype.kind == "S" else _numbers(value, dtype)
    if array.shape != shape + dtype.shape and not (shape == (1,) and array.shape == () or shape == () and array.shape == (1,)):
        raise TypeError("Shape of data is incompatible with existing attribute")
    put(manager._c, name_of(name), type_, shape, array, found.committed_type)


@_needs_writing(KeyError)
def delete_attribute(manager, name):
    """del attrs[name]"""
    manager._c.remove_attribute(name_of(name))


def write_attribute_value(owner, attribute, array, mtype=None):
    """The low-level way: another value of the same type and shape."""
    name, type_, shape, committed = attribute.name, attribute.type, attribute.space[0], attribute.committed_type
    raw = raw_elements(np.asarray(array), mtype, type_, 1 if shape is None else int(np.prod(shape, dtype=object)))
    if raw is None:
        put(owner, name, type_, shape, np.asarray(array), committed)
    else:
        owner.write_attribute(name, type_, shape, _fiver.Target(type_, raw.dtype, False), raw, committed)


def create_attribute_low_level(owner, name, tid, space):
    """h5a.create: zeros, until a value is written."""
    from .h5a import AttrID

    name = name_of(name)
    dtype = tid.dtype
    array = None if space._shape is None else np.zeros(space._shape + dtype.shape, dtype.base)
    put(owner, name, tid._type, space._shape, array)
    return AttrID(owner.find_attribute(name), owner)


del make_reference, read_value
