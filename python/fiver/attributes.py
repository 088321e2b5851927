"""Attributes: small arrays with names, on any object."""
import numpy as np

from . import _fiver
from .base import HLObject, MappingHDF5, name_of
from .dtypes import translation
from .empty import Empty


def read_value(attribute):
    """What h5py gives for an attribute: a NumPy scalar or array, str for text, Empty."""
    text = attribute.read_text()
    if text is not None:
        return text
    shape, _ = attribute.space
    t = translation(attribute.type)
    if shape is None:
        return Empty(t.dtype)
    if not t.is_plain and t.dtype.kind != "S":
        return _converted(attribute, t, shape)
    target = t.text_target("utf-8", "surrogateescape") if t.is_text else t.target
    array = attribute.read(target)
    if t.dtype.kind == "S" and not t.is_plain:
        array = _trimmed(array, attribute.type.describe()[2])
    if shape == () and t.dtype.subdtype is None:
        return array[()]
    return array


def _trimmed(array, padding):
    """Fixed strings without what pads them: blanks, or everything from the first NUL on."""
    flat = [(item.rstrip(b" ") if padding == 2 else item.split(b"\0", 1)[0]) for item in array.ravel().tolist()]
    return np.array(flat, dtype=array.dtype).reshape(array.shape)


def _converted(attribute, t, shape):
    if t.dtype.hasobject or t.type.size != t.dtype.itemsize:
        raise TypeError("An attribute of type %s has no NumPy equivalent that its bytes fit" % attribute.type)
    array = attribute.read(_fiver.Target(t.type, t.dtype, False))  # members in another order: the same bytes
    return array[()] if shape == () and t.dtype.subdtype is None else array


class AttributeManager(MappingHDF5):
    """The attributes of an object, by name. Assigning makes or replaces one."""

    __slots__ = ("_c", "_id", "__weakref__")

    def __init__(self, parent):
        self._c = parent._c
        self._id = parent._id

    def _attribute(self, name):
        if not isinstance(name, (str, bytes)):
            raise TypeError("A name should be string or bytes, not %s" % type(name))
        found = self._c.find_attribute(name)
        if found is None:
            raise KeyError("Unable to open attribute (can't locate attribute: '%s')" % name_of(name))
        return found

    def __getitem__(self, name):
        """The value of the attribute: a NumPy scalar or array, str for text, Empty where it has no elements.

        Raises KeyError where there is none of that name, TypeError where its type has no NumPy equivalent.
        """
        return read_value(self._attribute(name))

    def get_id(self, name):
        """The low-level identifier of the attribute."""
        from .h5a import AttrID

        return AttrID(self._attribute(name), self._c)

    def __len__(self):
        return self._c.attribute_count()

    def __iter__(self):
        return iter(self._c.attribute_names("creation"))

    def __reversed__(self):
        return reversed(self._c.attribute_names("creation"))

    def __contains__(self, name):
        if not isinstance(name, (str, bytes)):
            raise TypeError("A name should be string or bytes, not %s" % type(name))
        return self._c.find_attribute(name) is not None

    def __repr__(self):
        if not self._c.is_open:
            return "<Attributes of closed HDF5 object>"
        return "<Attributes of HDF5 object at %s>" % id(self._c)

    def __setitem__(self, name, value):
        self.create(name, data=value)

    def __delitem__(self, name):
        from .attribute_writing import delete_attribute

        delete_attribute(self, name)

    def create(self, name, data, shape=None, dtype=None):
        """Sets an attribute, in place of one of that name, with a given shape and dtype; those of the data where they are None.

        Raises ValueError when shape and data don't fit, TypeError for a dtype that can't be stored.
        """
        from .attribute_writing import create_attribute

        create_attribute(self, name, data, shape, dtype)

    def modify(self, name, value):
        """Changes the value of an attribute; its shape and dtype stay. Makes it where there is none. Raises TypeError when the shapes don't fit."""
        from .attribute_writing import modify_attribute

        modify_attribute(self, name, value)


HLObject.attrs = property(AttributeManager, doc="The attributes, as a mapping.")
