from typing import Any

from . import h5 as h5, h5a as h5a, h5d as h5d, h5ds as h5ds, h5f as h5f, h5g as h5g, h5i as h5i, h5l as h5l, h5o as h5o, h5p as h5p, h5pl as h5pl
from . import filters as filters, h5r as h5r, h5s as h5s, h5t as h5t, h5z as h5z, version as version
from .attributes import AttributeManager as AttributeManager
from .base import HLObject as HLObject
from .config import get_config as get_config
from .datasets import Dataset as Dataset
from .datatypes import Datatype as Datatype
from .dtypes import (
    check_complex_dtype as check_complex_dtype,
    check_dtype as check_dtype,
    check_enum_dtype as check_enum_dtype,
    check_opaque_dtype as check_opaque_dtype,
    check_ref_dtype as check_ref_dtype,
    check_string_dtype as check_string_dtype,
    check_vlen_dtype as check_vlen_dtype,
    complex_compat_dtype as complex_compat_dtype,
    enum_dtype as enum_dtype,
    opaque_dtype as opaque_dtype,
    ref_dtype as ref_dtype,
    regionref_dtype as regionref_dtype,
    special_dtype as special_dtype,
    string_dtype as string_dtype,
    vlen_dtype as vlen_dtype,
)
from .empty import Empty as Empty
from .files import (
    File as File,
    is_hdf5 as is_hdf5,
    register_driver as register_driver,
    registered_drivers as registered_drivers,
    unregister_driver as unregister_driver,
)
from .groups import ExternalLink as ExternalLink, Group as Group, HardLink as HardLink, SoftLink as SoftLink
from .references import Reference as Reference, RegionReference as RegionReference
from .selections import MultiBlockSlice as MultiBlockSlice
from .vds import VirtualLayout as VirtualLayout, VirtualSource as VirtualSource

UNLIMITED: int
__version__: str
__fiver_version__: str
__all__: list[str]

def run_tests(*args: Any, **kwds: Any) -> None: ...
def enable_ipython_completer() -> None: ...
