"""Committed datatypes."""
from . import _fiver
from .base import _WRAPPERS, HLObject
from .dtypes import translation


class Datatype(HLObject):
    """A datatype with a name in the file, which datasets and attributes may share."""

    def __init__(self, bind):
        from .h5t import TypeID

        if not isinstance(bind, TypeID):
            raise ValueError("%s is not a TypeID" % (bind,))
        HLObject.__init__(self, bind)

    @property
    def dtype(self):
        """The NumPy dtype that it stands for."""
        return translation(self._c.type).dtype

    def __repr__(self):
        if not self:
            return "<Closed HDF5 named type>"
        name = "(anonymous)" if self.name is None else '"%s"' % self.name.rsplit("/", 1)[-1]
        return "<HDF5 named type %s (dtype %s)>" % (name, self.dtype.str)


def _wrap(handle):
    from .h5t import committed_type_id

    return Datatype(committed_type_id(handle))


_WRAPPERS[_fiver.Datatype] = _wrap
