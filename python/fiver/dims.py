"""Dimensions: labels, and the scales attached to them (attributes DIMENSION_LABELS, DIMENSION_LIST, CLASS and NAME, as HDF5's dimension scales have them)."""
from . import base
from .base import wrap
from .attributes import read_value


def is_scale(handle):
    """True when the object is a dimension scale."""
    attribute = handle.find_attribute("CLASS")
    if attribute is None or attribute.type.describe()[0] not in ("string", "text"):
        return False
    value = read_value(attribute)
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value == "DIMENSION_SCALE"


def scale_name(handle):
    """The name of a scale, '' for none."""
    attribute = handle.find_attribute("NAME")
    if attribute is None:
        return ""
    value = read_value(attribute)
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)


class DimensionProxy:
    """One dimension of a dataset: a sequence, and a mapping by name, of the scales attached to it."""

    def __init__(self, dataset, dimension):
        self._dataset, self._dimension = dataset, dimension

    @property
    def label(self):
        """The dimension's label; '' for none."""
        attribute = self._dataset._c.find_attribute("DIMENSION_LABELS")
        if attribute is None:
            return ""
        value = read_value(attribute)[self._dimension]
        return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)

    @label.setter
    def label(self, value):
        from .scales import set_label

        set_label(self._dataset, self._dimension, value)

    def _references(self):
        attribute = self._dataset._c.find_attribute("DIMENSION_LIST")
        if attribute is None:
            return []
        return list(read_value(attribute)[self._dimension])

    def _scales(self):
        file = self._dataset._c.file
        found = [file.dereference(ref._stored, ref._type) for ref in self._references()]
        return [handle for handle in found if handle is not None]

    def __hash__(self):
        return hash((type(self), self._dataset, self._dimension))

    def __eq__(self, other):
        return hash(self) == hash(other)

    def __iter__(self):
        yield from self.keys()

    def __len__(self):
        return len(self._references())

    def __getitem__(self, item):
        """The scale of this number (IndexError), or of this name (KeyError)."""
        scales = self._scales()
        if isinstance(item, int):
            if not -len(scales) <= item < len(scales):
                raise IndexError("%d is out of range: %d scales are attached" % (item, len(scales)))
            return wrap(scales[item])
        for handle in scales:
            if scale_name(handle) == item:
                return wrap(handle)
        raise KeyError(item)

    def keys(self):
        """The names of the scales."""
        return [scale_name(handle) for handle in self._scales()]

    def values(self):
        """The scales."""
        return [wrap(handle) for handle in self._scales()]

    def items(self):
        """(name, scale) of each."""
        return [(scale_name(handle), wrap(handle)) for handle in self._scales()]

    def attach_scale(self, dset):
        """Attaches a scale; makes the dataset one first where it is none."""
        from .scales import attach_scale

        attach_scale(self._dataset, self._dimension, dset)

    def detach_scale(self, dset):
        """Takes a scale away."""
        from .scales import detach_scale

        detach_scale(self._dataset, self._dimension, dset)

    def __repr__(self):
        if not self._dataset:
            return "<Dimension of closed HDF5 dataset>"
        return '<"%s" dimension %d of HDF5 dataset at %s>' % (self.label, self._dimension, id(self._dataset._c))


class DimensionManager(base.HLObject):
    """The dimensions of a dataset, by number."""

    def __init__(self, parent):
        base.HLObject.__init__(self, parent.id)
        self._dataset = parent

    def __getitem__(self, index):
        if index > len(self) - 1 or index < -len(self):
            raise IndexError("Index out of range")
        return DimensionProxy(self._dataset, index % len(self))

    def __len__(self):
        return self._dataset.ndim

    def __iter__(self):
        for i in range(len(self)):
            yield self[i]

    def __repr__(self):
        if not self:
            return "<Dimensions of closed HDF5 dataset>"
        return "<Dimensions of HDF5 object at %s>" % id(self._c)

    def create_scale(self, dset, name=""):
        """The older way to make a scale."""
        dset.make_scale(name)
