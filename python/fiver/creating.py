"""Making groups, datasets, committed types and links; files for writing."""
import contextlib
import io
import os

import numpy as np

from . import _fiver
from .base import HLObject, name_of, wrap
from .config import get_config
from .datasets import Dataset
from .datatypes import Datatype
from .dtypes import check_opaque_dtype, check_string_dtype, type_of
from .empty import Empty
from .filters import FLETCHER32, pipeline
from .groups import ExternalLink, Group, HardLink, SoftLink
from .h5py_warnings import H5pyDeprecationWarning
from .values import array_for, clipped, stored_dtype


# --- files -----------------------------------------------------------------------------------------------------------------------------

def open_for_writing(name, file_object, mode, settings, options):
    """(extension's File, 'r+') for a path or a file-like object."""
    version = settings["libver"] if settings["libver"] is not None else get_config().libver
    low = version[0] if isinstance(version, tuple) else version
    made = {"earliest": low == "earliest", "track_order": bool(settings["track_order"]), "user_block": settings["userblock_size"] or 0}
    options = dict(options)
    for key in ("durability", "live"):
        if settings[key] is not None:
            options[key] = settings[key]
    if settings["locking"] is not None:
        from .files import lock_choice

        options["locking"] = lock_choice(settings["locking"])
    where, label = (name, name) if file_object is None else (file_object, repr(file_object))
    if file_object is None:
        if mode == "a":
            how = "edit" if os.path.exists(name) else "new"
        else:
            how = {"r+": "edit", "w": "create", "w-": "new", "x": "new"}[mode]
        if how == "edit" and _is_empty(name):  # as those of the tempfile module: HDF5 makes a file of it
            how = "create"
    else:
        at = file_object.seek(0, os.SEEK_END)
        how = "edit" if at and mode in ("r+", "a") else "create"
        if how == "create":
            file_object.truncate(0)
    block = made["user_block"]
    if not isinstance(block, (int, np.integer)):
        raise ValueError("User block size must be an integer, not %r" % (block,))
    if block and how != "edit" and (block < 512 or block & (block - 1)):
        raise ValueError("User block size must be a power of two of 512 or more, not %d" % block)
    return _fiver.File.open_for_writing(where, label, how, made, options), "r+"


def _is_empty(name):
    try:
        return os.path.getsize(name) == 0
    except OSError:
        return False


def core_file(name, mode, backing_store):
    """The file-like object in which a file of the driver core is kept where nothing is to reach the disk; None where it is."""
    if backing_store or mode == "r":
        return None
    buffer = io.BytesIO()
    if mode in ("r+", "a") and os.path.exists(name):
        with open(name, "rb") as file:
            buffer.write(file.read())
    return buffer


# --- groups and links ------------------------------------------------------------------------------------------------------------------

def _path(name):
    if name is None:
        raise NotImplementedError("objects without a name are not made: give one, and delete it when it is not needed any more")
    return name_of(name)


def create_group(group, name, track_order=None):
    """group.create_group"""
    track = get_config().track_order if track_order is None else track_order
    path = _path(name)
    with _failing_as(ValueError, "create group"):
        return wrap(group._c.create_group(path, bool(track)))


def require_group(group, name):
    """group.require_group"""
    if name not in group:
        return create_group(group, name)
    found = group[name]
    if not isinstance(found, Group):
        raise TypeError("Incompatible object (%s) already exists" % type(found).__name__)
    return found


def set_item(group, name, obj):
    """group[name] = obj"""
    path = name_of(name)
    if not path and not isinstance(obj, (SoftLink, HardLink, np.dtype)):
        raise ValueError("No name specified")
    if isinstance(obj, HLObject):
        with _failing_as(OSError, "create link"):
            _free(group, path)
            group._c.create_hard_link(path, obj._c)
    elif isinstance(obj, SoftLink):
        with _failing_as(OSError, "create soft link"):
            _free(group, path)
            group._c.create_soft_link(path, obj.path)
    elif isinstance(obj, ExternalLink):
        with _failing_as(RuntimeError, "create external link"):
            _free(group, path)
            group._c.create_external_link(path, obj.filename, obj.path)
    elif isinstance(obj, HardLink):
        raise TypeError("A HardLink says nothing about what it leads to: assign the object")
    elif isinstance(obj, np.dtype):
        type_ = type_of(obj)
        with _failing_as(KeyError, "commit datatype"):
            _free(group, path)
            group._c.commit_datatype(path, type_)
    else:
        try:
            create_dataset(group, path.rstrip("/") or path, data=obj, _above=False)
        except (KeyError, ValueError, _InTheWay):
            trouble = group._c.file.mode != "r" and _trouble(group, path)
            if not trouble:
                raise
            raise OSError("Unable to create link (%s): %s" % (trouble, path)) from None


@contextlib.contextmanager
def _failing_as(kind, what):
    """What goes wrong with a link is of this kind."""
    try:
        yield
    except (KeyError, OSError, ValueError) as error:
        raise kind("Unable to %s: %s" % (what, error.args[0] if error.args else error)) from None


def _trouble(group, path):
    """Why no link can be made at a path; None where one can."""
    if not path.strip("/.") or group._link(path) is not None:
        return "name already exists"
    place = _broken_place(group, path)
    if place is None:
        return None
    return "component not found" if place is False else "not a group"


def _broken_place(group, path):
    """The object that is no group on the way to a path; False for a link that leads nowhere; None where the way is free."""
    parts = [part for part in path.split("/") if part]
    at = "/" if path.startswith("/") else ""
    for part in parts[:-1]:
        at += part
        if group._link(at) is None:
            return None
        found = group.get(at)
        if not isinstance(found, Group):
            return False if found is None else found
        at += "/"
    return None


def delete_item(group, name):
    """del group[name]"""
    path = name_of(name)
    if not path:
        raise ValueError("No name")
    try:
        group._c.remove(path)
    except ValueError as error:
        raise KeyError("Couldn't delete link (%s)" % error) from None


def move(group, source, dest):
    """group.move"""
    if source == dest:
        return
    if group._link(source) is None:
        raise ValueError("Unable to move link (name doesn't exist): %s" % name_of(source))
    with _failing_as(ValueError, "move link"):
        group._c.move(name_of(source), name_of(dest))


# --- datasets --------------------------------------------------------------------------------------------------------------------------

_UNTUNED = {"rdcc_nslots", "rdcc_nbytes", "rdcc_w0", "efile_prefix", "virtual_prefix", "track_times", "obj_track_times", "dapl", "lcpl",
            "allow_unknown_filter", "fill_time", "dcpl", "dcpl_id"}
_FILL_TIMES = {"alloc": 0, "never": 1, "ifset": 2}


def create_dataset(group, name, shape=None, dtype=None, data=None, chunks=None, maxshape=None, compression=None, compression_opts=None,
                   scaleoffset=None, shuffle=None, fletcher32=None, fillvalue=None, track_order=None, external=None, compact=False, **kwds):
    """group.create_dataset"""
    above = kwds.pop("_above", True)
    unknown = set(kwds) - _UNTUNED
    if unknown:
        raise TypeError("create_dataset() got an unexpected keyword argument %r" % unknown.pop())
    if kwds.get("track_times") not in (None, True, False):
        raise TypeError("track_times must be either True or False, not %r" % (kwds["track_times"],))
    settings = {}
    if track_order if track_order is not None else get_config().track_order:
        settings["track_order"] = True
    dtype, type_, settings = _type_of(dtype, settings)
    if isinstance(data, Empty):
        dtype = data.dtype if dtype is None else dtype
        if (chunks, compression, maxshape) != (None, None, None):
            raise TypeError("Empty datasets don't support chunk/filter/maxshape options")
        return wrap(_create(group, name, type_ or type_of(dtype), None, None, settings))
    array = None
    if data is not None:
        array, found = array_for(data, dtype)
        dtype = found if dtype is None else dtype
        inner = dtype.shape
        given = array.shape[:array.ndim - len(inner)] if inner else array.shape
        if shape is None:
            shape = given
        else:
            shape = (int(shape),) if not hasattr(shape, "__len__") else tuple(shape)
            if _count(shape) != _count(given):
                raise ValueError("Shape tuple is incompatible with data")
    elif shape is None:
        if dtype is None:
            raise TypeError("One of data, shape or dtype must be specified")
        if chunks is not None or compression is not None or maxshape is not None:
            raise TypeError("Empty datasets don't support chunk/filter/maxshape options")
        return wrap(_create(group, name, type_ or type_of(dtype), None, None, settings))
    shape = (int(shape),) if not hasattr(shape, "__len__") else tuple(int(n) for n in shape)
    if dtype is None:
        import warnings

        warnings.warn("a dataset without data wants a dtype; 'f4' is taken", H5pyDeprecationWarning, stacklevel=3)
        dtype = np.dtype("f4")
    type_ = type_of(dtype) if type_ is None else type_
    if chunks is False and (compression or shuffle or fletcher32 or maxshape or scaleoffset):
        raise ValueError("Chunked format required for given storage options")
    if shape == ():
        if chunks or compression or compression_opts or shuffle or fletcher32 or scaleoffset is not None:
            raise TypeError("Scalar datasets don't support chunk/filter options")
        if maxshape:
            raise TypeError("Scalar datasets cannot be extended")
        maxshape = chunks = None
    elif isinstance(chunks, tuple):
        limits = shape if maxshape is None or maxshape is True else maxshape if hasattr(maxshape, "__len__") else (maxshape,)
        if any(limit is not None and size > limit for size, limit in zip(chunks, limits)):
            raise ValueError("Chunk shape must not be greater than data shape in any dimension. %s is not compatible with %s" % (chunks, shape))
    maxshape = _maxshape(shape, maxshape)
    steps, needs_chunks = pipeline(compression, compression_opts, shuffle, fletcher32, scaleoffset, dtype,
                                   bool(kwds.get("allow_unknown_filter")))
    chunk = None
    if external is None or chunks is not None or steps:  # what lies in files of its own grows without chunks
        chunk = _chunks(shape, maxshape, chunks, needs_chunks or bool(steps), dtype)
    if chunk is not None:
        settings["chunk"] = chunk
    if steps:
        settings["filters"] = steps
    if fillvalue is not None:
        _set_fill(settings, fillvalue, dtype)
    if kwds.get("fill_time") is not None and shape != ():
        if kwds["fill_time"] not in _FILL_TIMES:
            raise ValueError("fill_time must be one of 'alloc', 'never' or 'ifset'")
        settings["fill_time"] = _FILL_TIMES[kwds["fill_time"]]
    if external is not None:
        settings["external"] = _external(external, shape, dtype)
    if compact:
        settings["compact"] = True
    made = wrap(_create(group, name, type_, shape, maxshape, settings, above))
    if array is not None and array.size:
        try:
            made[...] = array.reshape(shape + dtype.shape)
        except BaseException:
            group._c.remove(name_of(name))
            raise
    return made


def _create(group, name, type_, shape, maxshape, settings, above=True):
    """The handle of a new dataset; above: the group above it is made as groups are, not as those further up, which are on the way.

    Raises TypeError where something on the way to its name is no group, ValueError for a name that is taken.
    """
    path = _path(name)
    if path.endswith("/") and path.strip("/"):
        raise ValueError("Unable to create dataset (nothing is named behind the slash): %s" % path)
    if "chunk" in settings and maxshape is None:
        maxshape = shape  # libhdf5 lets a chunked dataset grow without end where the file says nothing of its largest shape
    variable = _has_variable_parts(type_)
    if type_.describe()[0] in ("text", "sequence") and any(step[0] == FLETCHER32 for step in settings.get("filters", ())):
        raise ValueError("Unable to create dataset (not suitable for filters: elements of variable length have no checksums in chunks)")
    if settings.get("fill_time", 2) == 2 and variable and "fill" not in settings and "fill_text" not in settings:
        settings["fill_time"] = _FILL_TIMES["alloc"]  # what was never written there would be no address in the heap
    elif settings.get("fill_time") == _FILL_TIMES["never"] and variable:
        raise ValueError("Elements of variable length want a fill value: fill_time can't be 'never'")
    try:
        _free(group, path)
        folder = path.rpartition("/")[0]
        if above and folder.strip("/.") and group._link(folder) is None:
            group._c.create_group(folder, bool(get_config().track_order))
        return group._c.create_dataset(path, type_, shape, maxshape, settings)
    except (KeyError, ValueError):
        if not path:
            raise TypeError("A dataset wants a name that is not empty") from None
        place = _broken_place(group, path)
        if place is None:
            raise
        above = path.rstrip("/").rsplit("/", 1)[0]
        if group._link(above) is None:  # further up
            raise ValueError("Unable to create group: something on the way to %s is no group" % path) from None
        if place is False:
            raise KeyError("Unable to open object: a link on the way to %s leads nowhere" % path) from None
        raise _InTheWay("Incompatible object (%s) already exists on the way to %s" % (type(place).__name__, path)) from None


class _InTheWay(TypeError):
    """An object that is no group on the way to a name."""


def _has_variable_parts(type_):
    kind, *facts = type_.describe()
    if kind == "compound":
        return any(_has_variable_parts(member) for _name, _offset, member in facts[1])
    return kind in ("text", "sequence") or kind == "array" and _has_variable_parts(facts[0])


def _free(group, path):
    if group._link(path) is not None:
        raise ValueError("Unable to create dataset (name already exists): %s" % path)


def _count(shape):
    count = 1
    for n in shape:
        count *= n
    return count


def _type_of(dtype, settings):
    """(dtype, committed or special type or None, settings)"""
    if dtype is None:
        return None, None, settings
    if isinstance(dtype, Datatype):
        settings["committed_type"] = dtype._c.address
        return dtype.dtype, dtype._c.type, settings
    if hasattr(dtype, "_type") and isinstance(dtype._type, _fiver.Type):  # a low-level TypeID
        if dtype.committed():
            settings["committed_type"] = dtype._handle.address
        return dtype.dtype, dtype._type, settings
    return stored_dtype(dtype), None, settings


def _maxshape(shape, maxshape):
    if maxshape is None:
        return None
    if maxshape is True:
        return (None,) * len(shape)
    maxshape = (maxshape,) if not hasattr(maxshape, "__len__") else tuple(maxshape)
    if len(maxshape) != len(shape):
        raise ValueError('"maxshape" must have same rank as dataset shape')
    if any(m is not None and m < n for m, n in zip(maxshape, shape)):
        raise ValueError("Maxdims is smaller than dims (maxdims is smaller than dims)")
    return maxshape


def _chunks(shape, maxshape, chunks, needed, dtype):
    if isinstance(chunks, (int, np.integer)) and not isinstance(chunks, bool):
        chunks = (int(chunks),)
    if chunks is False:
        if needed:
            raise ValueError("Chunked format required for given storage options")
        if maxshape is not None and any(m != n for m, n in zip(maxshape, shape)):
            raise ValueError("Chunked format required for given storage options")
        return None
    if chunks is None or chunks is True:
        grows = maxshape is not None
        return guess_chunk(shape, maxshape, dtype.itemsize) if chunks or needed or grows else None
    chunks = tuple(int(n) for n in chunks)
    if len(chunks) != len(shape):
        raise ValueError("Chunk shape must have the rank of the dataset: %s is not compatible with %s" % (chunks, shape))
    limits = shape if maxshape is None else maxshape
    if any(m is not None and c > m for c, m in zip(chunks, limits)) and 0 not in shape:
        raise ValueError("Chunk shape must not be greater than data shape in any dimension. %s is not compatible with %s" % (chunks, shape))
    return chunks


def guess_chunk(shape, maxshape, itemsize):
    """A chunk of at most 1 MiB. Slow dimensions are cut first, so that the chunks of an image stack are whole images where those are that small."""
    if shape == ():
        raise TypeError("Scalar datasets don't support chunk/filter options")
    chunk = [n if n else 1024 for n in shape]
    most = max(1, (1 << 20) // max(1, itemsize))
    axis = 0
    while _count(chunk) > most:
        if chunk[axis] == 1:
            axis += 1
            continue
        rest = _count(chunk) // chunk[axis]
        chunk[axis] = max(1, min(chunk[axis] - 1, most // rest)) if rest <= most else 1
    return tuple(chunk)


def _set_fill(settings, value, dtype):
    text = check_string_dtype(dtype)
    if text is None or text.length is not None:
        settings["fill"] = _fill(value, dtype)
        return
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if not isinstance(value, (str, bytes)):
        raise TypeError("the fill value of text is text, not %r" % (value,))
    settings["fill_text"] = value.encode(text.encoding, "surrogateescape") if isinstance(value, str) else bytes(value)


def _fill(value, dtype):
    """The bytes of one stored element. Numbers that do not fit are stored as HDF5 converts them, and the warning says what that is."""
    if np.asarray(value).dtype.kind == "U" and check_string_dtype(dtype) is None:
        raise TypeError("No conversion path for dtype: %r" % np.asarray(value).dtype)
    if dtype.hasobject:
        raise ValueError("a fill value of sequences, references or compounds with text is not stored")
    if dtype.kind == "c" and np.asarray(value).dtype.kind != "c":
        raise ValueError("the fill value of complex elements is complex, not %r" % (value,))
    if check_string_dtype(dtype) is not None:
        from .values import array_of

        return array_of(value, dtype).astype(dtype).tobytes()
    if (check_opaque_dtype(dtype) or dtype.kind == "V" and dtype.names is None and dtype.subdtype is None) and np.asarray(value).dtype != dtype:
        raise ValueError("the fill value of opaque elements is such an element, not %r" % (value,))
    if dtype.kind in "iu" and dtype.metadata is None:
        made = clipped(value, dtype)
        if made.item() != np.asarray(value).item():
            import warnings

            warnings.warn("the fill value %r does not fit %s: %r is stored" % (value, dtype, made.item()), stacklevel=4)
        return made.tobytes()
    if dtype.names is not None and np.ndim(value) == 0 and not isinstance(value, (np.ndarray, np.void, tuple, list)):
        raise ValueError("the fill value of a compound type has as many parts as that, not %r" % (value,))
    if dtype.names is not None and not isinstance(value, (np.ndarray, np.void)):
        value = tuple(value) if isinstance(value, (list, tuple)) else value
    made = np.asarray(value, dtype=dtype.base if dtype.subdtype else dtype)
    if dtype.subdtype:
        made = np.broadcast_to(made, dtype.shape)
    return np.ascontiguousarray(made).tobytes()


def _external(external, shape, dtype):
    if isinstance(external, (str, bytes)) or hasattr(external, "__fspath__"):
        external = [(external, 0, None)]
    listed = []
    for entry in external:
        if not isinstance(entry, (tuple, list)):
            raise TypeError("external is a list of (name, offset, size), not of %r" % (entry,))
        if len(entry) != 3:
            raise ValueError("external is a list of (name, offset, size), not of %r" % (entry,))
        name, offset, size = entry
        if isinstance(offset, str) or isinstance(size, str):
            raise TypeError("the offset and size of an external file are integers, not %r" % (entry[1:],))
        if not isinstance(name, (str, bytes)) and not hasattr(name, "__fspath__"):
            raise TypeError("the name of an external file is a path, not %r" % (name,))
        name = os.fspath(name) if hasattr(name, "__fspath__") else name
        from .h5s import UNLIMITED

        listed.append((name, int(offset), None if size is None or size == UNLIMITED else int(size)))
    return listed


def require_dataset(group, name, shape, dtype, exact=False, **kwds):
    """group.require_dataset"""
    if name not in group:
        return create_dataset(group, name, shape, dtype, **kwds)
    shape = (int(shape),) if not hasattr(shape, "__len__") else tuple(shape)
    found = group[name]
    if not isinstance(found, Dataset):
        raise TypeError("Incompatible object (%s) already exists" % type(found).__name__)
    if found.shape != shape:
        wanted = kwds.get("maxshape")
        if wanted is None or len(wanted if hasattr(wanted, "__len__") else (wanted,)) != len(shape) or found.maxshape != (
                tuple(wanted) if hasattr(wanted, "__len__") else (wanted,)):
            raise TypeError("Shapes do not match (existing %s vs new %s)" % (found.shape, shape))
    if exact:
        if found.dtype != np.dtype(dtype):
            raise TypeError("Datatypes do not exactly match (existing %s vs new %s)" % (found.dtype, dtype))
    elif not np.can_cast(dtype, found.dtype):
        raise TypeError("Datatypes cannot be safely cast (existing %s vs new %s)" % (found.dtype, dtype))
    return found


def create_dataset_like(group, name, other, **kwds):
    """group.create_dataset_like"""
    for key in ("shape", "dtype", "chunks", "shuffle", "fletcher32", "fillvalue"):
        kwds.setdefault(key, getattr(other, key))
    if "maxshape" not in kwds and other.maxshape != other.shape:
        kwds["maxshape"] = other.maxshape
    if kwds.get("fillvalue") is not None and other._c.fill_value[3] is None and other.dtype.hasobject:
        kwds["fillvalue"] = None
    known = [f for f in other._c.filters if f[0] not in (2, 3, 6)]
    if "compression" not in kwds and known:
        name_, opts = other._compression if other._compression[0] != "unknown" else (None, None)
        kwds["compression"] = name_ if name_ else known[0][0]
        kwds.setdefault("compression_opts", opts if name_ else known[0][2])
    if other.scaleoffset is not None:
        kwds.setdefault("scaleoffset", other.scaleoffset)
    return create_dataset(group, name, **kwds)


def create_virtual_dataset(group, name, layout, fillvalue=None):
    """group.create_virtual_dataset"""
    settings = {"mappings": layout.mappings(group._c.file.name)}
    type_ = type_of(layout.dtype)
    if fillvalue is not None:
        if layout.dtype.kind == "S" and np.asarray(fillvalue).dtype.kind not in "SUO":
            raise ValueError("the fill value of text is text, not %r" % (fillvalue,))
        _set_fill(settings, fillvalue, layout.dtype)
    return wrap(_create(group, name, type_, layout.shape, layout.maxshape, settings))


def create_low_level(loc, name, tid, space, dcpl):
    """h5d.create"""
    from .h5d import DatasetID

    settings = {}
    if dcpl is not None:
        kept = dcpl._set
        if "chunk" in kept:
            settings["chunk"] = kept["chunk"]
        if kept.get("filters"):
            settings["filters"] = [(number, flags, values) for number, flags, values, _name in kept["filters"]]
        if "fill_array" in kept:
            _set_fill(settings, kept["fill_array"], tid.dtype)
        elif "fill" in kept and kept["fill"][3] is not None:
            if tid.dtype.hasobject:
                raise TypeError("a fill value of text is given as text: that of a property list names a place in its own file")
            settings["fill"] = kept["fill"][3]
        if "external" in kept and kept["external"]:
            settings["external"] = kept["external"]
        if "virtual" in kept:
            settings["mappings"] = kept["virtual"][1]
        if dcpl.get_attr_creation_order():
            settings["track_order"] = True
        if dcpl.get_layout() == 0:
            settings["compact"] = True
    if tid.committed():
        settings["committed_type"] = tid._handle.address
    handle = loc._handle.root() if isinstance(loc._handle, _fiver.File) else loc._handle
    return DatasetID(handle.create_dataset(_path(name), tid._type, space._shape, space._largest, settings))
