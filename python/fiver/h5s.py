"""Low-level dataspaces: shapes and selections."""
from . import _fiver
from .ids import ObjectID

UNLIMITED = 0xFFFFFFFFFFFFFFFF  #: as a largest size, or the end of a slice: without end
ALL = None
NO_CLASS, SCALAR, SIMPLE, NULL = -1, 0, 1, 2
SELECT_NOOP, SELECT_SET, SELECT_OR = -1, 0, 1
SEL_ERROR, SEL_NONE, SEL_POINTS, SEL_HYPERSLABS, SEL_ALL = -1, 0, 1, 2, 3
SELECT_AND, SELECT_XOR, SELECT_NOTB, SELECT_NOTA, SELECT_APPEND, SELECT_PREPEND = 2, 3, 4, 5, 6, 7


class SpaceID(ObjectID):
    """A dataspace: a shape, and a selection in it."""

    __slots__ = ("_shape", "_largest", "_chosen")

    def __init__(self, shape, largest, chosen):
        super().__init__(None)
        self._shape, self._largest, self._chosen = shape, largest, chosen

    @classmethod
    def of(cls, shape, chosen, largest=None):
        """shape None with a selection: the shape is not known, and is as large as the selection."""
        chosen = chosen if chosen is not None else _fiver.Selection.all()
        if shape is None and largest is None and chosen.describe()[0] not in ("all", "none"):
            shape = tuple(n + 1 if n is not None else UNLIMITED for n in _bounds(chosen)[1])
        return cls(shape, largest, chosen)

    @property
    def valid(self):
        return True

    @property
    def shape(self):
        return () if self._shape is None else self._shape

    @property
    def rank(self):
        return len(self.shape)

    def _identity(self):
        return (self._shape, self._largest, repr(self._chosen.describe()))

    def copy(self):
        return SpaceID(self._shape, self._largest, self._chosen)

    def is_simple(self):
        return True

    def get_simple_extent_ndims(self):
        return len(self.shape)

    def get_simple_extent_dims(self, maxdims=False):
        if not maxdims:
            return self.shape
        largest = self._largest if self._largest is not None else self.shape
        return tuple(UNLIMITED if n is None else n for n in largest)

    def get_simple_extent_npoints(self):
        if self._shape is None:
            return 0
        count = 1
        for n in self._shape:
            count *= n
        return count

    def get_simple_extent_type(self):
        return NULL if self._shape is None else SIMPLE if self._shape else SCALAR

    def set_extent_simple(self, dims, max_dims=None):
        self._shape = tuple(dims)
        self._largest = None if max_dims is None else tuple(None if n == UNLIMITED else n for n in max_dims)
        self._chosen = _fiver.Selection.all()

    # --- the selection ---------------------------------------------------------------------------------------------------------------------

    def select_all(self):
        self._chosen = _fiver.Selection.all()

    def select_none(self):
        self._chosen = _fiver.Selection.none()

    def select_hyperslab(self, start, count, stride=None, block=None, op=SELECT_SET):
        if op not in (SELECT_SET, SELECT_OR):
            raise NotImplementedError("selections are set, or united")
        ones = (1,) * len(start)
        made = _fiver.Selection.slab(start, stride or ones, count, block or ones)
        self._chosen = made if op == SELECT_SET or self._chosen.describe()[0] == "none" else _fiver.Selection.unite(self._chosen, made)

    def select_elements(self, coords, op=SELECT_SET):
        import numpy as np

        points = np.ascontiguousarray(coords, dtype="u8")
        self._chosen = _fiver.Selection.points(points, points.shape[-1])

    def get_select_type(self):
        return {"all": SEL_ALL, "none": SEL_NONE, "points": SEL_POINTS}.get(self._chosen.describe()[0], SEL_HYPERSLABS)

    def get_select_npoints(self):
        kind, *facts = self._chosen.describe()
        if kind == "all":
            return self.get_simple_extent_npoints()
        if kind == "none":
            return 0
        if kind == "points":
            return len(facts[0])
        if kind == "boxes":
            return sum(_product(size) for _, size in facts[0])
        return _product([c * b for c, b in zip(facts[2], facts[3])]) if None not in facts[2] + facts[3] else UNLIMITED

    def get_select_bounds(self):
        """(first, last) coordinates of the smallest box around the selection."""
        if self._chosen.describe()[0] == "all":
            return tuple(0 for _ in self.shape), tuple(n - 1 for n in self.shape)
        first, last = _bounds(self._chosen)
        return first, tuple(UNLIMITED if n is None else n for n in last)

    def is_regular_hyperslab(self):
        return self._chosen.describe()[0] == "slab"

    def get_regular_hyperslab(self):
        """(start, stride, count, block)."""
        kind, *facts = self._chosen.describe()
        if kind != "slab":
            raise TypeError("not a regular hyperslab selection")
        return tuple(tuple(UNLIMITED if n is None else n for n in part) for part in facts)

    def get_select_hyper_nblocks(self):
        return len(self.get_select_hyper_blocklist())

    def get_select_hyper_blocklist(self):
        """Each block as (first, last)."""
        kind, *facts = self._chosen.describe()
        if kind == "boxes":
            return tuple((start, tuple(s + n - 1 for s, n in zip(start, size))) for start, size in facts[0])
        import itertools

        start, stride, count, block = facts
        blocks = []
        for cell in itertools.product(*[range(c) for c in count]):
            first = tuple(s + i * t for s, i, t in zip(start, cell, stride))
            blocks.append((first, tuple(f + b - 1 for f, b in zip(first, block))))
        return tuple(blocks)

    def get_select_elem_npoints(self):
        return len(self.get_select_elem_pointlist())

    def get_select_elem_pointlist(self):
        kind, *facts = self._chosen.describe()
        if kind != "points":
            raise ValueError("not a selection of points")
        return facts[0]

    def select_valid(self):
        first, last = self.get_select_bounds()
        return all(n < size for n, size in zip(last, self.shape))


def _product(sizes):
    count = 1
    for n in sizes:
        count *= n
    return count


def _bounds(chosen):
    kind, *facts = chosen.describe()
    if kind == "slab":
        start, stride, count, block = facts
        last = tuple(None if c is None or b is None else s + (c - 1) * t + b - 1 for s, t, c, b in zip(start, stride, count, block))
        return start, last
    if kind == "boxes":
        firsts = [start for start, _ in facts[0]]
        lasts = [tuple(s + n - 1 for s, n in zip(start, size)) for start, size in facts[0]]
    elif kind == "points":
        firsts = lasts = facts[0]
    else:
        raise ValueError("the selection has no bounds")
    return tuple(map(min, zip(*firsts))), tuple(map(max, zip(*lasts)))


def create(class_code):
    """A dataspace of a class: SCALAR, NULL or SIMPLE."""
    if class_code == SCALAR:
        return SpaceID((), None, _fiver.Selection.all())
    if class_code == NULL:
        return SpaceID(None, None, _fiver.Selection.all())
    if class_code == SIMPLE:
        return SpaceID((), None, _fiver.Selection.all())
    raise ValueError("no such class of dataspaces")


def create_simple(dims_tpl, max_dims_tpl=None):
    """A dataspace of these sizes; UNLIMITED (or None) as a largest size: without end."""
    largest = None if max_dims_tpl is None else tuple(None if n is None or n == UNLIMITED else n for n in max_dims_tpl)
    return SpaceID(tuple(dims_tpl), largest, _fiver.Selection.all())
