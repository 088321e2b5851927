"""What packages look for in h5py's private module of this name. There is no lock of the whole module: `phil` does nothing."""
import contextlib

from .ids import ObjectID  # noqa: F401


class _NoLock(contextlib.AbstractContextManager):
    def acquire(self, blocking=True):
        return True

    def release(self):
        pass

    def __exit__(self, *exception):
        return None


phil = _NoLock()


def with_phil(function):
    """The function as it is."""
    return function
