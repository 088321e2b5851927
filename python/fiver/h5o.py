"""Low-level objects."""
from types import SimpleNamespace

from . import _fiver
from .base import wrap

TYPE_GROUP, TYPE_DATASET, TYPE_NAMED_DATATYPE = 0, 1, 2
COPY_SHALLOW_HIERARCHY_FLAG, COPY_EXPAND_SOFT_LINK_FLAG, COPY_EXPAND_EXT_LINK_FLAG, COPY_EXPAND_REFERENCE_FLAG, \
    COPY_WITHOUT_ATTR_FLAG = 1, 2, 4, 8, 16


def _at(loc, name):
    handle = loc._handle.root() if isinstance(loc._handle, _fiver.File) else loc._handle
    return handle if name is None or name in (b".", ".") else handle.open(name)


def open(loc, name, lapl=None):
    """The identifier of the object of this name."""
    return wrap(_at(loc, name)).id


def get_info(loc, name=None, index=-1, obj_name=b".", lapl=None, **kwds):
    """fileno, addr, type, rc (hard links), times."""
    handle = _at(loc, name)
    info = handle.info()
    kind = TYPE_GROUP if isinstance(handle, _fiver.Group) else TYPE_DATASET if isinstance(handle, _fiver.Dataset) else TYPE_NAMED_DATATYPE
    return SimpleNamespace(fileno=abs(hash(handle.own_file_name)), addr=handle.address, type=kind, rc=info["hard_links"],
                           atime=info["accessed"] or 0, mtime=info["modified"] or 0, ctime=info["changed"] or 0, btime=info["born"] or 0,
                           hdr=SimpleNamespace(version=info["header_version"], nmesgs=0, flags=0,
                                               space=SimpleNamespace(total=info["header_bytes"], free=0)))


def exists_by_name(loc, name, lapl=None):
    """True when the link of this name leads to an object."""
    return bool(_at(loc, None).contains(name))


def get_comment(loc, comment=None, obj_name=b".", lapl=None):
    return _at(loc, obj_name).info()["comment"].encode("utf-8", "surrogateescape") or None


def visit(loc, func, idx_type=0, order=0, obj_name=b".", lapl=None, info=False):
    """Calls func(name) for every object below."""
    for path, _handle in wrap(_at(loc, obj_name))._below():
        answer = func(path.encode("utf-8", "surrogateescape"))
        if answer is not None:
            return answer
    return None


def link(obj, loc, name, lcpl=None, lapl=None):
    """A hard link."""
    _at(loc, None).create_hard_link(name, obj._handle)


def copy(src_loc, src_name, dst_loc, dst_name, copypl=None, lcpl=None):
    """Copies an object."""
    _at(dst_loc, None).copy(_at(src_loc, src_name), dst_name)
