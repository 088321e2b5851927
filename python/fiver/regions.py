"""Region references of a dataset."""
from . import selections


class RegionReferences:
    """``dataset.regionref[index]`` makes a region reference; shape() and selection() look at one."""

    def __init__(self, owner):
        self._owner = owner

    def __getitem__(self, args):
        from .writing import region_reference

        return region_reference(self._owner, args)

    def shape(self, ref):
        """The shape of the dataset that the reference leads to."""
        return self._owner.file[ref].shape

    def selection(self, ref):
        """The shape of the elements that it selects."""
        dataset = self._owner.file[ref]
        return selections.select(dataset.shape, ref, dataset).array_shape
