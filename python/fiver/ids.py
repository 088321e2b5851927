"""Identifiers: what the high-level objects hold, and what programs reach as ``.id``.

An identifier wraps a handle of the extension. Equal identifiers are the same object of the same file.
"""
import itertools

_numbers = itertools.count(1 << 56)


class ObjectID:
    """An open object, or a description (a type, a dataspace, a property list) that low-level calls pass about."""

    __slots__ = ("_handle", "_number", "__weakref__")

    def __init__(self, handle):
        self._handle = handle
        self._number = None

    @property
    def id(self):
        """A number that no other identifier has."""
        if self._number is None:
            self._number = next(_numbers)
        return self._number

    @property
    def valid(self):
        return self._handle is not None and not isinstance(self._handle, int) and self._handle.is_open

    def __bool__(self):
        return self.valid

    def _identity(self):
        return self._handle.identity

    def __eq__(self, other):
        if self is other:
            return True
        if isinstance(other, ObjectID) and isinstance(self._handle, int):
            return self._handle == other._handle
        if not isinstance(other, ObjectID) or not self.valid or not other.valid:
            return False
        return type(self)._kind() == type(other)._kind() and self._identity() == other._identity()

    @classmethod
    def _kind(cls):
        return cls

    def __hash__(self):
        if isinstance(self._handle, int):
            raise TypeError("a bare number as identifier is not hashable")
        return hash(self._identity())

    def __copy__(self):
        return self

    def close(self):
        """Ends the use of this identifier and of what holds it."""
        if self._handle is not None:
            self._handle.close()

    _close = close
