"""What h5py takes between the brackets, as selections of the engine.

Plain slices never come here: the extension reads them (slicing.cpp). Here are index lists, masks, blocks, and all that is an error.
"""
import operator

import numpy as np

from . import _fiver


class MultiBlockSlice:
    """`count` blocks of `block` elements, `stride` apart, from `start` along one dimension; count None: as many as fit."""

    def __init__(self, start=0, stride=1, count=None, block=1):
        if start < 0:
            raise ValueError("Start can't be negative")
        if stride < 1 or (count is not None and count < 1) or block < 1:
            raise ValueError("Stride, count and block can't be 0 or negative")
        if block > stride:
            raise ValueError("Blocks will overlap if block > stride")
        self.start, self.stride, self.count, self.block = start, stride, count, block

    def indices(self, length):
        """(start, stride, count, block) for a dimension of `length` elements."""
        count = self.count
        if count is None:
            count = (length - self.start - self.block) // self.stride + 1
            if count < 1:
                raise ValueError("No full blocks can be selected using %r on dimension of length %d" % (self, length))
        else:
            end = self.start + (count - 1) * self.stride + self.block - 1
            if end >= length:
                raise ValueError("%r range (%d - %d) extends beyond maximum index (%d)" % (self, self.start, end, length - 1))
        return self.start, self.stride, count, self.block

    def __repr__(self):
        return "%s(start=%r, stride=%r, count=%r, block=%r)" % (type(self).__name__, self.start, self.stride, self.count, self.block)


class Selection:
    """Elements of a shape: what the engine is told, and the shape in which they come.

    `array_shape` is the result's; `mshape` has 1 for dimensions of single indices. `after`, if not None, is a NumPy index that the result still
    needs, `read_shape` the shape before it.
    """

    __slots__ = ("shape", "chosen", "array_shape", "mshape", "after", "read_shape", "pieces")

    def __init__(self, shape, chosen, array_shape, mshape=None, after=None, read_shape=None, pieces=None):
        self.shape, self.chosen, self.array_shape = shape, chosen, array_shape
        self.mshape = array_shape if mshape is None else mshape
        self.after, self.read_shape, self.pieces = after, array_shape if read_shape is None else read_shape, pieces

    @property
    def nselect(self):
        count = 1
        for size in self.array_shape:
            count *= size
        return count


def whole(shape):
    """Everything."""
    return Selection(shape, _fiver.Selection.all(), tuple(shape))


def select(shape, args, dataset=None):
    """The Selection that the index `args` makes of `shape`. Raises IndexError, TypeError, ValueError as h5py."""
    from .references import RegionReference

    if not isinstance(args, tuple):
        args = (args,)
    if len(args) == 1:
        (arg,) = args
        if isinstance(arg, Selection):
            if arg.shape != tuple(shape):
                raise TypeError("Mismatched selection shape")
            return arg
        if isinstance(arg, RegionReference):
            if dataset is None:
                raise TypeError("Region references select elements of datasets only")
            return _of_reference(shape, arg, dataset)
        if isinstance(arg, np.ndarray) and arg.dtype.kind == "b" and arg.shape == tuple(shape) and arg.ndim > 0:
            if arg.ndim > 1:
                return _of_mask(shape, arg)
    return _of_indices(tuple(shape), args)


def _of_mask(shape, mask):
    points = np.ascontiguousarray(np.argwhere(mask), dtype="u8")
    if len(points) == 0:
        return Selection(shape, _fiver.Selection.none(), (0,))
    return Selection(shape, _fiver.Selection.points(points, len(shape)), (len(points),))


def _of_reference(shape, reference, dataset):
    chosen = dataset._c.file.decode_reference(reference._stored, reference._type)[1]
    if chosen is None:
        raise ValueError("The reference has no region")
    kind, *parts = chosen.describe()
    if kind == "slab":
        start, stride, count, block = parts
        mshape = tuple(c * b for c, b in zip(count, block))
        return Selection(shape, chosen, guess_shape(mshape))
    if kind == "all":
        return Selection(shape, chosen, tuple(shape))
    if kind == "none":
        return Selection(shape, chosen, (0,) * len(shape))
    if kind == "points":
        return Selection(shape, chosen, (len(parts[0]),))
    return Selection(shape, chosen, _union_shape(parts[0]))


def guess_shape(shape):
    return tuple(shape)


def _union_shape(boxes):
    """The shape of a union of boxes where it is a product of index sets, else that of a list."""
    total, axes = set(), None
    for start, size in boxes:
        cells = [range(a, a + n) for a, n in zip(start, size)]
        axes = [set(c) for c in cells] if axes is None else [a | set(c) for a, c in zip(axes, cells)]
    product = 1
    for axis in axes:
        product *= len(axis)
    count = sum(int(np.prod(size)) for _, size in boxes)  # the engine's unions from files do not overlap
    del total
    return tuple(len(axis) for axis in axes) if product == count else (count,)


def _expand_ellipsis(args, rank):
    if any(arg is None for arg in args):
        raise TypeError("Indexing with None (or np.newaxis) is not supported")
    positions = [i for i, arg in enumerate(args) if arg is Ellipsis]
    if len(positions) > 1:
        raise ValueError("Only one ellipsis may be used.")
    if not positions and len(args) != rank:
        args = args + (Ellipsis,)
        positions = [len(args) - 1]
    count = rank - (len(args) - len(positions))
    if count < 0:
        raise ValueError("%d indexing arguments for %d dimensions" % (len(args) - len(positions), rank))
    if positions:
        at = positions[0]
        args = args[:at] + (slice(None),) * count + args[at + 1:]
    return args


def _one_index(value, length):
    original = value
    if value < 0:
        value += length
    if not 0 <= value < length:
        if length == 0:
            raise IndexError("Index (%d) out of range for empty dimension" % original)
        raise IndexError("Index (%d) out of range for (0-%d)" % (value, length - 1))
    return value


def _of_slice(arg, length):
    if arg.step is not None:
        step = operator.index(arg.step)
        if step < 1:
            raise ValueError("Step must be >= 1 (got %d)" % step)
    try:
        start, stop, step = arg.indices(length)
    except TypeError as error:
        raise TypeError("Selection can't process %r" % (arg,)) from error
    count = 0 if stop < start else (stop - start + step - 1) // step
    return start, step, count


def _of_indices(shape, args):
    args = _expand_ellipsis(args, len(shape))
    start, stride, count, block, scalar = [], [], [], [], []
    listed = None
    for axis, (arg, length) in enumerate(zip(args, shape)):
        b, single = 1, False
        if isinstance(arg, slice):
            s, t, n = _of_slice(arg, length)
        elif isinstance(arg, MultiBlockSlice):
            s, t, n, b = arg.indices(length)
        else:
            if arg is None:
                raise TypeError("Indexing with None (or np.newaxis) is not supported")
            number = _as_index(arg)
            if number is not None:
                s, t, n, single = _one_index(number, length), 1, 1, True
            else:
                indices = _as_list(arg, length)
                if listed is not None:
                    raise TypeError("Only one indexing vector or array is currently allowed for fancy indexing")
                listed = (axis, indices)
                s, t, n = 0, 1, len(indices)
        start.append(s)
        stride.append(t)
        count.append(n)
        block.append(b)
        scalar.append(single)
    mshape = tuple(n * b for n, b in zip(count, block))
    array_shape = tuple(n for n, single in zip(mshape, scalar) if not single)
    if 0 in mshape:
        return Selection(shape, _fiver.Selection.none(), array_shape, mshape)
    if listed is None:
        return Selection(shape, _fiver.Selection.slab(start, stride, count, block), array_shape, mshape)
    return _of_list(shape, listed, start, stride, count, block, array_shape, mshape)


def _as_index(arg):
    """An int for what is a single index (0-d integer arrays too), else None."""
    if isinstance(arg, np.ndarray) and arg.ndim > 0:
        return None
    if isinstance(arg, (list, tuple, str, bytes)):
        return None
    try:
        return operator.index(arg)
    except TypeError:
        return int(arg) if isinstance(arg, np.bool_) else None


def _as_list(arg, length):
    """The rising indices that a list, an array or a mask selects of `length` elements."""
    try:
        array = np.asarray(arg)
    except (ValueError, TypeError):
        array = None
    if array is not None and array.size == 0 and array.ndim == 1:
        array = array.astype("i8")
    if array is None or array.ndim != 1 or array.dtype.kind not in "iub":
        raise TypeError("Selection can't process %r" % (arg,))
    if array.dtype.kind == "b":
        if len(array) != length:
            raise TypeError("Boolean indexing array has incompatible shape")
        return array.nonzero()[0]
    array = array.astype("i8")
    array = np.where(array < 0, array + length, array)
    if len(array) and (array.min() < 0 or array.max() >= length):
        raise IndexError("Fancy indexing out of range for (0-%d)" % (length - 1))
    if np.any(np.diff(array) <= 0):
        raise TypeError("Indexing elements must be in increasing order")
    return array


def _of_list(shape, listed, start, stride, count, block, array_shape, mshape):
    axis, indices = listed
    spread = [n if t == 1 or n == 1 else None for t, n in zip(stride, count)]
    if all(b == 1 for b in block) and None not in spread:
        chosen = _fiver.Selection.runs(start, count, axis, indices.tolist())
        return Selection(shape, chosen, array_shape, mshape)
    # Steps along other dimensions: the runs are read with all between the steps, which costs no further chunk, and are thinned out in memory.
    # A write goes run by run instead.
    extent = [n if a == axis else (n - 1) * t + b for a, (n, t, b) in enumerate(zip(count, stride, block))]
    keep = tuple(np.arange(n) if a == axis else (np.arange(n)[:, None] * t + np.arange(b)).ravel()
                 for a, (n, t, b) in enumerate(zip(count, stride, block)))
    chosen = _fiver.Selection.runs(start, extent, axis, indices.tolist())
    pieces = []
    for i, index in enumerate(indices.tolist()):
        place = list(start)
        place[axis] = index
        one = [1 if a == axis else n for a, n in enumerate(count)]
        pieces.append((_fiver.Selection.slab(place, stride, one, block), i))
    return Selection(shape, chosen, array_shape, mshape, after=np.ix_(*keep), read_shape=tuple(extent), pieces=(axis, pieces))
