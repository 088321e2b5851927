"""Files."""
import atexit
import os
import threading

from . import _fiver
from .base import name_of
from .config import get_config
from .groups import Group, GroupID
from .ids import ObjectID

mpi = ros3 = direct_vfd = False
swmr_support = True
_io_log = None  #: an _fiver.IoLog that is told of every file opened from now on
_in_swmr_mode = set()  #: names of the files that are followed, or may be: every File of such a file says so
_LATEST = "v114"  #: what "latest" is in the version of HDF5 that version.hdf5_version names
_LIBVERS = ("earliest", "v108", "v110", "v112", "v114", "v200", "latest")
_DRIVERS = ("core", "sec2", "stdio", "fileobj", "direct", "family", "split", "mpio", "ros3", "subfiling")


_drivers = dict.fromkeys(_DRIVERS)  #: the names that File(driver=) takes


def register_driver(name, set_fapl):
    """Makes the name one that File(driver=) takes. The files are opened by this engine all the same; set_fapl is not called."""
    _drivers[name] = set_fapl


def unregister_driver(name):
    """Undoes register_driver."""
    del _drivers[name]


def registered_drivers():
    """The names that File(driver=) takes."""
    return frozenset(_drivers)


class FileID(ObjectID):
    """A file, for low-level calls."""

    __slots__ = ("_file",)

    def __init__(self, file):
        super().__init__(file._c_file)
        self._file = file

    def _identity(self):
        return ("file", self._handle.name)

    @property
    def name(self):
        return self._handle.name.encode("utf-8", "surrogateescape")

    def get_filesize(self):
        return self._handle.info()["size"]

    def get_intent(self):
        return 0 if self._file.mode == "r" else 1

    @property
    def links(self):
        """The links of the root group."""
        return GroupID(self._handle.root()).links

    def __contains__(self, name):
        return self._handle.root().contains(name)

    def __len__(self):
        return self._handle.root().link_count()

    def get_create_plist(self):
        from .h5p import PropFCID

        return PropFCID(self._handle.info(), self._handle.root())

    def get_access_plist(self):
        from .h5p import PropFAID

        return PropFAID(self._file)

    def get_file_image(self):
        """The bytes of a file that was opened from a file-like object, or in memory."""
        self._file.flush()
        held = self._file._name_given
        if isinstance(held, str):
            with open(held, "rb") as file:
                return file.read()
        position = held.tell()
        held.seek(0)
        image = held.read()
        held.seek(position)
        return image

    def get_vfd_handle(self, fapl=None):
        raise NotImplementedError("a file has no single descriptor")

    def flush(self):
        self._file.flush()

    def start_swmr_write(self):
        self._file.swmr_mode = True


def is_hdf5(fname):
    """True when the file exists and is an HDF5 file."""
    if hasattr(fname, "read"):
        position = fname.tell()
        try:
            fname.seek(0)
            return fname.read(8) == b"\x89HDF\r\n\x1a\n"
        finally:
            fname.seek(position)
    return _fiver.is_hdf5(os.fspath(fname))


def lock_choice(locking):
    """The engine's word for a value of File(locking=)."""
    return {True: "required", False: "off", "true": "required", "false": "off"}.get(locking, "best-effort")


def _path_of(name):
    name = os.fspath(name)
    return name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name


class File(Group):
    """An HDF5 file; also its root group.

    name: a path, or a binary file-like object. mode: r (reading), r+ (reading and writing), w (a new file in place of any), w- or x (a new file, or
    FileExistsError), a (as r+, made where there is none). Ours: durability, live, missing ("fill", "report" or "error": what a virtual dataset does
    where a source is missing). Keywords that tune libhdf5's caches are accepted and change nothing. Raises FileNotFoundError, PermissionError, OSError (no HDF5
    file, or damaged, or held by another program), ValueError and TypeError for keywords that don't go together.
    """

    def __init__(self, name, mode="r", driver=None, libver=None, userblock_size=None, swmr=False, rdcc_nslots=None, rdcc_nbytes=None,
                 rdcc_w0=None, track_order=None, fs_strategy=None, fs_persist=False, fs_threshold=1, fs_page_size=None, page_buf_size=None,
                 min_meta_keep=0, min_raw_keep=0, locking=None, alignment_threshold=1, alignment_interval=1, meta_block_size=None, *,
                 track_times=False, durability=None, live=None, missing=None, **kwds):
        if isinstance(name, ObjectID):
            self._adopt(name)
            return
        if mode not in ("r", "r+", "w", "w-", "x", "a"):
            raise ValueError("Invalid mode; must be one of r, r+, w, w-, x, a")
        if driver == "fileobj" and "fileobj" in kwds:
            name = kwds.pop("fileobj")
        options = _take_options(kwds)
        if missing is not None:
            options["missing"] = missing
        if swmr and mode == "r":
            options["follow_writer"] = True
        if driver is not None and driver not in _drivers:
            raise ValueError("Unknown driver type '%s'" % driver)
        if "backing_store" in kwds and driver is None:
            raise TypeError("'backing_store' is for the driver core")
        if locking not in (None, True, False, "true", "false", "best-effort"):
            raise ValueError("Unsupported locking value: %r" % (locking,))
        if driver not in (None, "fileobj") and hasattr(name, "read"):
            raise ValueError("Driver must be 'fileobj' for file-like object if specified.")
        self._check_versions(libver)
        self._mode, self._swmr, self._driver = mode, bool(swmr), driver or "sec2"
        self._libver, self._open_options, self._missing_reports = libver, options, []
        self._closing = threading.Lock()
        if driver == "core" and not hasattr(name, "read"):
            from .creating import core_file

            buffer = core_file(_path_of(name), mode, kwds.get("backing_store", True))
        else:
            buffer = None
        file_object = name if hasattr(name, "read") and hasattr(name, "seek") else None
        if file_object is None and driver == "fileobj":
            raise ValueError("the driver fileobj wants a file-like object")
        self._name_given = file_object if file_object is not None else _path_of(name)
        if file_object is not None:
            self._driver = "fileobj"
        elif buffer is not None:
            file_object = buffer
        if mode == "r":
            if locking is not None:
                options["locking"] = lock_choice(locking)
            if file_object is None:
                box = _fiver.File.open(self._name_given, options)
            else:
                box = _fiver.File.open_object(file_object, repr(file_object), options)
        else:
            from .creating import open_for_writing

            settings = dict(track_order=get_config().track_order if track_order is None else track_order, userblock_size=userblock_size,
                            libver=libver, durability=durability, live=live, locking=locking, driver=driver,
                            fs_strategy=fs_strategy, fs_page_size=fs_page_size)
            box, self._mode = open_for_writing(self._name_given, file_object, mode, settings, options)
        self._set_box(box)
        self._cache = (0, rdcc_nslots or 521, rdcc_nbytes or 1 << 20, 0.75 if rdcc_w0 is None else rdcc_w0)
        self._locking = locking
        self._meta_block_size = meta_block_size or 2048
        if self._swmr:
            _in_swmr_mode.add(box.name)
        if mode in ("r", "r+", "a") and userblock_size is not None and self.userblock_size != userblock_size:
            actual = self.userblock_size
            self.close()
            raise ValueError("User block size (%d) of the file is not the one asked for (%d)" % (actual, userblock_size))

    @staticmethod
    def _check_versions(libver):
        for version in (libver if isinstance(libver, tuple) else (libver,)):
            if version is not None and version not in _LIBVERS:
                raise ValueError("libver must be one of %s" % ", ".join(_LIBVERS))

    def _set_box(self, box, is_new=True):
        if is_new and _io_log is not None:
            box.set_log(_io_log)
        self._c_file = box
        self._root_handle = box.root()
        Group.__init__(self, GroupID(self._root_handle))

    def _adopt(self, oid):
        """A second File object for a file that is open: closing either closes both."""
        handle = oid._handle
        source = oid._file if isinstance(oid, FileID) else File._of(handle)
        self.__dict__.update(source.__dict__)

    @classmethod
    def _of(cls, handle):
        """The File of an object's handle; a further one, open for reading, where a link led into another file."""
        box = handle.file
        if not box.is_open:
            raise ValueError("Not a file or file object (the file is closed)")
        own = handle.own_file_name
        self = cls.__new__(cls)
        self._mode, self._swmr, self._driver, self._libver = box.mode, False, "sec2", None
        self._open_options, self._missing_reports = {}, []
        self._closing = threading.Lock()
        if own != box.name:
            box = handle.own_file()
        self._name_given, self._swmr = own, own in _in_swmr_mode
        self._set_box(box, is_new=False)
        return self

    def _root(self):
        return self._root_handle

    def _opened_as(self):
        if not isinstance(self._name_given, str):
            raise TypeError("a file opened from a file-like object can't be pickled")
        return os.path.abspath(self._c_file.name), self._open_options, self._swmr

    # --- what it is ----------------------------------------------------------------------------------------------------------------------

    @property
    def id(self):
        """The file's identifier for low-level calls."""
        return FileID(self)

    @property
    def filename(self):
        """The name by which the file was opened."""
        self._open_box()
        if isinstance(self._name_given, str):
            return self._name_given
        return name_of(self._c_file.name)

    def _open_box(self):
        if not self._c_file.is_open:
            raise ValueError("Not a file or file object (the file is closed)")
        return self._c_file

    @property
    def driver(self):
        """'sec2' for files on disk, 'core' for those in memory, 'fileobj' for file-like objects."""
        self._open_box()
        return self._driver

    @property
    def mode(self):
        """'r' or 'r+'."""
        self._open_box()
        return "r" if self._mode == "r" else "r+"

    @property
    def libver(self):
        """(lowest, highest) of libhdf5's format versions that the file keeps to."""
        self._open_box()
        given = self._libver
        if given is None:
            return "earliest", _LATEST
        if isinstance(given, str):
            given = (given, "latest")
        return tuple(_LATEST if version == "latest" else version for version in given)

    @property
    def userblock_size(self):
        """Bytes before the HDF5 part of the file."""
        return self._open_box().info()["user_block"]

    @property
    def swmr_mode(self):
        """True: the file is followed while it is written (r), or others may follow it (r+)."""
        self._open_box()
        return self._swmr

    @swmr_mode.setter
    def swmr_mode(self, value):
        if not value:
            raise ValueError("It is not possible to forcibly switch SWMR mode off.")
        if self.mode == "r":
            raise ValueError("the file is open for reading only")
        self.flush()
        self._swmr = True
        _in_swmr_mode.add(self._c_file.name)

    @property
    def meta_block_size(self):
        """Accepted and kept; this engine places its metadata by itself."""
        return self.__dict__.get("_meta_block_size", 2048)

    def missing_sources(self):
        """The files and datasets that virtual datasets of this file name and that are not there: (dataset, file, source, reason)."""
        from .plans import missing_sources

        return missing_sources(self)

    # --- its end -------------------------------------------------------------------------------------------------------------------------

    def flush(self):
        """Commits what was written. Nothing to do for a file open for reading. Raises ValueError when the file is closed, OSError when it can't be written."""
        box = self._open_box()
        if self._mode != "r":
            box.flush()

    def close(self):
        """Commits what was written and ends the file and all objects opened through it. Raises OSError when it can't be written; it is closed all the same."""
        with self._closing:
            if self._c_file.is_open:
                if self._swmr:
                    _in_swmr_mode.discard(self._c_file.name)
                self._c_file.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self:
            self.close()

    def __bool__(self):
        return self._c_file.is_open

    def __repr__(self):
        if not self:
            return "<Closed HDF5 file>"
        return '<HDF5 file "%s" (mode %s)>' % (os.path.basename(self.filename), self.mode)

    def __reduce__(self):
        if not self or self.mode != "r":
            raise TypeError("h5py objects cannot be pickled unless their file is open for reading only")
        from .pickling import reopen

        return reopen, self._opened_as() + (None,)

    @classmethod
    def in_memory(cls, file_image=None, *, block_size=64 * 1024, **kwargs):
        """A file in memory: new, or with the bytes of `file_image`."""
        import io

        buffer = io.BytesIO(b"" if file_image is None else bytes(file_image))
        return cls(buffer, "w" if file_image is None else "r+", **kwargs)


_TUNING = {"backing_store", "block_size", "memb_size", "memb_fapl", "comm", "info", "aws_region", "secret_id", "secret_key", "session_token",
           "increment", "meta_ext", "raw_ext", "block_size", "cbuf_size", "alignment"}
_OURS = {"link_prefixes", "virtual_prefixes", "external_storage_prefixes", "external_storage_anywhere", "follow_writer"}


def _take_options(kwds):
    options = {}
    for key in kwds:
        if key in _OURS:
            options[key] = kwds[key]
        elif key not in _TUNING:
            raise TypeError("File() got an unexpected keyword argument %r" % key)
    return options


# Files that were never closed have what was written to them.
atexit.register(_fiver.close_writers)
