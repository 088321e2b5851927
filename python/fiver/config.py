"""Settings of the whole module."""
import threading


class H5PYConfig:
    """What get_config() returns: the names under which bool and complex numbers are stored, and the default of track_order."""

    def __init__(self):
        self._lock = threading.Lock()
        self._bool_names = ("FALSE", "TRUE")
        self._complex_names = ("r", "i")
        self._track_order = False
        self._default_file_mode = "r"
        self.libver = None  #: the libver of new files that name none: None is the engine's own style, "earliest" h5py's

    def _pair(self, value):
        value = tuple(value)
        if len(value) != 2 or not all(isinstance(name, str) for name in value):
            raise TypeError("2-tuple of strings required")
        return value

    @property
    def bool_names(self):
        """The two names of the enumeration that a bool is stored as, false first."""
        return self._bool_names

    @bool_names.setter
    def bool_names(self, value):
        self._bool_names = self._pair(value)
        self._changed()

    @property
    def complex_names(self):
        """The names of the real and the imaginary member of a complex number."""
        return self._complex_names

    @complex_names.setter
    def complex_names(self, value):
        self._complex_names = self._pair(value)
        self._changed()

    @property
    def track_order(self):
        """Whether new groups keep the order of creation of their members unless told otherwise."""
        return self._track_order

    @track_order.setter
    def track_order(self, value):
        self._track_order = bool(value)

    @property
    def default_file_mode(self):
        return self._default_file_mode

    @default_file_mode.setter
    def default_file_mode(self, value):
        if value != "r":
            raise ValueError("Using default_file_mode other than 'r' is no longer supported. Pass the mode to h5py.File() instead.")

    @property
    def mpi(self):
        """False: files are not shared by MPI ranks."""
        return False

    @property
    def ros3(self):
        """False: no S3 driver by this name."""
        return False

    @property
    def direct_vfd(self):
        """False: files are not opened past the system's cache."""
        return False

    @property
    def has_native_complex(self):
        """False: complex numbers are written as structures. Those of HDF5 2.0's own type are read."""
        return False

    @staticmethod
    def _changed():
        from . import dtypes

        dtypes._translations.clear()


_config = H5PYConfig()


def get_config():
    """The module's settings."""
    return _config
