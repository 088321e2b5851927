"""Low-level datasets: chunks as they are stored, storage, types, spaces."""
from collections import namedtuple

from . import _fiver
from .ids import ObjectID

StoreInfo = namedtuple("StoreInfo", ["chunk_offset", "filter_mask", "byte_offset", "size"])

LAYOUT_ERROR, COMPACT, CONTIGUOUS, CHUNKED, VIRTUAL = -1, 0, 1, 2, 3
ALLOC_TIME_DEFAULT, ALLOC_TIME_EARLY, ALLOC_TIME_LATE, ALLOC_TIME_INCR = 0, 1, 2, 3
FILL_TIME_ALLOC, FILL_TIME_NEVER, FILL_TIME_IFSET = 0, 1, 2
FILL_VALUE_UNDEFINED, FILL_VALUE_DEFAULT, FILL_VALUE_USER_DEFINED = 0, 1, 2
SPACE_STATUS_NOT_ALLOCATED, SPACE_STATUS_PART_ALLOCATED, SPACE_STATUS_ALLOCATED = 0, 1, 2
VDS_FIRST_MISSING, VDS_LAST_AVAILABLE = 0, 1

_LAYOUTS = {"compact": COMPACT, "contiguous": CONTIGUOUS, "chunked": CHUNKED, "virtual": VIRTUAL}


class DatasetID(ObjectID):
    """A dataset, for low-level calls."""

    __slots__ = ("_table",)

    def __init__(self, handle):
        super().__init__(handle)
        self._table = None

    def _forget(self):
        self._table = None

    @property
    def shape(self):
        return self._handle.shape

    @property
    def rank(self):
        return len(self._handle.shape or ())

    @property
    def dtype(self):
        from .dtypes import translation

        return translation(self._handle.type).dtype

    def get_type(self):
        """The stored type; the committed one where it has that."""
        from .h5t import type_id

        handle = self._handle
        if handle.committed_type is None:
            return type_id(handle.type)
        own = handle.file if handle.own_file_name == handle.file.name else handle.own_file()
        return type_id(handle.type, own.object_at(handle.committed_type))

    def get_space(self):
        """The dataspace, all selected."""
        from .h5s import SpaceID

        shape, largest = self._handle.space
        return SpaceID.of(shape, None, largest)

    def get_space_status(self):
        if self._handle.layout[0] in ("virtual", "compact"):
            return SPACE_STATUS_ALLOCATED
        stored = self._handle.stored_size()
        if stored == 0:
            return SPACE_STATUS_NOT_ALLOCATED
        layout = self._handle.layout
        if layout[0] != "chunked":
            return SPACE_STATUS_ALLOCATED
        grid = 1
        for n, c in zip(self._handle.shape, layout[1]):
            grid *= -(-n // c)
        return SPACE_STATUS_ALLOCATED if self._handle.chunk_count() >= grid else SPACE_STATUS_PART_ALLOCATED

    def get_storage_size(self):
        """Bytes that the elements take in the file."""
        return self._handle.stored_size()

    def get_offset(self):
        """Where a contiguous dataset's elements begin in the file, in bytes; None when they have no place."""
        layout = self._handle.layout
        if layout[0] != "contiguous" or layout[1] is None:
            return None
        return layout[1] + self._handle.file.info()["user_block"]

    def get_create_plist(self):
        """How the dataset was made: layout, chunks, filters, fill value."""
        from .h5p import PropDCID

        return PropDCID.of(self._handle)

    def get_access_plist(self):
        from .h5p import PropDAID

        return PropDAID()

    # --- chunks ----------------------------------------------------------------------------------------------------------------------------

    def _chunked(self, what):
        if self._handle.layout[0] != "chunked":
            raise RuntimeError("Can't get %s (not a chunked dataset)" % what)

    def _chunks(self):
        if self._table is None:
            self._table = self._handle.chunk_table()
        return self._table

    def get_num_chunks(self, space=None):
        """How many chunks are stored."""
        self._chunked("number of chunks")
        return self._handle.chunk_count() if self._table is None else len(self._table)

    def get_chunk_info(self, index, space=None):
        """Where chunk number `index` is: StoreInfo(chunk_offset, filter_mask, byte_offset, size)."""
        self._chunked("chunk info")
        table = self._chunks()
        if not 0 <= index < len(table):
            raise ValueError("Chunk index %d is out of range: %d chunks are stored" % (index, len(table)))
        return StoreInfo(*table[index][:4])

    def get_chunk_info_by_coord(self, chunk_offset):
        """Where the chunk that starts at these coordinates is."""
        if len(chunk_offset) != len(self._handle.shape or ()):
            raise ValueError("%d coordinates for %d dimensions" % (len(chunk_offset), len(self._handle.shape or ())))
        self._chunked("chunk info")
        found = self._handle.find_chunk(chunk_offset)
        if found is None:
            return StoreInfo(None, 0, None, 0)
        return StoreInfo(*found[:4])

    def chunk_iter(self, func):
        """Calls func(StoreInfo) for every stored chunk; the first answer that is not None ends it and is returned."""
        self._chunked("chunks")
        table = self._chunks()
        for i in range(len(table)):
            answer = func(StoreInfo(*table[i][:4]))
            if answer is not None:
                return answer
        return None

    def _check_rank(self, offsets):
        if len(offsets) != self.rank:
            raise TypeError("offset length (%d) must match dataset rank (%d)" % (len(offsets), self.rank))

    def _check_chunk_start(self, offsets, kind=ValueError):
        chunk = self._handle.layout[1]
        if any(o % c for o, c in zip(offsets, chunk)):
            raise kind("no chunk starts at %s: chunks are %s" % (tuple(offsets), chunk))

    def read_direct_chunk(self, offsets, dxpl=None, out=None):
        """(filter mask, stored bytes) of the chunk that starts at `offsets`; into `out`, a buffer, where one is given."""
        self._check_rank(offsets)
        self._chunked("chunk")
        if any(at >= size for at, size in zip(offsets, self._handle.shape)):
            raise RuntimeError("Can't get the chunk at %s: nothing is stored outside the shape %s" % (tuple(offsets), self._handle.shape))
        self._check_chunk_start(offsets, OSError)
        if out is None:
            return self._handle.read_chunk(offsets)
        mask, size = self._handle.read_chunk_into(offsets, out)
        return mask, memoryview(out).cast("B")[:size]

    def write_direct_chunk(self, offsets, data, filter_mask=0, dxpl=None):
        """Stores bytes that went through the filters already."""
        self._check_rank(offsets)
        if self._handle.layout[0] != "chunked":
            raise OSError("Can't write a chunk (not a chunked dataset)")
        if self._handle.file.mode == "r":
            raise OSError("Can't write a chunk (no write intent on file)")
        self._check_chunk_start(offsets)
        self._handle.write_chunk(offsets, data, filter_mask)
        self._forget()

    # --- elements --------------------------------------------------------------------------------------------------------------------------

    def _selection(self, fspace):
        return _fiver.Selection.all() if fspace is None or not hasattr(fspace, "_chosen") else fspace._chosen

    def read(self, mspace, fspace, arr_obj, mtype=None, dxpl=None):
        """Reads the selection of `fspace` into an array."""
        from .datasets import Dataset

        self._handle.read_into(Dataset(self)._target_for(arr_obj.dtype), self._selection(fspace), arr_obj)

    def write(self, mspace, fspace, arr_obj, mtype=None, dxpl=None):
        """Writes an array to the selection of `fspace`; with the stored type as `mtype`, its bytes as they are."""
        from .writing import write_array

        write_array(self._handle, self._selection(fspace), arr_obj, mtype)

    def set_extent(self, shape):
        """Changes the shape."""
        self._handle.resize(tuple(shape))
        self._forget()

    def extend(self, shape):
        """Makes it at least this large: no dimension shrinks."""
        now = self._handle.shape
        if len(shape) != len(now):
            raise TypeError("New shape length (%d) must match dataset rank (%d)" % (len(shape), len(now)))
        self.set_extent(tuple(max(old, new) for old, new in zip(now, shape)))

    def refresh(self):
        self._handle.refresh()
        self._forget()

    def flush(self):
        self._handle.file.flush()


def open(loc, name, dapl=None):
    """The dataset of this name."""
    handle = loc._handle.open(name)
    if not isinstance(handle, _fiver.Dataset):
        raise KeyError("%r is not a dataset" % (name,))
    return DatasetID(handle)


def create(loc, name, tid, space, dcpl=None, lcpl=None, dapl=None, gcpl=None):
    """Makes a dataset of a low-level type, space and creation properties."""
    from .creating import create_low_level

    return create_low_level(loc, name, tid, space, dcpl)
