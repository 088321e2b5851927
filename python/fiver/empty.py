"""A value of a type with no elements at all."""
import numpy as np


class Empty:
    """What is read from a dataset or an attribute with a null dataspace: a dtype and nothing else."""

    shape = None
    size = None

    def __init__(self, dtype):
        self._dtype = np.dtype(dtype)

    @property
    def dtype(self):
        """The NumPy dtype that elements would have."""
        return self._dtype

    def __eq__(self, other):
        return isinstance(other, Empty) and self.dtype == other.dtype

    def __hash__(self):
        return hash(self._dtype)

    def __repr__(self):
        return "Empty(dtype=%r)" % (self.dtype,)
