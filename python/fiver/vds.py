"""Virtual datasets: where their elements are, and layouts of new ones."""
from collections import namedtuple

import numpy as np

from . import _fiver, selections
from .h5s import SpaceID

vds_support = True
VDSmap = namedtuple("VDSmap", ("vspace", "file_name", "dset_name", "src_space"))


def virtual_sources(dataset):
    """The mappings of a virtual dataset."""
    if not dataset.is_virtual:
        raise RuntimeError("Not a virtual dataset")
    shape = dataset.shape
    return [VDSmap(SpaceID.of(shape, target, dataset.maxshape), file, name, SpaceID.of(None, source))
            for file, name, source, target in dataset._c.virtual_mappings()]


class VirtualSource:
    """The dataset that elements of a virtual one come from: a path with name and shape, or an open dataset.

    Slicing it once selects elements (RuntimeError the second time); `shape` is that of what is selected. Raises TypeError when name or shape lack.
    """

    def __init__(self, path_or_dataset, name=None, shape=None, dtype=None, maxshape=None):
        from .datasets import Dataset

        if isinstance(path_or_dataset, Dataset):
            given = {"name": name, "shape": shape, "dtype": dtype, "maxshape": maxshape}
            failed = [key for key, value in given.items() if value is not None]
            if failed:
                raise TypeError("If a Dataset is passed as the first argument then no other arguments may be passed.  You passed %s" % failed)
            dataset = path_or_dataset
            self.path, self.name = dataset.file.filename, dataset.name
            self._extent, self.dtype, self.maxshape = dataset.shape, dataset.dtype, dataset.maxshape
        else:
            if name is None:
                raise TypeError("The name parameter is required when specifying a source by path")
            if shape is None:
                raise TypeError("The shape parameter is required when specifying a source by path")
            self._extent = (shape,) if isinstance(shape, int) else tuple(shape)
            self.path, self.name, self.dtype = path_or_dataset, name, dtype
            if hasattr(self.path, "__fspath__"):
                self.path = self.path.__fspath__()
            maxshape = self._extent if maxshape is None else ((maxshape,) if isinstance(maxshape, int) else tuple(maxshape))
            self.maxshape = maxshape
        self.sel = selections.whole(self._extent)

    @property
    def shape(self):
        """The shape of what is selected."""
        return self.sel.array_shape

    def __getitem__(self, key):
        if self.sel.nselect != int(np.prod(self._extent, dtype=object)):
            raise RuntimeError("VirtualSource objects can only be sliced once.")
        made = object.__new__(VirtualSource)
        made.__dict__.update(self.__dict__)
        made.sel = select_growing(self._extent, key, self.maxshape)
        return made


class VirtualLayout:
    """What a virtual dataset is made of: assign VirtualSources to its slices.

    shape, dtype, maxshape: those of the dataset to come. Assigning raises ValueError when a slice and its source have different numbers of elements,
    TypeError for selections other than slices.
    """

    def __init__(self, shape, dtype, maxshape=None, filename=None):
        self.shape = (shape,) if isinstance(shape, int) else tuple(shape)
        self.dtype = np.dtype(dtype)
        self.maxshape = (maxshape,) if isinstance(maxshape, int) else (None if maxshape is None else tuple(maxshape))
        self._filename = filename
        self.sources = []

    def __setitem__(self, key, source):
        target = select_growing(self.shape, key, self.maxshape)
        name = source.path
        same = self._filename is not None and name == self._filename
        counts = [s.nselect for s in (target, source.sel) if None not in _growing(s)]
        if len(counts) == 2 and counts[0] != counts[1]:
            raise ValueError("The selections have a different number of elements: %d of the layout, %d of the source" % tuple(counts))
        self.sources.append(VDSmap(target, "." if same else name, source.name, source.sel))

    def mappings(self, filename):
        """(file, dataset, source selection, target selection) of each source, for a virtual dataset in `filename`."""
        return [("." if m.file_name == filename else m.file_name, m.dset_name, m.src_space.chosen, m.vspace.chosen) for m in self.sources]


def _growing(selection):
    """The counts of a slab, None along a dimension without end."""
    kind, *facts = selection.chosen.describe()
    return tuple(facts[2]) + tuple(facts[3]) if kind == "slab" else ()


def select_growing(shape, key, maxshape):
    """A selection of slices that end with the dimension where they are written `start:h5s.UNLIMITED`."""
    from .h5s import UNLIMITED

    key = key if isinstance(key, tuple) else (key,)
    if not any(isinstance(part, slice) and part.stop is not None and part.stop == UNLIMITED for part in key):
        selection = selections.select(shape, key)
        if selection.after is not None:
            raise TypeError("This selection can't be a part of a virtual dataset")
        return selection
    parts = list(selections._expand_ellipsis(key, len(shape)))
    growing = [isinstance(p, slice) and p.stop is not None and p.stop == UNLIMITED for p in parts]
    finite = tuple(slice(p.start, None, p.step) if g else p for p, g in zip(parts, growing))
    selection = selections.select(shape, finite)
    kind, start, stride, count, block = selection.chosen.describe()
    count = [None if g else c for g, c in zip(growing, count)]
    return selections.Selection(selection.shape, _fiver.Selection.growing(start, stride, count, block), selection.array_shape, selection.mshape)
