"""Chunks: their slices, and the table of what is stored."""
import numpy as np


class ChunkIterator:
    """Tuples of slices, one for each chunk of a selection of slices, cut to it."""

    def __init__(self, dataset, sel=None):
        shape, chunks = dataset.shape, dataset.chunks
        if chunks is None:
            raise TypeError("Chunked dataset required")
        if sel is None:
            sel = tuple(slice(0, n) for n in shape)
        sel = sel if isinstance(sel, tuple) else (sel,)
        if len(sel) != len(shape):
            raise ValueError("Invalid selection - selection region must have same rank as dataset")
        ranges = []
        for axis, length in enumerate(shape):
            part = sel[axis]
            if isinstance(part, int):
                if not -length <= part < length:
                    raise ValueError("Invalid selection object - index %d out of range" % part)
                part = slice(part % length, part % length + 1)
            if not isinstance(part, slice):
                raise TypeError("Invalid selection object")
            if part.step not in (None, 1):
                raise ValueError("Selections of chunks have no steps")
            start, stop, _ = part.indices(length)
            if part.stop is not None and part.stop > length or start > length:
                raise ValueError("Invalid selection object - slice exceeds the dataset")
            ranges.append((start, stop))
        self._ranges, self._chunks = ranges, chunks
        self._iterator = self._slices()

    def _slices(self):
        counts = [range(start // c, -(-stop // c)) if stop > start else range(0) for (start, stop), c in zip(self._ranges, self._chunks)]
        for cell in np.ndindex(*[len(c) for c in counts]):
            yield tuple(slice(max(start, counts[a][i] * c), min(stop, (counts[a][i] + 1) * c), 1)
                        for a, (i, (start, stop), c) in enumerate(zip(cell, self._ranges, self._chunks)))

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._iterator)


def chunk_map(dataset):
    """A structured array with one row for each stored chunk. The offset of a dataset without dimensions is (0,)."""
    table = dataset._c.chunk_table()
    rank = max(1, dataset.ndim)
    dtype = [("offset", "u8", (rank,)), ("file_offset", "u8"), ("stored_size", "u8"), ("filter_mask", "u4"), ("file", "O")]
    result = np.empty(len(table), dtype=dtype)
    if len(table):
        for name in ("offset", "file_offset", "stored_size", "filter_mask"):
            column = table.column(name)
            result[name] = column if name == "offset" and column.shape[1] else column[:, 0] if column.shape[1] else 0
        result["file"] = table.files()
    return result
