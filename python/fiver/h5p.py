"""Low-level property lists: how datasets, groups and files are made."""
import numpy as np

from . import h5d
from .ids import ObjectID

OBJECT_CREATE, FILE_CREATE, FILE_ACCESS, DATASET_CREATE, DATASET_ACCESS, DATASET_XFER, FILE_MOUNT, GROUP_CREATE, DATATYPE_CREATE, \
    STRING_CREATE, ATTRIBUTE_CREATE, OBJECT_COPY, LINK_CREATE, LINK_ACCESS, GROUP_ACCESS = range(15)
DEFAULT = None
CRT_ORDER_TRACKED, CRT_ORDER_INDEXED = 1, 2
_LAYOUT_NAMES = {v: k for k, v in h5d._LAYOUTS.items()}


class PropID(ObjectID):
    """A property list."""

    __slots__ = ("_set",)

    def __init__(self):
        super().__init__(None)
        self._set = {}

    @property
    def valid(self):
        return True

    def _identity(self):
        return tuple(sorted((key, repr(value)) for key, value in self._set.items()))

    def equal(self, other):
        return self == other

    def copy(self):
        made = type(self)()
        made._set = dict(self._set)
        return made

    def get_class(self):
        return type(self)

    # Settings of libhdf5 that change nothing here are kept, and given back.
    def __getattr__(self, name):
        if name.startswith("set_"):
            return lambda *values: self._set.__setitem__(name[4:], values[0] if len(values) == 1 else values)
        if name.startswith("get_") and name[4:] in self._set:
            return lambda: self._set[name[4:]]
        raise AttributeError("%s has no property %s" % (type(self).__name__, name))


class PropOCID(PropID):
    """What all objects have: whether the order of creation of attributes, and of links, is kept."""

    __slots__ = ()

    def get_attr_creation_order(self):
        return self._set.get("attr_creation_order", 0)

    def get_link_creation_order(self):
        return self._set.get("link_creation_order", 0)

    def _take_orders(self, handle):
        for name, (tracked, indexed) in zip(("attr_creation_order", "link_creation_order"), handle.kept_orders()):
            self._set[name] = CRT_ORDER_TRACKED * tracked | CRT_ORDER_INDEXED * indexed

    def get_obj_track_times(self):
        return self._set.get("obj_track_times", False)

    def get_attr_phase_change(self):
        return self._set.get("attr_phase_change", (8, 6))


class PropGCID(PropOCID):
    """How a group was made."""

    __slots__ = ()

    def __init__(self, handle=None):
        super().__init__()
        if handle is not None:
            self._take_orders(handle)

    def get_link_phase_change(self):
        return self._set.get("link_phase_change", (8, 6))


class PropFCID(PropOCID):
    """How a file was made."""

    __slots__ = ()

    def __init__(self, info=None, root=None):
        super().__init__()
        if root is not None:
            self._take_orders(root)
        if info:
            self._set.update(userblock=info["user_block"], sizes=(info["offset_size"], info["length_size"]), version=(
                info["superblock_version"], 0, 0, 0), file_space_page_size=info["page_size"] or 4096)
            strategy = {None: 0, "fsm": 0, "page": 1, "aggregate": 2, "none": 3}[info["file_space_strategy"]]
            self._set["file_space_strategy"] = (strategy, False, 1)


class PropFAID(PropID):
    """How a file is open."""

    __slots__ = ("_file",)

    def __init__(self, file=None):
        super().__init__()
        self._file = file

    def get_fclose_degree(self):
        return 3

    def get_libver_bounds(self):
        if self._file is None:
            return self._set.get("libver_bounds", (0, 5))
        names = ("earliest", "v18", "v108", "v110", "v112", "v114", "v200")
        low, high = self._file.libver
        return names.index(low) if low != "earliest" else 0, names.index(high)

    def get_driver(self):
        return 1

    def get_cache(self):
        return self._set.get("cache") or getattr(getattr(self, "_file", None), "_cache", (0, 521, 1 << 20, 0.75))

    def get_file_locking(self):
        """(whether files are locked, whether locks that a file system has not are passed over)"""
        given = getattr(self._file, "_locking", None)
        if given is not None:
            return given not in (False, "false"), given == "best-effort"
        return self._set.get("file_locking", (True, True))

    def get_page_buffer_size(self):
        return self._set.get("page_buffer_size", (0, 0, 0))


class PropLCID(PropID):
    """How links are made."""

    __slots__ = ()


class PropDAID(PropID):
    """How a dataset is read."""

    __slots__ = ()

    def get_chunk_cache(self):
        return self._set.get("chunk_cache", (521, 1 << 20, 0.75))

    def get_virtual_prefix(self):
        return self._set.get("virtual_prefix", b"")

    def get_efile_prefix(self):
        return self._set.get("efile_prefix", b"")


class PropDCID(PropOCID):
    """How a dataset was made, or is to be."""

    __slots__ = ()

    @classmethod
    def of(cls, handle):
        made = cls()
        made._take_orders(handle)
        layout = handle.layout
        made._set.update(layout=h5d._LAYOUTS[layout[0]], filters=[list(f) for f in handle.filters], external=handle.external_files,
                         fill=handle.fill_value, type=handle.type)
        if layout[0] == "chunked":
            made._set["chunk"] = layout[1]
        if layout[0] == "virtual":
            made._set["virtual"] = (handle.shape, handle.virtual_mappings())
        return made

    def get_layout(self):
        return self._set.get("layout", h5d.CONTIGUOUS)

    def get_chunk(self):
        if "chunk" not in self._set:
            raise ValueError("Can't get chunk dimensions (not a chunked storage layout)")
        return self._set["chunk"]

    def set_chunk(self, dims):
        self._set.update(chunk=tuple(dims), layout=h5d.CHUNKED)

    # --- filters -------------------------------------------------------------------------------------------------------------------------

    def _filters(self):
        return self._set.setdefault("filters", [])

    def get_nfilters(self):
        return len(self._filters())

    def get_filter(self, filter_idx):
        """(number, flags, values, name)."""
        filters = self._filters()
        if not 0 <= filter_idx < len(filters):
            raise ValueError("Filter index out of range")
        number, flags, values, name = filters[filter_idx]
        return number, flags, tuple(values), name.encode("utf-8", "surrogateescape")

    def get_filter_by_id(self, filter_code):
        for number, flags, values, name in self._filters():
            if number == filter_code:
                return flags, tuple(values), name.encode("utf-8", "surrogateescape")
        return None

    def set_filter(self, filter_code, flags=0, values=None):
        self._filters().append([filter_code, flags, tuple(values or ()), ""])

    def modify_filter(self, filter_code, flags=0, values=None):
        for entry in self._filters():
            if entry[0] == filter_code:
                entry[1:3] = flags, tuple(values or ())

    def remove_filter(self, filter_class):
        self._set["filters"] = [entry for entry in self._filters() if entry[0] != filter_class]

    def set_deflate(self, level=5):
        self.set_filter(1, 1, (level,))

    def set_shuffle(self):
        self.set_filter(2, 1)

    def set_fletcher32(self):
        self.set_filter(3, 0)

    def set_szip(self, options, pixels_per_block):
        self.set_filter(4, 1, (options, pixels_per_block))

    def set_scaleoffset(self, scale_type, scale_factor):
        self.set_filter(6, 1, (scale_type, scale_factor))

    def all_filters_avail(self):
        from .h5z import filter_avail

        return all(filter_avail(entry[0]) for entry in self._filters())

    def fill_value_defined(self):
        return self._set["fill"][0] if "fill" in self._set else h5d.FILL_VALUE_DEFAULT

    def get_fill_value(self, value):
        """Puts the fill value into the array `value`."""
        stored = self._set["fill"][3] if "fill" in self._set else None
        if stored is None:
            value[...] = 0
        else:
            from .dtypes import translation

            value[...] = np.frombuffer(stored, translation(self._set["type"]).dtype)[0]

    def set_fill_value(self, value):
        self._set["fill_array"] = np.asarray(value)

    def get_fill_time(self):
        return self._set["fill"][2] if "fill" in self._set else self._set.get("fill_time", h5d.FILL_TIME_IFSET)

    def get_alloc_time(self):
        return self._set["fill"][1] if "fill" in self._set else self._set.get("alloc_time", h5d.ALLOC_TIME_LATE)

    # --- other storage -------------------------------------------------------------------------------------------------------------------

    def get_external_count(self):
        return len(self._set.get("external", ()))

    def get_external(self, idx=0):
        from .h5s import UNLIMITED

        name, offset, size = self._set["external"][idx]
        return name.encode("utf-8", "surrogateescape"), offset, UNLIMITED if size is None else size

    def set_external(self, name, offset, size):
        self._set.setdefault("external", []).append((name.decode() if isinstance(name, bytes) else name, offset, size))

    def get_virtual_count(self):
        return len(self._set.get("virtual", ((), ()))[1])

    def get_virtual_filename(self, index=0):
        return self._set["virtual"][1][index][0]

    def get_virtual_dsetname(self, index=0):
        return self._set["virtual"][1][index][1]

    def get_virtual_srcspace(self, index=0):
        from .h5s import SpaceID

        return SpaceID.of(None, self._set["virtual"][1][index][2])

    def get_virtual_vspace(self, index=0):
        from .h5s import SpaceID

        return SpaceID.of(self._set["virtual"][0], self._set["virtual"][1][index][3])

    def set_virtual(self, vspace, src_filename, src_dsetname, src_space):
        shape, mappings = self._set.get("virtual", (vspace.shape, []))
        names = [n.decode() if isinstance(n, bytes) else n for n in (src_filename, src_dsetname)]
        self._set.update(virtual=(shape, mappings + [(*names, src_space._chosen, vspace._chosen)]), layout=h5d.VIRTUAL)


_CLASSES = {OBJECT_CREATE: PropOCID, FILE_CREATE: PropFCID, FILE_ACCESS: PropFAID, DATASET_CREATE: PropDCID, DATASET_ACCESS: PropDAID,
            DATASET_XFER: PropID, GROUP_CREATE: PropGCID, DATATYPE_CREATE: PropOCID, STRING_CREATE: PropID, ATTRIBUTE_CREATE: PropID,
            OBJECT_COPY: PropID, LINK_CREATE: PropLCID, LINK_ACCESS: PropID, GROUP_ACCESS: PropID}


def create(cls):
    """A new property list of this class."""
    return _CLASSES[cls]()
