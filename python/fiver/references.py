"""References as Python objects: the bytes that the file stores, and what kind they are."""
from . import _fiver


class Reference:
    """A reference to an object of a file. False when it leads nowhere. ``file[reference]`` opens the object."""

    __slots__ = ("_stored", "_kind")
    typecode = 0

    def __init__(self, stored=None, kind=None):
        self._kind = (0 if kind is None else kind)
        self._stored = bytes(8) if stored is None else stored

    @property
    def _type(self):
        return _fiver.Type.make(("reference", len(self._stored), self._kind))

    def _stored_bytes(self, size):
        """As the file stores it, in `size` bytes."""
        return self._stored[:size].ljust(size, b"\0")

    def __bool__(self):
        return any(self._stored)

    def __eq__(self, other):
        if not isinstance(other, Reference):
            return NotImplemented
        return (self._stored, self._kind) == (other._stored, other._kind)

    def __ne__(self, other):
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    def __hash__(self):
        return hash((self._stored, self._kind))

    def __reduce__(self):
        return type(self), (self._stored, self._kind)

    def __repr__(self):
        return "<HDF5 object reference%s>" % ("" if self else " (null)")


class RegionReference(Reference):
    """A reference to elements of a dataset. ``file[reference]`` opens the dataset; ``dataset[reference]`` reads the elements."""

    __slots__ = ()
    typecode = 1

    def __init__(self, stored=None, kind=None):
        super().__init__(bytes(12) if stored is None else stored, 1 if kind is None else kind)

    def __repr__(self):
        return "<HDF5 region reference%s>" % ("" if self else " (null)")


def make_reference(kind, stored):
    """What a stored reference is in Python; called by the extension."""
    return RegionReference(stored, kind) if kind in (1, 3) else Reference(stored, kind)
