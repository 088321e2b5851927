"""Low-level attributes."""
from . import _fiver
from .attributes import read_value
from .ids import ObjectID


class AttrID(ObjectID):
    """An attribute."""

    __slots__ = ("_owner",)

    def __init__(self, attribute, owner):
        super().__init__(attribute)
        self._owner = owner

    @property
    def valid(self):
        return self._owner.is_open

    def _identity(self):
        return self._owner.identity + (self._handle.name,)

    @property
    def name(self):
        return self._handle.name.encode("utf-8", "surrogateescape")

    @property
    def shape(self):
        return self._handle.space[0]

    @property
    def rank(self):
        return len(self.shape or ())

    @property
    def dtype(self):
        from .dtypes import translation

        return translation(self._handle.type).dtype

    def get_type(self):
        from .h5t import type_id

        return type_id(self._handle.type)

    def get_space(self):
        from .h5s import SpaceID

        shape, largest = self._handle.space
        return SpaceID.of(shape, None, largest)

    def get_storage_size(self):
        return self._handle.type.size * max(1, self.get_space().get_simple_extent_npoints())

    def read(self, arr, mtype=None):
        """Reads the value into an array."""
        arr[...] = read_value(self._handle)

    def write(self, arr, mtype=None):
        from .attribute_writing import write_attribute_value

        write_attribute_value(self._owner, self._handle, arr, mtype)

    def close(self):
        """Attributes hold nothing open."""


def _on(loc, obj_name):
    handle = loc._handle.root() if isinstance(loc._handle, _fiver.File) else loc._handle
    return handle if obj_name == b"." or obj_name == "." else handle.open(obj_name)


def exists(loc, name, obj_name=b".", lapl=None):
    """True when the object has an attribute of this name."""
    return _on(loc, obj_name).find_attribute(name) is not None


def open(loc, name=None, index=-1, obj_name=b".", **kwds):
    """The attribute of this name, or number."""
    owner = _on(loc, obj_name)
    if name is None:
        names = owner.attribute_names("name")
        if not 0 <= index < len(names):
            raise KeyError("no attribute of the number %d" % index)
        name = names[index]
    found = owner.find_attribute(name)
    if found is None:
        raise KeyError("Can't open attribute (can't locate attribute: %r)" % (name,))
    return AttrID(found, owner)


def get_num_attrs(loc):
    return len(_on(loc, b".").attribute_names())


def iterate(loc, func, index=0, **kwds):
    """Calls func(name) for each attribute from number `index` on."""
    for name in _on(loc, b".").attribute_names()[index:]:
        answer = func(name.encode("utf-8", "surrogateescape"))
        if answer is not None:
            return answer
    return None


def create(loc, name, tid, space, obj_name=b".", lapl=None):
    """Makes an attribute of a low-level type and space."""
    from .attribute_writing import create_attribute_low_level

    return create_attribute_low_level(_on(loc, obj_name), name, tid, space)


def delete(loc, name=None, index=-1, obj_name=b".", **kwds):
    """Removes an attribute."""
    owner = _on(loc, obj_name)
    owner.remove_attribute(owner.attribute_names()[index] if name is None else name)


def rename(loc, name, new_name, obj_name=b".", lapl=None):
    """Gives an attribute another name."""
    _on(loc, obj_name).rename_attribute(name, new_name)
