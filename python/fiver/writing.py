"""Writing elements: assignment to indices, write_direct, resize."""
import numpy as np

from . import _fiver, selections
from .dtypes import check_enum_dtype, check_opaque_dtype, check_ref_dtype, check_string_dtype, check_vlen_dtype, type_of
from .empty import Empty
from .references import RegionReference, Reference, make_reference
from .values import array_of, sequences

_PIECE = 64 << 20  #: a value that is spread over more bytes than this is written in pieces


def target_for_array(dataset, array):
    """What the engine is told about the items of an array that go into a dataset (or an attribute: anything with `_translation`)."""
    t = dataset._translation
    dtype = array.dtype
    if dtype.hasobject:
        if dtype.names is not None and t.dtype.names is not None and dtype == t.dtype:
            return t.target
        if dtype.kind == "O" and t.dtype.base.kind == "O":
            return _fiver.Target(t.memory, t.dtype, True, make_reference=make_reference)
        if dtype.names is not None:
            return _fiver.Target(type_of(dtype), dtype, True, make_reference=make_reference)
        raise TypeError("No conversion path for dtype: %r" % dtype)
    if t.dtype.hasobject:
        raise TypeError("Can't implicitly convert non-string objects to strings" if t.is_text else "No conversion path for dtype: %r" % dtype)
    if dtype == t.dtype.base and check_enum_dtype(dtype) == check_enum_dtype(t.dtype.base):
        return t.target
    memory = type_of(dtype, logical=False)
    if t.dtype.subdtype is not None:
        memory = _fiver.Type.make(("array", memory, t.dtype.shape))
    return _fiver.Target(memory, dtype, False)


def _check_kinds(dataset, array):
    ours, given = dataset.dtype.base, array.dtype
    if ours.kind in "iufb" and given.kind in "iufb" or ours.kind == given.kind or ours.kind == "O" or given.kind == "V" or ours.kind == "V":
        return
    if ours.kind == "c" and given.kind in "iufc":
        return
    type_of(given)  # says that there is no such type at all
    raise OSError("Can't write data (no conversion from %s to %s)" % (given, ours))


def _value(dataset, val, mshape):
    """The array to write, of a dtype that the engine converts from."""
    dtype = dataset.dtype
    if isinstance(val, np.ndarray) and val.dtype.kind == "T":
        val = val.astype(object)
    if isinstance(val, Empty):
        raise TypeError("An Empty value can't be written to elements")
    vlen = check_vlen_dtype(dtype)
    if vlen is not None and vlen is not str and vlen is not bytes:
        return _sequences_for(val, np.dtype(vlen), mshape)
    if dtype.kind == "O":
        if isinstance(val, np.ndarray) and val.dtype.kind == "O":
            return np.asarray(val, order="C")
        if vlen is bytes:
            for item in (val.ravel().tolist() if isinstance(val, np.ndarray) else (val,)):
                if isinstance(item, str) and not item.isascii():
                    item.encode("ascii")  # says what is wrong with it
        if check_ref_dtype(dtype) is Reference and isinstance(val, RegionReference):
            raise TypeError("Can't convert a region reference to an object reference")
        if check_string_dtype(dtype) is not None and isinstance(val, np.ndarray) and val.dtype.kind in "iufcb":
            raise TypeError("Can't implicitly convert non-string objects to strings")
        if check_ref_dtype(dtype) is not None and isinstance(val, np.ndarray):
            raise TypeError("Can't convert %s to references" % val.dtype)
        return array_of(val, dtype)
    if dtype.names is not None:
        return _structures(val, dtype)
    if dtype.subdtype is not None:
        return np.asarray(val, dtype=None if isinstance(val, np.ndarray) else dtype.base, order="C")
    if check_string_dtype(dtype) is not None:
        if isinstance(val, np.ndarray) and val.dtype.kind == "U":
            raise TypeError("No conversion path for dtype: %r" % val.dtype)
        if isinstance(val, np.ndarray) and val.dtype.kind == "O" and val.size:
            return np.array([item.encode("utf-8") if isinstance(item, str) else bytes(item) for item in val.ravel().tolist()],
                            dtype=dtype).reshape(val.shape)
        return array_of(val, dtype) if not isinstance(val, np.ndarray) or val.dtype.kind in "OU" else np.asarray(val, order="C")
    if dtype.kind in "mM" or dtype.kind == "V" and isinstance(val, np.ndarray) and val.dtype.kind not in "VO":
        return np.asarray(val, dtype=dtype, order="C")
    # Arrays are the engine's to convert; the scalars of NumPy, as those of Python, become what the dataset has.
    array = np.asarray(val, dtype=None if isinstance(val, np.ndarray) or hasattr(val, "dtype") and not isinstance(val, np.generic)
                       or isinstance(val, (list, tuple)) and dtype.kind == "V" else dtype, order="C")
    if array.dtype.kind == "O":
        return np.asarray(val, dtype=dtype, order="C")
    return array


def _structures(val, dtype):
    if isinstance(val, np.ndarray) and val.dtype.names is not None:
        if val.dtype == dtype or set(val.dtype.names) <= set(dtype.names):
            if val.dtype.hasobject and val.dtype != dtype:
                return val.astype(dtype)
            return np.asarray(val, order="C")
    if isinstance(val, np.ndarray) and val.dtype.kind == "V" and val.dtype.names is None:
        raise OSError("Can't write data (no conversion from %r to %r)" % (val.dtype, dtype))
    return np.asarray(val, dtype=dtype, order="C")


def _sequences_for(val, base, mshape):
    if base.kind == "O":  # text in sequences
        if isinstance(val, np.ndarray) and val.dtype.kind == "O" and val.ndim and val.shape == mshape:
            return val
        made = np.empty((), dtype=object)
        made[()] = np.asarray(val, dtype=object)
        return made
    count = int(np.prod(mshape, dtype=object))
    if isinstance(val, np.ndarray) and val.dtype.kind == "O":
        return val
    if count == 1 and not (isinstance(val, (list, tuple)) and len(val) == 1 and np.ndim(val[0]) == 1):
        try:
            row = np.asarray(val, dtype=base)
        except (ValueError, TypeError):
            row = None
        if row is not None and row.ndim <= 1 + len(base.shape):
            made = np.empty((), dtype=object)
            made[()] = np.atleast_1d(row)
            return made
    return sequences(val, base)


def write_selection(dataset, args, val):
    """dataset[args] = val"""
    args = args if isinstance(args, tuple) else (args,)
    names = [arg for arg in args if isinstance(arg, str)]
    args = tuple(arg for arg in args if not isinstance(arg, str))
    if names:
        return _write_fields(dataset, args, names, val)
    shape = dataset.shape
    if shape is None:
        raise TypeError("Empty datasets can't be written to")
    if shape == ():
        if args not in ((), (Ellipsis,)) and not (len(args) == 1 and args[0] == slice(None)):
            raise ValueError("Illegal slicing argument for scalar dataspace")
        selection = selections.whole(())
    else:
        selection = selections.select(shape, args, dataset)
    if selection.nselect and isinstance(val, np.ndarray) and val.dtype.hasobject and not dataset.dtype.hasobject and (
            check_ref_dtype(val.dtype) is not None or check_vlen_dtype(val.dtype) not in (None, str, bytes) or val.dtype.names is not None):
        raise OSError("Can't write data (no conversion from %r to %r)" % (val.dtype, dataset.dtype))
    array = _value(dataset, val, selection.array_shape)
    _check_kinds(dataset, array)
    _write(dataset, selection, array)


def _write(dataset, selection, array):
    inner = dataset.dtype.shape  # of an array type
    if inner and array.shape[-len(inner):] != inner:
        raise TypeError("Elements of shape %s can't be made of an array of shape %s" % (inner, array.shape))
    if _names_integers(dataset.dtype.base) and array.dtype.kind in "iu" and not check_opaque_dtype(array.dtype):
        array = _as_named(array, dataset.dtype.base)
    wanted = selection.array_shape + inner
    if array.shape != wanted:
        array = _spread(array, wanted, selection, dataset)
        if array is None:
            return
    if selection.nselect == 0:
        return
    if dataset._c.file.mode == "r":
        raise OSError("Can't write data (no write intent on file): %s" % dataset.name)
    target = target_for_array(dataset, array)
    try:
        if selection.pieces is not None:
            axis, pieces = selection.pieces
            array = array.reshape(selection.mshape + inner)
            for chosen, i in pieces:
                dataset._c.write(target, chosen, np.ascontiguousarray(np.take(array, [i], axis=axis)))
        else:
            dataset._c.write(target, selection.chosen, np.ascontiguousarray(array))
    except ValueError as error:
        if "no conversion" not in str(error) and "no source" not in str(error):
            raise
        raise OSError("Can't write data (%s)" % error) from None
    dataset._id._forget()


def _names_integers(dtype):
    return dtype.kind == "b" or dtype.kind in "iu" and check_enum_dtype(dtype) is not None


def _as_named(array, dtype):
    """Integers for an enumeration, which may have no name for them: their values are stored, those beyond its range as the nearest."""
    base = np.dtype("i1") if dtype.kind == "b" else np.dtype(dtype.str)
    if array.dtype != base:
        limits = np.iinfo(base)
        array = np.asarray(np.clip(array, max(limits.min, np.iinfo(array.dtype).min), min(limits.max, np.iinfo(array.dtype).max))).astype(base)
    return np.ascontiguousarray(array).view(dtype)


def _spread(array, wanted, selection, dataset):
    """The array broadcast to the selection; None where that was written already, in pieces."""
    given = array.shape
    if selection.chosen.describe()[0] == "points" and array.size != 1:
        raise TypeError("Broadcasting is not supported for point-wise selections")
    while len(given) > len(wanted) and given[0] == 1:
        given = given[1:]
    try:
        view = np.broadcast_to(array.reshape(given), wanted)
    except ValueError:
        raise TypeError("Can't broadcast %s -> %s" % (array.shape, selection.mshape)) from None
    if view.size * array.itemsize <= _PIECE or selection.chosen.describe()[0] not in ("all", "slab") or dataset.dtype.subdtype:
        return view
    # A small value over a large selection: slabs along the selection's first dimension that is longer than one.
    kind, *facts = selection.chosen.describe()
    if kind == "all":
        start, stride, count, block = (0,) * len(wanted), (1,) * len(wanted), tuple(wanted), (1,) * len(wanted)
    else:
        start, stride, count, block = facts
        if any(b != 1 and c != 1 for b, c in zip(block, count)):
            return view
        count, block = tuple(c * b for c, b in zip(count, block)), (1,) * len(count)
    axis = next(i for i, c in enumerate(count) if c > 1)
    lead = next(i for i, n in enumerate(selection.array_shape) if n == count[axis])
    step = max(1, _PIECE // max(1, view.size // count[axis] * array.itemsize))
    chunks = dataset.chunks
    if chunks is not None and stride[axis] == 1:
        step = max(chunks[axis], step - step % chunks[axis])
    target = target_for_array(dataset, array)
    for first in range(0, count[axis], step):
        n = min(step, count[axis] - first)
        at = tuple(s + first * t if i == axis else s for i, (s, t) in enumerate(zip(start, stride)))
        part = tuple(n if i == axis else c for i, c in enumerate(count))
        piece = view[(slice(None),) * lead + (slice(first, first + n),)]
        dataset._c.write(target, _fiver.Selection.slab(at, stride, part, block), np.ascontiguousarray(piece))
    dataset._id._forget()
    return None


def _write_fields(dataset, args, names, val):
    """Some fields of structures: the others stay."""
    dtype = dataset.dtype
    if dtype.names is None:
        raise TypeError("Field names only allowed for compound types")
    for name in names:
        if name not in dtype.names:
            raise ValueError("No such field for indexing: %s" % name)
    old = np.array(dataset[args if args else ()], dtype=dtype)
    if len(names) == 1:
        field = dtype.fields[names[0]][0]
        given = np.asarray(val) if field.kind != "O" or hasattr(val, "dtype") else None
        if given is not None and given.dtype.names is not None and field.names is None:
            if names[0] not in given.dtype.names:
                raise ValueError("No such field in the data: %s" % names[0])
            val = given[names[0]]
        old[names[0]] = array_of(val, field) if field.kind == "O" else np.asarray(val)
    else:
        given = np.asarray(val)
        for i, name in enumerate(names):
            old[name] = given[name] if given.dtype.names else val[i]
    write_selection(dataset, args, old)


def write_direct(dataset, source, source_sel=None, dest_sel=None):
    """A selection of an array into a selection of the dataset."""
    shape = dataset.shape
    if shape is None:
        raise TypeError("Empty datasets cannot be written to")
    selection = selections.whole(shape) if dest_sel is None else selections.select(shape, dest_sel, dataset)
    array = source if source_sel is None else np.asarray(source[source_sel], source.dtype)  # a scalar has lost what is written on its dtype
    if array.shape not in (selection.array_shape, selection.mshape):
        try:
            array = np.broadcast_to(array, selection.array_shape)
        except ValueError:
            raise TypeError("Can't broadcast %s -> %s" % (array.shape, selection.array_shape)) from None
    _check_kinds(dataset, array)
    _write(dataset, selection, array)


def raw_elements(array, mtype, stored, count):
    """The bytes of an array as elements of `mtype`, where low-level calls say that this is the stored type: nothing is converted then. Else None."""
    if mtype is None or mtype._type != stored or array.dtype.hasobject or mtype.dtype.hasobject:
        return None
    dtype = mtype.dtype.base
    if array.dtype == dtype:
        return np.ascontiguousarray(array)
    raw = array.tobytes()
    if array.dtype.kind == "S":  # NumPy drops the NULs at the end
        raw = raw.ljust(count * stored.size, b"\0")
    return np.frombuffer(raw, dtype)


def write_array(handle, chosen, array, mtype=None):
    """The low-level way: the items of an array to a selection."""
    from .base import wrap

    dataset = wrap(handle)
    shape = handle.shape or ()
    raw = raw_elements(array, mtype, handle.type, int(np.prod(shape, dtype=object)))
    if raw is None:
        handle.write(target_for_array(dataset, array), chosen, np.ascontiguousarray(array))
    else:
        handle.write(_fiver.Target(handle.type, raw.dtype, False), chosen, raw)


def resize(dataset, size, axis=None):
    """dataset.resize"""
    if dataset.chunks is None:
        raise TypeError("Only chunked datasets can be resized")
    if axis is not None:
        if not 0 <= axis < dataset.ndim:
            raise ValueError("Invalid axis (0 to %d allowed)" % (dataset.ndim - 1))
        try:
            length = int(size)
        except TypeError:
            raise TypeError("Argument must be a single int if axis is specified") from None
        size = list(dataset.shape)
        size[axis] = length
    size = tuple(int(n) for n in (size if hasattr(size, "__len__") else (size,)))
    if len(size) != dataset.ndim:
        raise TypeError("New shape length (%d) must match dataset rank (%d)" % (len(size), dataset.ndim))
    try:
        dataset._c.resize(size)
    except ValueError as error:
        raise RuntimeError(str(error)) from None
    dataset._id._forget()


def region_reference(owner, args):
    """A region reference to what `args` selects of a dataset."""
    handle = owner._c
    if not isinstance(handle, _fiver.Dataset):
        raise TypeError("Region references can only be made to datasets")
    selection = selections.select(handle.shape, args)
    chosen = selection.chosen
    if selection.pieces is not None:  # what is read has all between the steps
        chosen = _fiver.Selection.none()
        for piece, _index in selection.pieces[1]:
            chosen = _fiver.Selection.unite(chosen, piece)
    if handle.shape == () and args in ((), Ellipsis, (Ellipsis,)):
        chosen = _fiver.Selection.all()
    return region_reference_to(handle, chosen)


def region_reference_to(handle, chosen):
    """A region reference to a selection."""
    return RegionReference(handle.file.encode_region(handle.address, chosen))
