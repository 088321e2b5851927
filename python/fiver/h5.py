"""Low-level constants, and the version of libhdf5 that the module stands in for."""
from .config import H5PYConfig, get_config  # noqa: F401

INDEX_NAME, INDEX_CRT_ORDER = 0, 1
ITER_INC, ITER_DEC, ITER_NATIVE = 0, 1, 2


def get_libversion():
    """The version of the HDF5 library whose files and features this module has."""
    return (1, 14, 6)
