"""Low-level identifiers."""
from . import _fiver, h5d, h5s, h5t
from .files import FileID
from .groups import GroupID

UNINIT, BADID, FILE, GROUP, DATATYPE, DATASPACE, DATASET, ATTR = -2, -1, 1, 2, 3, 4, 5, 6


def get_type(obj):
    """The kind of an identifier."""
    from .h5a import AttrID

    for cls, kind in ((FileID, FILE), (GroupID, GROUP), (h5t.TypeID, DATATYPE), (h5s.SpaceID, DATASPACE), (h5d.DatasetID, DATASET), (AttrID, ATTR)):
        if isinstance(obj, cls):
            return kind
    raise TypeError("not an identifier")


def get_name(obj):
    """The path of the object, as bytes."""
    if isinstance(obj, FileID):
        return b"/"
    path = obj._handle.path
    if path.startswith("?"):
        from .base import wrap

        path = wrap(obj._handle).name
    return None if path is None else path.encode("utf-8", "surrogateescape")


def get_file_id(obj):
    from .files import File

    return File._of(obj._handle).id


def get_ref(obj):
    return 1 if obj.valid else 0


def inc_ref(obj):
    """Identifiers are counted by Python."""


def dec_ref(obj):
    """Identifiers are counted by Python."""


del _fiver
