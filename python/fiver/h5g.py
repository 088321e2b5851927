"""Low-level groups."""
from . import _fiver
from .groups import GroupID

LINK_HARD, LINK_SOFT, UNKNOWN, GROUP, DATASET, TYPE, LINK = 0, 1, -1, 0, 1, 2, 3


def open(loc, name):
    """The group of this name."""
    handle = loc._handle.root() if isinstance(loc._handle, _fiver.File) else loc._handle
    found = handle.open(name)
    if not isinstance(found, _fiver.Group):
        raise KeyError("%r is not a group" % (name,))
    return GroupID(found)


def create(loc, name, lcpl=None, gcpl=None):
    """A new group."""
    handle = loc._handle.root() if isinstance(loc._handle, _fiver.File) else loc._handle
    return GroupID(handle.create_group(name, bool(gcpl is not None and gcpl.get_link_creation_order())))


def get_objinfo(obj, name=b".", follow_link=True):
    from .h5o import get_info

    return get_info(obj, name)
