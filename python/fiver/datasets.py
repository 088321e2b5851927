"""Datasets: reading and writing as NumPy arrays, and what a dataset is."""
import math

import numpy as np

from . import _fiver, selections
from .base import _WRAPPERS, HLObject
from .dtypes import check_string_dtype, translation, type_of
from .empty import Empty
from .h5d import DatasetID
from .references import RegionReference, make_reference


_LEGACY_GZIP_COMPRESSION_VALS = frozenset(range(10))  #: numbers that are levels of gzip where a compression is asked for


class Dataset(HLObject):
    """Elements of one dtype in a shape. Indexing reads NumPy arrays; assigning to an index writes."""

    def __init__(self, bind, *, readonly=False):
        if not isinstance(bind, DatasetID):
            raise ValueError("%s is not a DatasetID" % (bind,))
        HLObject.__init__(self, bind)
        self._t = None
        self._dcpl_cache = None
        self._readonly = readonly

    @property
    def _translation(self):
        if self._t is None:
            self._t = translation(self._c.type)
        return self._t

    # --- what it is ------------------------------------------------------------------------------------------------------------------

    @property
    def dtype(self):
        """The NumPy dtype of an element."""
        return self._translation.dtype

    @property
    def shape(self):
        """The size of each dimension; () for a scalar, None for a null dataspace."""
        return self._c.shape

    @shape.setter
    def shape(self, shape):
        self.resize(shape)

    @property
    def ndim(self):
        """Number of dimensions."""
        return len(self._c.shape or ())

    @property
    def size(self):
        """Number of elements; None for a null dataspace."""
        shape = self._c.shape
        return None if shape is None else math.prod(shape)

    @property
    def nbytes(self):
        """Bytes that all elements take in memory."""
        return (self.size or 0) * self.dtype.itemsize

    @property
    def maxshape(self):
        """The largest size of each dimension, None where it has no limit."""
        return self._c.space[1]

    @property
    def chunks(self):
        """The shape of a chunk, or None."""
        layout = self._c.layout
        return layout[1] if layout[0] == "chunked" else None

    @property
    def _filters(self):
        from .filters import describe

        return describe(self._c.filters)

    @property
    def compression(self):
        """'gzip', 'lzf', 'szip', the name of another compressor, or None."""
        return self._compression[0]

    @property
    def compression_opts(self):
        """The settings of the compressor."""
        return self._compression[1]

    @property
    def _compression(self):
        from .filters import compression_of

        return compression_of(self._c.filters)

    @property
    def shuffle(self):
        """True where the bytes of elements are shuffled before they are compressed."""
        return any(f[0] == 2 for f in self._c.filters)

    @property
    def fletcher32(self):
        """True where chunks have checksums."""
        return any(f[0] == 3 for f in self._c.filters)

    @property
    def scaleoffset(self):
        """The settings of the scale-offset filter, or None."""
        for number, _flags, values, _name in self._c.filters:
            if number == 6:
                return values[1]
        return None

    @property
    def filter_ids(self):
        """The numbers of the filters, in the order of writing."""
        return tuple(f[0] for f in self._c.filters)

    @property
    def filter_names(self):
        """Their names."""
        return tuple("lzf" if f[0] == 32000 else f[3] for f in self._c.filters)

    @property
    def external(self):
        """Files that hold the elements outside this file: [(name, offset, size)], or None."""
        from .h5s import UNLIMITED

        files = self._c.external_files
        return [(name, offset, UNLIMITED if size is None else size) for name, offset, size in files] or None

    @property
    def fillvalue(self):
        """The value of elements never written."""
        from .fill import fill_value

        return fill_value(self)

    @property
    def is_virtual(self):
        """True when the elements are those of other datasets."""
        return self._c.is_virtual

    def virtual_sources(self):
        """Where the elements of a virtual dataset are: [VDSmap(vspace, file_name, dset_name, src_space)]. Raises RuntimeError for others."""
        from .vds import virtual_sources

        return virtual_sources(self)

    @property
    def dims(self):
        """The dimensions: labels and scales."""
        from .dims import DimensionManager

        return DimensionManager(self)

    @property
    def is_scale(self):
        """True for a dimension scale."""
        from .dims import is_scale

        return is_scale(self._c)

    def make_scale(self, name=""):
        """Makes the dataset a dimension scale of this name."""
        from .scales import make_scale

        make_scale(self, name)

    def __repr__(self):
        if not self:
            return "<Closed HDF5 dataset>"
        name = self.name
        label = "(anonymous)" if name is None else '"%s"' % name.rstrip("/").rsplit("/", 1)[-1]
        return '<HDF5 dataset %s: shape %s, type "%s">' % (label, self.shape, self.dtype.str)

    def _repr_html_(self):
        from .html import dataset_html

        return dataset_html(self)

    @property
    def _fast_reader(self):
        return _Reader(self)

    # --- reading -----------------------------------------------------------------------------------------------------------------------

    def __getitem__(self, args, new_dtype=None):
        """The elements that an index selects: a NumPy array of `dtype`, or a scalar where every dimension is given by one index.

        args: integers (those dimensions go), slices with positive steps, Ellipsis, one list or mask of a dimension, a mask of the whole shape, names of
        fields, a RegionReference, MultiBlockSlice. () gives everything, an Empty where there are no elements at all. Raises IndexError outside the shape,
        ValueError for too many indices and unknown fields, TypeError for what selects nothing, OSError when the file can't be read or is damaged.
        """
        if new_dtype is None:
            t = self._t or self._translation
            found = self._c.read_sliced(t.target, args)
            if found is not NotImplemented:
                return found
        return _read(self, args, new_dtype)

    def _read_text(self, args, encoding, errors):
        """As strings of Python."""
        t = self._translation
        if not t.is_text:
            return _decode(_read(self, args, None), encoding, errors)
        found = _read(self, args, None, t.text_target(encoding, errors))
        return found.view(object) if isinstance(found, np.ndarray) else found

    def read_direct(self, dest, source_sel=None, dest_sel=None):
        """Reads what `source_sel` selects into `dest_sel` of the array `dest`, converting to its dtype. Both selections as from numpy.s_.

        Raises TypeError when the shapes don't fit or elements don't become that dtype.
        """
        shape = self.shape
        if shape is None:
            raise TypeError("Empty datasets have no numpy representation")
        source = selections.whole(shape) if source_sel is None else selections.select(shape, source_sel, self)
        truth = self._becomes_truth(dest.dtype)
        target = self._translation.target if truth else self._target_for(dest.dtype)
        if not truth and dest_sel is None and source.after is None and dest.flags.c_contiguous and dest.shape in (source.array_shape, source.mshape):
            if source.nselect:
                _converted(self, lambda: self._c.read_into(target, source.chosen, dest))
            return
        array = _run(self, source, target)
        if dest_sel is not None and dest.dtype.kind == "O":  # one item is an array, too
            dest_sel = dest_sel if isinstance(dest_sel, tuple) else (dest_sel,)
            if not any(part is Ellipsis for part in dest_sel):
                dest_sel += (Ellipsis,)
        view = dest if dest_sel is None else dest[dest_sel]
        try:
            if view.shape != array.shape and view.size == array.size and (view.size or not array.ndim):
                array = array.reshape(view.shape)
            elif view.shape != array.shape:
                array = np.broadcast_to(array, view.shape)
        except ValueError:
            raise TypeError("Can't broadcast %s -> %s" % (array.shape, view.shape)) from None
        dest[... if dest_sel is None else dest_sel] = array

    def read_into(self, array, selection=(), progress=None, threads=0):
        """Reads a selection into an array and returns it. Ours.

        array: writable, C-contiguous, with as many elements as the selection, of any shape, of a dtype that the elements convert to. progress: called with
        a share of 0 to 1 while it goes on. threads: workers at most, 0 for all. Raises ValueError when the array doesn't fit, or has a dtype that elements
        don't become; TypeError for selections that NumPy has to finish.
        """
        chosen = selections.select(self.shape, selection, self)
        if chosen.after is not None:
            raise TypeError("This selection can't be read straight into an array")
        if array.size != chosen.nselect:
            raise ValueError("The array has %d elements, the selection %d" % (array.size, chosen.nselect))
        if chosen.nselect:
            self._c.read_into(self._target_for(array.dtype), chosen.chosen, array, progress, threads)
        return array

    def _target_for(self, dtype):
        """The target for elements of another dtype; the stored one's own where they are the same."""
        t = self._translation
        if dtype == t.dtype and dtype.metadata == t.dtype.metadata:
            return t.target
        if dtype.hasobject:
            if t.has_objects and dtype.kind == "O":
                return t.target
            if t.has_objects and dtype.names is not None and dtype.names == t.dtype.names:
                return _fiver.Target(t.memory, dtype, True, make_reference=make_reference)
            if not t.has_objects:
                raise OSError("Can't read data (no conversion from %s to %r)" % (t.type, dtype))
            raise TypeError("Elements of type %s don't become %r" % (t.type, dtype))
        return _fiver.Target(type_of(dtype, logical=False), dtype, False, make_reference=make_reference)

    def _becomes_truth(self, dtype):
        """True for integers that are wanted as truth values: those NumPy makes, of anything but 0."""
        return dtype.kind == "b" and self._translation.dtype.kind in "iu"

    def astype(self, dtype):
        """A view that reads as another dtype: ``dataset.astype('f4')[0:10]``. Reading raises ValueError where there is no conversion."""
        return AsTypeView(self, dtype)

    def asstr(self, encoding=None, errors="strict"):
        """A view that reads strings as str, in arrays of dtype object. Raises TypeError for other datasets; reading, UnicodeDecodeError as `errors` has it."""
        info = check_string_dtype(self.dtype)
        if info is None:
            raise TypeError("dset.asstr() can only be used on datasets with an HDF5 string datatype")
        return AsStrView(self, encoding or info.encoding, errors)

    def fields(self, names, *, _prior_dtype=None):
        """A view that reads one field, or a list of fields, of a compound type. Raises ValueError for names that it has not."""
        return FieldsView(self, names)

    def __len__(self):
        """The size of the first dimension. Raises TypeError for a scalar."""
        shape = self._c.shape
        if not shape:
            raise TypeError("Attempt to take len() of a dataset without dimensions")
        return shape[0]

    len = __len__

    def __iter__(self):
        """The elements along the first dimension, each of shape ``shape[1:]``. They are read some at a time. Raises TypeError for a scalar."""
        shape = self.shape
        if not shape:
            raise TypeError("Can't iterate over a scalar dataset")
        yield from _rows(self, shape)

    def iter_chunks(self, sel=None):
        """The slices of every chunk that `sel` (slices) touches, each cut to it: ``for part in dataset.iter_chunks(): dataset[part]``.

        Raises TypeError where there are no chunks.
        """
        from .chunk_iteration import ChunkIterator

        return ChunkIterator(self, sel)

    def __array__(self, dtype=None, copy=True):
        """The whole dataset; numpy.asarray(dataset) calls it."""
        if copy is False:
            raise ValueError("AsTypeView.__array__ received copy=False but memory allocation cannot be avoided on read")
        dtype = self.dtype if dtype is None else np.dtype(dtype)
        shape = self.shape
        if shape is None:
            raise TypeError("Empty datasets have no numpy representation")
        if 0 in shape:
            return np.empty(shape, dtype)
        if self._becomes_truth(dtype):
            return np.asarray(self[()]).astype(dtype)
        try:
            target = self._target_for(dtype)
        except TypeError:
            return np.asarray(self[()], dtype=dtype)
        return _converted(self, lambda: self._c.read(target, _fiver.Selection.all(), shape))

    def refresh(self):
        """Looks at the file again: a writer may have changed the dataset."""
        self._c.refresh()
        self._id._forget()

    def flush(self):
        """Commits the file."""
        self.file.flush()

    # --- ours ------------------------------------------------------------------------------------------------------------------------------

    def plan(self, selection=()):
        """What reading a selection touches - chunks, bytes, sources - without reading it: a Plan. Raises as reading it would."""
        from .plans import Plan

        return Plan(self._c.plan(selections.select(self.shape, selection, self).chosen))

    def frames(self, start=0, count=None, dtype=None):
        """The frames along the first dimension, in order, read ahead and decoded on all cores: ``for frame in dataset.frames(): ...``

        start, count: the first, and how many at most; None: all from there. Each frame is an array of its own, of shape ``shape[1:]`` and of `dtype`; the
        iterator's `index` is that of the last one. Raises TypeError for a scalar, and for text, sequences and references.
        """
        if not self.shape:
            raise TypeError("A dataset without dimensions has no frames")
        target = self._translation.target if dtype is None else self._target_for(np.dtype(dtype))
        return self._c.frames(target, start, count)

    def chunk_map(self):
        """A NumPy table of the stored chunks, one row each; of a virtual dataset, those of its sources that lie whole in it.

        offset: the first element (a uint64 for each dimension); file_offset, stored_size: bytes (uint64); filter_mask (uint32): bit i set, filter i was not
        applied; file: its name. Contiguous data are one row.
        """
        from .chunk_iteration import chunk_map

        return chunk_map(self)

    def for_each_chunk(self, function, threads=0, progress=None):
        """Calls function(offset, array, filter_mask, stored_size) for every stored chunk, decoded, on all cores and in any order.

        array: a whole chunk, also where it reaches over the dataset's edge. threads: workers at most, 0 for all. progress: called with a share of 0 to 1. The
        first exception of function ends it and is raised here. Raises TypeError for text, sequences and references.
        """
        self._c.for_each_chunk(self._translation.target, function, progress, threads)

    # --- writing ---------------------------------------------------------------------------------------------------------------------------

    def __setitem__(self, args, val):
        """Writes a value, broadcast to what the index selects (as for reading) and converted to the dataset's dtype.

        Raises TypeError when the shapes don't fit, ValueError for a value that isn't one of the dtype and in a file open for reading, OSError where there is
        no conversion.
        """
        t = self._t or self._translation
        given = type(val)
        if given is float and t.dtype.kind == "f" or given is int and t.dtype.kind in "iuf":
            array = np.asarray(val, t.dtype)
        else:
            array = val if given is np.ndarray else None
        if array is not None and self._c.file.mode != "r" and not self._c.is_virtual and self._c.write_sliced(t.target, args, array):
            self._id._forget()
            return
        from .writing import write_selection

        write_selection(self, args, val)

    def write_direct(self, source, source_sel=None, dest_sel=None):
        """Writes `source_sel` of an array to `dest_sel` of the dataset, converting to its dtype. Raises TypeError when the shapes don't fit."""
        from .writing import write_direct

        write_direct(self, source, source_sel, dest_sel)

    def resize(self, size, axis=None):
        """Changes the shape, or the size of one axis, up to maxshape. Elements that remain stay; new ones have the fill value.

        Raises TypeError where there are no chunks, ValueError for an axis that isn't there, RuntimeError above maxshape.
        """
        from .writing import resize

        resize(self, size, axis)


# --- reading, the general way ---------------------------------------------------------------------------------------------------------

def _read(dataset, args, new_dtype, target=None):
    args = args if isinstance(args, tuple) else (args,)
    names = tuple(arg for arg in args if isinstance(arg, str))
    if names:
        args = tuple(arg for arg in args if not isinstance(arg, str))
        return _read_fields(dataset, args, names[0] if len(names) == 1 else list(names), new_dtype)
    shape = dataset.shape
    if target is None:
        target = dataset._translation.target if new_dtype is None else dataset._target_for(np.dtype(new_dtype))
    if shape is None:
        if args in ((), (Ellipsis,)):
            return Empty(dataset.dtype)
        if None in args:
            raise TypeError("Indexing with None (or np.newaxis) is not supported")
        raise ValueError("Empty datasets cannot be sliced")
    if shape == ():
        return _read_scalar(dataset, args, target)
    selection = selections.select(shape, args, dataset)
    array = _run(dataset, selection, target)
    if array.ndim == 0 and target.dtype.subdtype is None:
        return array[()]
    return array


def name_of_field(name):
    return name.decode("utf-8") if isinstance(name, bytes) else name


def _run(dataset, selection, target):
    if selection.nselect == 0:
        return np.empty(selection.array_shape, target.dtype)
    if selection.after is None:
        return _converted(dataset, lambda: dataset._c.read(target, selection.chosen, selection.array_shape))
    array = _converted(dataset, lambda: dataset._c.read(target, selection.chosen, selection.read_shape))
    return array[selection.after].reshape(selection.array_shape)


def _converted(dataset, read):
    """What is read; where elements don't become what is asked for, OSError, or TypeError for elements of variable length."""
    try:
        return read()
    except ValueError as error:
        if "no conversion" not in str(error):
            raise
        raise (TypeError if dataset.dtype.hasobject else OSError)("Can't read data (%s)" % error) from None


def _read_scalar(dataset, args, target):
    if args not in ((), (Ellipsis,)) and not (len(args) == 1 and isinstance(args[0], (RegionReference, selections.Selection))):
        if None in args:
            raise TypeError("Indexing with None (or np.newaxis) is not supported")
        raise ValueError("Illegal slicing argument for scalar dataspace")
    array = _converted(dataset, lambda: dataset._c.read(target, _fiver.Selection.all(), ()))
    if args == (Ellipsis,) or target.dtype.subdtype is not None or args and isinstance(args[0], RegionReference):
        return array
    return array[()]


def _read_fields(dataset, args, names, new_dtype):
    dtype = dataset.dtype
    if dtype.names is None:
        raise ValueError("Field names only allowed for compound types")
    wanted = [names] if isinstance(names, str) else names
    for name in wanted:
        if name not in dtype.names:
            raise ValueError("Field %s does not appear in this type." % name)
    array = _read(dataset, args, None, _fields_target(dataset, wanted))
    if isinstance(names, str):
        array = array[names]
        if new_dtype is not None:
            array = array.astype(new_dtype)
        return array[()] if isinstance(array, np.ndarray) and array.ndim == 0 and Ellipsis not in args else array
    return array


def _fields_target(dataset, wanted):
    """A target for some fields of a compound type: the others are not converted."""
    t = dataset._translation
    facts = {name: type_ for name, _offset, type_ in t.memory.describe()[2]}
    dtype = np.dtype([(name, t.dtype.fields[name][0]) for name in wanted])
    members, size = [], 0
    for name in wanted:
        members.append((name, size, facts[name]))
        size += 16 if facts[name].describe()[0] in ("text", "sequence") else facts[name].size
    memory = _fiver.Type.make(("compound", size, tuple(members)))
    return _fiver.Target(memory, dtype, dtype.hasobject, make_reference=make_reference)


def _decode(value, encoding, errors):
    if isinstance(value, bytes):
        return value.decode(encoding, errors)
    if not isinstance(value, np.ndarray):
        return value
    flat = [item.decode(encoding, errors) for item in value.ravel().tolist()]
    result = np.empty(len(flat), dtype=object)
    result[:] = flat
    return result.reshape(value.shape)


def _rows(dataset, shape):
    """Rows in blocks of about a MiB, whole chunks where they are that small."""
    row = max(1, int(np.prod(shape[1:], dtype=object)) * dataset.dtype.itemsize)
    step = max(1, (1 << 20) // row)
    chunks = dataset.chunks
    if chunks is not None and chunks[0] < step:
        step -= step % chunks[0]
    for first in range(0, shape[0], step):
        if step == 1:
            yield dataset[first]
        else:
            yield from dataset[first:first + step]


# --- views -----------------------------------------------------------------------------------------------------------------------------

class _Reader:
    """h5py's reader of plain indices, which its users call."""

    def __init__(self, dataset):
        self._dataset = dataset

    def read(self, args):
        return self._dataset[args]


class _View:
    def __init__(self, dataset):
        self._dataset = dataset

    def __len__(self):
        return len(self._dataset)

    @property
    def dtype(self):
        return self._dtype

    @property
    def shape(self):
        return self._dataset.shape

    @property
    def ndim(self):
        return self._dataset.ndim

    @property
    def size(self):
        return self._dataset.size

    def __iter__(self):
        for i in range(len(self)):
            yield self[i]

    def __array__(self, dtype=None, copy=True):
        if copy is False:
            raise ValueError("%s.__array__ received copy=False but memory allocation cannot be avoided on read" % type(self).__name__)
        array = np.asarray(self[()])
        return array if dtype is None else array.astype(dtype, copy=False)


class AsTypeView(_View):
    """A dataset read as another dtype."""

    def __init__(self, dataset, dtype):
        super().__init__(dataset)
        self._dtype = np.dtype(dtype)
        text = check_string_dtype(dataset.dtype) is not None
        if self._dtype.kind == "T" and not text:
            raise TypeError("dset.astype('T') can only be used on datasets with an HDF5 string datatype")
        self._truth = dataset._becomes_truth(self._dtype)
        self._by_text = text and (self._dtype.kind == "T" or dataset.dtype.kind == "O" and self._dtype.kind == "S")

    def __getitem__(self, args):
        if self._truth:
            return self._dataset[args].astype(self._dtype)
        if not self._by_text:
            return self._dataset.__getitem__(args, new_dtype=self._dtype)
        found = self._dataset._read_text(args, "utf-8", "strict") if self._dtype.kind == "T" else self._dataset[args]
        return np.asarray(found, dtype=self._dtype) if isinstance(found, np.ndarray) else np.asarray(found, dtype=self._dtype)[()]

    def __array__(self, dtype=None, copy=True):
        if copy is False:
            raise ValueError("AsTypeView.__array__ received copy=False but memory allocation cannot be avoided on read")
        if self._by_text:
            return np.asarray(self[()], dtype=dtype)
        return self._dataset.__array__(self._dtype if dtype is None else dtype)


class AsStrView(_View):
    """Strings read as str."""

    def __init__(self, dataset, encoding, errors):
        super().__init__(dataset)
        self.encoding, self.errors, self._dtype = encoding, errors, np.dtype(object)

    def __getitem__(self, args):
        return self._dataset._read_text(args, self.encoding, self.errors)

    def __array__(self, dtype=None, copy=True):
        if copy is False:
            raise ValueError("AsStrView.__array__ received copy=False but memory allocation cannot be avoided on read")
        return np.array([s for s in np.ravel(self[()])], dtype=object if dtype is None else dtype).reshape(self.shape)


class FieldsView(_View):
    """Some fields of a compound type."""

    def __init__(self, dataset, names):
        super().__init__(dataset)
        self._one = isinstance(names, (str, bytes))
        self._names = [name_of_field(names)] if self._one else [name_of_field(name) for name in names]
        dtype = dataset.dtype
        for name in self._names:
            if dtype.names is None or name not in dtype.names:
                raise ValueError("Field %s does not appear in this type." % name)
        self._dtype = dtype.fields[self._names[0]][0] if self._one else np.dtype([(n, dtype.fields[n][0]) for n in self._names])

    def __getitem__(self, args):
        args = args if isinstance(args, tuple) else (args,)
        return _read_fields(self._dataset, args, self._names[0] if self._one else self._names, None)


def readtime_dtype(basetype, names):
    """The dtype of some fields of a compound dtype, in the order given."""
    if len(names) == 0:
        return basetype
    if basetype.names is None:
        raise ValueError("Field names only allowed for compound types")
    for name in names:
        if name not in basetype.names:
            raise ValueError("Field %s does not appear in this type." % name)
    return np.dtype([(name, basetype.fields[name][0]) for name in names])


_WRAPPERS[_fiver.Dataset] = lambda handle: Dataset(DatasetID(handle))
