"""Versions: of this module, and of h5py and libhdf5 as far as programs ask before they use a feature."""
import collections
import sys

import numpy

from . import _fiver
from .h5 import get_libversion

fiver_version = _fiver.__version__
version = "3.16.0"  #: of h5py, whose interface this is
version_tuple = collections.namedtuple("_H5PY_VERSION_CLS", "major minor bugfix pre post dev")(3, 16, 0, None, None, None)
hdf5_version_tuple = get_libversion()
hdf5_version = "%d.%d.%d" % hdf5_version_tuple
hdf5_built_version_tuple = hdf5_version_tuple
api_version_tuple = (1, 14, 6)
api_version = "1.14"

info = """fiver    %s
h5py     %s (its interface)
HDF5     %s (its files)
Python   %s
sys.platform    %s
numpy    %s
""" % (fiver_version, version, hdf5_version, sys.version, sys.platform, numpy.__version__)
