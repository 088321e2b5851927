"""Cases of how data are laid out: compact, contiguous, external, and chunks under every index, shape, fill and history."""
import ctypes

import h5py
import numpy as np
from h5py import h5d, h5f, h5s, h5t

from core import BOUNDS, case, dataset_properties, native, new_file, numbers, put
from cases_groups import STYLES

NEW = [n for n in BOUNDS if n in ("v110", "v112", "v200")]
ALLOCATION = {"early": h5d.ALLOC_TIME_EARLY, "late": h5d.ALLOC_TIME_LATE, "incremental": h5d.ALLOC_TIME_INCR}
FILLING = {"alloc": h5d.FILL_TIME_ALLOC, "never": h5d.FILL_TIME_NEVER, "ifset": h5d.FILL_TIME_IFSET}
UNLIMITED = h5s.UNLIMITED


def dataset(parent, name, file_type, shape, most, *steps):
    """A dataset without data yet; `most` as the dataspace's maximum, None for fixed."""
    space = h5s.create_simple(shape, most)
    return h5py.Dataset(h5d.create(parent.id, name.encode(), file_type, space, dataset_properties(*steps)))


def edge_chunks_unfiltered(properties):
    native("H5Pset_chunk_opts", properties, ctypes.c_uint(2))


@case(each=STYLES)
def plain_layouts(path, low):
    with new_file(path, low) as file:
        for size in (1, 100, 4000, 60000):
            put(file, f"compact {size}", numbers("compact", (size,), "u1"), ("layout", h5d.COMPACT))
        for when, time in ALLOCATION.items():
            if when != "incremental":
                put(file, f"contiguous {when}", numbers(when, (30, 7), "<i4"), ("alloc_time", time))
                dataset(file, f"never written {when}", h5t.STD_I32LE, (30, 7), None, ("alloc_time", time))
        partly = dataset(file, "partly", h5t.STD_I16BE, (40,), None, ("fill_value", np.array(-7, "<i2")))
        h5py.Dataset(partly.id)[10:20] = np.arange(10)
        put(file, "large", numbers("large", (200000,), "<i4"))
        dataset(file, "enormous, unwritten", h5t.STD_U8LE, (1 << 40, 1 << 20), None)


@case(each=STYLES)
def fill_values(path, low):
    """Default, given and undefined, with every time of allocation and of filling, in contiguous and chunked storage half written."""
    record = np.dtype([("a", "<i4"), ("b", ">f8")])
    with new_file(path, low) as file:
        for when, allocated in ALLOCATION.items():
            for how, filled in FILLING.items():
                for value in ("default", "given"):
                    steps = [("alloc_time", allocated), ("fill_time", filled)]
                    if value == "given":
                        steps.append(("fill_value", np.array(42, "<i4")))
                    if when != "incremental" and not (how == "never" and when == "early"):
                        dataset(file, f"contiguous {when} {how} {value}", h5t.STD_I32BE, (6,), None, *steps)
                    if how == "never" and when == "early":
                        continue    # what lies in the file then is nobody's promise
                    chunked = dataset(file, f"chunked {when} {how} {value}", h5t.STD_I32BE, (10, 6), (UNLIMITED, 6), ("chunk", (4, 4)), *steps)
                    if how != "never":
                        chunked[1:3, 1:5] = 7
                    else:
                        chunked[0:4, 0:4] = 7
        undefined = dataset_properties(("chunk", (3,)))
        native("H5Pset_fill_value", undefined, h5t.STD_I32LE, ctypes.c_void_p(0))
        space = h5s.create_simple((9,))
        h5py.Dataset(h5d.create(file.id, b"undefined", h5t.STD_I32LE, space, undefined))[:] = np.arange(9)
        file.create_dataset("record", (3,), record, fillvalue=np.array((5, 2.5), record))
        file.create_dataset("enum", (3,), h5py.enum_dtype({"a": 1, "b": 2}, "<i2"), fillvalue=2)
        file.create_dataset("fixed text", (3,), "S6", fillvalue=b"fill")
        text = dataset_properties(("chunk", (2,)))
        kind = h5t.C_S1.copy()
        kind.set_size(h5t.VARIABLE)
        native("H5Pset_fill_value", text, kind, ctypes.byref(ctypes.c_char_p(b"variable fill")))
        h5d.create(file.id, b"variable text", kind, h5s.create_simple((5,)), text)


@case(each=STYLES)
def external(path, low):
    """Raw data in other files: one, several, with offsets, longer than needed, shorter, unlimited."""
    stem = path[:-3]
    content = numbers("external", (400,), "<i2").tobytes()
    for i in range(3):
        with open(f"{stem}.{i}.raw", "wb") as raw:
            raw.write(content[i * 100:i * 100 + 300])
    with open(f"{stem}.short.raw", "wb") as raw:
        raw.write(content[:15])
    with new_file(path, low) as file:
        def add(name, shape, most, *parts):
            dataset(file, name, h5t.STD_I16LE, shape, most, *(("external", f"{stem}.{n}.raw".encode(), offset, size) for n, offset, size in parts))
        add("one", (100,), None, (0, 0, 200))
        add("offset", (20, 4), None, (0, 51, 160))
        add("several", (150,), None, (0, 0, 100), (1, 33, 101), (2, 7, 99))
        add("unlimited", (60,), (UNLIMITED,), (1, 10, h5f.UNLIMITED))
        add("short", (30,), None, ("short", 0, 60))
        add("twice the same", (100,), None, (0, 0, 100), (0, 0, 100))


def index_cases():
    """name, shape, maximum, chunk, early: what libhdf5 chooses each index of the newer layouts for."""
    return [
        ("single", (10, 6), (10, 6), (10, 6), False),
        ("implicit", (10, 7), (10, 7), (3, 4), True),
        ("implicit larger maximum", (5, 6), (12, 11), (3, 4), True),
        ("fixed", (10, 7), (10, 7), (3, 4), False),
        ("fixed larger maximum", (5, 6), (12, 11), (3, 4), False),
        ("fixed 1024", (1024,), (1024,), (1,), False),
        ("fixed 1025", (1025,), (1025,), (1,), False),
        ("fixed 5000", (50, 100), (50, 100), (1, 1), False),
        ("extensible", (11, 7), (None, 7), (3, 4), False),
        ("extensible 4", (4,), (None,), (1,), False),
        ("extensible 5", (5,), (None,), (1,), False),
        ("extensible 20", (20,), (None,), (1,), False),
        ("extensible 1000", (1000,), (None,), (1,), False),
        ("extensible last", (7, 11), (7, None), (4, 3), False),
        ("extensible middle", (5, 9, 4), (6, None, 8), (2, 2, 3), False),
        ("tree", (11, 7), (None, None), (3, 4), False),
        ("tree two of three", (5, 6, 7), (None, 6, None), (2, 2, 2), False),
        ("tree 2500", (50, 50), (None, None), (1, 1), False),
        ("larger chunk", (3, 2), (None, 6), (10, 6), False),
    ]


@case(each=[(s, f) for s in STYLES + ["v110"] if s in BOUNDS for f in ("plain", "filtered")])
def chunk_indexes(path, chosen):
    low, filtered = chosen
    with new_file(path, low) as file:
        for name, shape, most, chunk, early in index_cases():
            steps = [("chunk", chunk)]
            if early:
                steps.append(("alloc_time", h5d.ALLOC_TIME_EARLY))
            if filtered == "filtered":
                steps += [("shuffle",), ("deflate", 1)]
            put(file, name, numbers(name, shape, "<i2"), *steps, max_shape=most)


@case(each=[(s, f) for s in ("earliest", "v110") for f in ("plain", "filtered")])
def sparse_chunks(path, chosen):
    """Most chunks missing: pages never initialised in large fixed and extensible arrays, lone entries in trees."""
    low, filtered = chosen
    steps = [("fill_value", np.array(-1, "i1"))] + ([("deflate", 1)] if filtered == "filtered" else [])
    with new_file(path, low) as file:
        for name, most in (("fixed", None), ("extensible", (UNLIMITED,))):
            made = dataset(file, name, h5t.STD_I8LE, (40000,), most, ("chunk", (1,)), *steps)
            for at in (0, 1, 1023, 1024, 5000, 20479, 39999):
                made[at] = at % 100
        made = dataset(file, "tree", h5t.STD_I8LE, (300, 300), (UNLIMITED, UNLIMITED), ("chunk", (2, 2)), *steps)
        for at in ((0, 0), (299, 299), (150, 3), (3, 150)):
            made[at] = sum(at) % 100
        dataset(file, "nothing", h5t.STD_I8LE, (40000,), (UNLIMITED,), ("chunk", (1,)), *steps)


@case(each=[(s, f) for s in ("earliest", "v110") for f in ("plain", "filtered")])
def very_many_chunks(path, chosen):
    """More than a hundred thousand chunks: extensible arrays with paged data blocks, trees of three levels."""
    low, filtered = chosen
    if filtered == "filtered":
        steps, count = [("shuffle",)], 40000
    else:
        steps, count = [], 140000
    with new_file(path, low) as file:
        put(file, "line", numbers("line", (count,), "i1"), ("chunk", (1,)), *steps, max_shape=(None,))


@case(each=("earliest", "v110"))
def deep_chunk_tree(path, low):
    with new_file(path, low) as file:
        put(file, "plane", numbers("plane", (120, 125), "i1"), ("chunk", (1, 1)), max_shape=(None, None))


@case(each=[s for s in STYLES + ["v110"] if s in BOUNDS])
def ranks(path, low):
    """Chunks from one to 32 dimensions, with edges in each, one unlimited dimension in each place."""
    with new_file(path, low) as file:
        for rank in (1, 2, 3, 4, 5, 8):
            shape = tuple(3 + i % 2 for i in range(rank))
            for growing in range(rank):
                most = [None if i == growing else s for i, s in enumerate(shape)]
                put(file, f"{rank} dimensions, {growing} grows", numbers("ranks", shape, "<i2"), ("chunk", (2,) * rank), max_shape=most)
        put(file, "32 dimensions", numbers("32", (3, 1, 2) + (1,) * 28 + (3,), "<i2"), ("chunk", (2,) + (1,) * 30 + (2,)),
            max_shape=(None,) + (1, 2) + (1,) * 28 + (3,))


@case(each=[(s, f) for s in STYLES + ["v110"] if s in BOUNDS for f in ("plain", "filtered", "edges")])
def resized(path, chosen):
    """Grown, shrunk and grown again: what was cut off must not come back. Each index, also with partial edge chunks left unfiltered."""
    low, filtered = chosen
    with new_file(path, low) as file:
        for name, most in (("fixed", (30, 20)), ("one", (UNLIMITED, 20)), ("other", (30, UNLIMITED)), ("both", (UNLIMITED, UNLIMITED))):
            properties = dataset_properties(("chunk", (4, 3)), ("fill_value", np.array(-9, "<i4")))
            if filtered != "plain":
                properties.set_deflate(2)
            if filtered == "edges":
                edge_chunks_unfiltered(properties)
            made = h5py.Dataset(h5d.create(file.id, name.encode(), h5t.STD_I32LE, h5s.create_simple((10, 10), most), properties))
            made[...] = numbers("a", (10, 10), "<i4")
            made.resize((25, 17))
            made[9:25, 9:17] = numbers("b", (16, 8), "<i4")
            made.resize((6, 7))
            made.resize((15, 8))
            made[14, 7] = 5
            made.resize((0, 8))
            made.resize((13, 11))
            made[:5, :5] = numbers("c", (5, 5), "<i4")


@case(each=NEW)
def unfiltered_edges(path, low):
    with new_file(path, low) as file:
        for name, shape, most, chunk, early in index_cases():
            if early:
                continue
            properties = dataset_properties(("chunk", chunk), ("shuffle",), ("deflate", 3))
            edge_chunks_unfiltered(properties)
            space = h5s.create_simple(shape, tuple(UNLIMITED if n is None else n for n in most))
            h5py.Dataset(h5d.create(file.id, name.encode(), h5t.STD_I16LE, space, properties))[...] = numbers(name, shape, "<i2")


@case(each=("earliest", "v110"))
def shapes(path, low):
    """Chunks larger than the data, of one element, of prime sizes; empty extents; chunks of many megabytes that are not there."""
    with new_file(path, low) as file:
        for shape, chunk in (((1,), (1000,)), ((17, 13), (5, 7)), ((100,), (99,)), ((0, 5), (2, 2)), ((5, 0), (2, 2)), ((64, 64), (64, 1)),
                             ((64, 64), (1, 64)), ((2, 3, 5, 7), (2, 2, 2, 2))):
            put(file, f"{shape} in {chunk}", numbers("shapes", shape, "<u2"), ("chunk", chunk), ("deflate", 1), max_shape=(None,) + shape[1:])
        dataset(file, "huge chunks, none there", h5t.STD_U8LE, (1 << 33,), (UNLIMITED,), ("chunk", (1 << 31,)))
