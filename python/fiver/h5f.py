"""Low-level files."""
from . import _fiver
from .files import FileID

ACC_RDONLY, ACC_RDWR, ACC_TRUNC, ACC_EXCL, ACC_DEBUG, ACC_CREAT, ACC_SWMR_WRITE, ACC_SWMR_READ = 0, 1, 2, 4, 0, 16, 32, 64
SCOPE_LOCAL, SCOPE_GLOBAL = 0, 1
CLOSE_WEAK, CLOSE_SEMI, CLOSE_STRONG, CLOSE_DEFAULT = 1, 2, 3, 0
OBJ_FILE, OBJ_DATASET, OBJ_GROUP, OBJ_DATATYPE, OBJ_ATTR, OBJ_LOCAL, OBJ_ALL = 1, 2, 4, 8, 16, 32, 31
UNLIMITED = 0xFFFFFFFFFFFFFFFF
LIBVER_EARLIEST, LIBVER_V18, LIBVER_V110, LIBVER_V112, LIBVER_V114, LIBVER_V200, LIBVER_LATEST = 0, 1, 2, 3, 4, 5, 5
FSPACE_STRATEGY_FSM_AGGR, FSPACE_STRATEGY_PAGE, FSPACE_STRATEGY_AGGR, FSPACE_STRATEGY_NONE = 0, 1, 2, 3


def _text(name):
    return name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name


def open(name, flags=ACC_RDWR, fapl=None):
    """Opens a file; FileID."""
    from .files import File

    return File(_text(name), "r" if flags & ACC_RDWR == 0 else "r+").id


def open_file_image(image, flags=0):
    """A file of these bytes, in memory; FileID."""
    from .files import File

    return File.in_memory(image).id


def create(name, flags=ACC_TRUNC, fcpl=None, fapl=None):
    """Makes a file; FileID."""
    from .files import File

    return File(_text(name), "x" if flags & ACC_EXCL else "w").id


def is_hdf5(name):
    return _fiver.is_hdf5(name)


def flush(obj, scope=SCOPE_LOCAL):
    """Commits the file of an object."""
    (obj if isinstance(obj, FileID) else get_file(obj))._file.flush()


def get_name(obj):
    """The name of the file of an object, as bytes."""
    if isinstance(obj, FileID):
        return obj.name
    return obj._handle.file_name.encode("utf-8", "surrogateescape")


def get_file(obj):
    from .files import File

    return File._of(obj._handle).id


def get_obj_count(where=None, types=OBJ_ALL):
    """Open objects are not counted: as many as there are files asked about."""
    return 1 if isinstance(where, FileID) and where.valid else 0


def get_obj_ids(where=None, types=OBJ_ALL):
    return [where] if get_obj_count(where, types) else []


__all__ = ["FileID", "open", "create", "is_hdf5", "flush", "get_name"]
