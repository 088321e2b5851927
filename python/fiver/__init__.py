"""Fiver: HDF5 files, read and written by all cores at once, through the interface of h5py.

    import fiver as h5py
"""
from . import _fiver
from . import h5, h5a, h5d, h5ds, h5f, h5g, h5i, h5l, h5o, h5p, h5pl, h5r, h5s, h5t, h5z, filters, version  # noqa: F401
from .attributes import AttributeManager
from .base import HLObject
from .config import get_config
from .datasets import Dataset
from .datatypes import Datatype
from .dtypes import (check_complex_dtype, check_dtype, check_enum_dtype, check_opaque_dtype, check_ref_dtype, check_string_dtype, check_vlen_dtype, complex_compat_dtype,
                     enum_dtype, opaque_dtype, ref_dtype, regionref_dtype, special_dtype, string_dtype, vlen_dtype)
from .empty import Empty
from .files import File, is_hdf5, register_driver, registered_drivers, unregister_driver
from .groups import ExternalLink, Group, HardLink, SoftLink
from .h5s import UNLIMITED
from .references import Reference, RegionReference
from .selections import MultiBlockSlice
from .vds import VirtualLayout, VirtualSource

__version__ = version.version
__fiver_version__ = _fiver.__version__

__all__ = ["AttributeManager", "Dataset", "Datatype", "Empty", "ExternalLink", "File", "Group", "HLObject", "HardLink", "MultiBlockSlice",
           "Reference", "RegionReference", "SoftLink", "UNLIMITED", "VirtualLayout", "VirtualSource", "check_dtype", "check_enum_dtype",
           "check_complex_dtype", "check_opaque_dtype", "complex_compat_dtype", "check_ref_dtype", "check_string_dtype", "check_vlen_dtype", "enum_dtype", "get_config", "is_hdf5",
           "opaque_dtype", "register_driver", "registered_drivers", "unregister_driver", "ref_dtype", "regionref_dtype", "special_dtype", "string_dtype", "vlen_dtype"]


def run_tests(*args, **kwds):
    """The module's tests are part of its source, not of the package."""
    raise NotImplementedError("run pytest on python/tests of the source")


def enable_ipython_completer():
    """IPython completes names of groups by itself (_ipython_key_completions_)."""
