"""Cases of the file as a whole: superblocks, sizes of offsets and lengths, user blocks, free space, shared messages, cache images."""
import ctypes

import h5py
import numpy as np
from h5py import h5d, h5f, h5p, h5s, h5t

from core import BOUNDS, VERSION, case, dataset_properties, native, new_file, numbers, put

STRATEGIES = {"fsm": h5f.FSPACE_STRATEGY_FSM_AGGR, "page": h5f.FSPACE_STRATEGY_PAGE, "aggregate": h5f.FSPACE_STRATEGY_AGGR,
              "none": h5f.FSPACE_STRATEGY_NONE}


def fill(file, scale=1, growing=True):
    """Something of everything, small: what a reader of the whole file has to walk."""
    group = file.create_group("group")
    group.create_group("inner/deeper")
    file.attrs["text"] = "variable"
    file.attrs["fixed"] = np.bytes_(b"fixed")
    put(group, "contiguous", numbers("contiguous", (10 * scale,), "<i4")).attrs["units"] = np.float64(2.5)
    put(group, "compact", numbers("compact", (7,), ">u2"), ("layout", 0))
    put(group, "chunked", numbers("chunked", (9, 6 * scale), "<u2"), ("chunk", (4, 3)), ("shuffle",), ("deflate", 4))
    if growing:
        put(group, "growing", numbers("growing", (11,), "<f8"), ("chunk", (4,)), max_shape=(None,))
    group["strings"] = np.array(["one", "", "drei \u00e4\u00f6\u00fc"], dtype=h5py.string_dtype())
    group["hard"] = group["chunked"]
    group["soft"] = h5py.SoftLink("/group/inner")


@case(each=BOUNDS)
def everything(path, low):
    with new_file(path, low) as file:
        fill(file)


@case(each=[(n, size) for n in BOUNDS for size in ("4x4", "4x8", "8x4", "2x2") if n in ("earliest", "v18", "v110")])
def sizes(path, chosen):
    """Offsets and lengths of other sizes than eight bytes. With two, the file has to stay below 64 KiB."""
    low, size = chosen
    offsets, lengths = map(int, size.split("x"))
    with new_file(path, low, lambda fcpl: fcpl.set_sizes(offsets, lengths)) as file:
        fill(file, growing=lengths == 8 or low != "v110")    # libhdf5 cannot open its own extensible arrays with shorter lengths


@case(each=[(n, size) for n in ("earliest", "v110") for size in (512, 1024, 65536)])
def user_block(path, chosen):
    low, size = chosen
    with new_file(path, low, lambda fcpl: fcpl.set_userblock(size)) as file:
        fill(file)
    with open(path, "r+b") as raw:
        raw.write((b"MATLAB-like text before the superblock. " * (size // 40 + 1))[:size])


@case(each=[(n, kind) for n in ("earliest", "v18", "v110") for kind in ("moved", "cut")])
def user_block_changed(path, chosen):
    """A user block that was put before a finished file, or taken away: the stored base address is then wrong."""
    low, kind = chosen
    with new_file(path, low, lambda fcpl: fcpl.set_userblock(1024 if kind == "cut" else 0)) as file:
        fill(file)
    with open(path, "rb") as raw:
        content = raw.read()
    with open(path, "wb") as raw:
        raw.write(content[1024:] if kind == "cut" else bytes(2048) + content)


@case(each=("earliest", "v110"))
def trailing_bytes(path, low):
    with new_file(path, low) as file:
        fill(file)
    with open(path, "ab") as raw:
        raw.write(b"rubbish after the end" * 50)


@case(each=[(k, s) for k in (2, 3, 16) for s in (1, 4)])
def tree_sizes(path, chosen):
    """Small B-tree nodes, so that a few hundred entries make deep trees; a chunk tree's size other than 32 makes superblock 1."""
    internal, leaf = chosen

    def properties(fcpl):
        native("H5Pset_istore_k", fcpl, ctypes.c_uint(internal))
        native("H5Pset_sym_k", fcpl, ctypes.c_uint(internal), ctypes.c_uint(leaf))

    with new_file(path, "earliest", properties) as file:
        fill(file)
        wide = file.create_group("wide")
        for i in range(300):
            wide.create_group(f"member{i * 7919 % 300:04}")
        put(file, "many", numbers("many", (60, 20), "<i2"), ("chunk", (2, 2)))


@case(each=("v18", "v110"))
def tree_sizes_in_the_extension(path, low):
    with new_file(path, low, lambda fcpl: native("H5Pset_istore_k", fcpl, ctypes.c_uint(3))) as file:
        fill(file)


@case(each=[(s, p) for s in STRATEGIES for p in ("drop", "persist") if p == "drop" or s in ("fsm", "page")])
def space_strategy(path, chosen):
    """Every strategy of giving space, with holes left by deleted objects; a second session writes into the holes it finds."""
    strategy, persist = chosen

    def properties(fcpl):
        fcpl.set_file_space_strategy(STRATEGIES[strategy], persist == "persist", 1)

    with new_file(path, "v110", properties) as file:
        fill(file, 20)
        for i in range(20):
            put(file, f"hole{i}", numbers("hole", (100 + 50 * i,), "<i4"))
        for i in range(0, 20, 2):
            del file[f"hole{i}"]
    with h5py.File(path, "r+", libver="latest") as file:
        put(file, "late", numbers("late", (333,), "<i8"))
        del file["hole1"]


@case(each=(512, 4096, 65536))
def pages(path, size):
    def properties(fcpl):
        fcpl.set_file_space_strategy(h5f.FSPACE_STRATEGY_PAGE, True, 1)
        fcpl.set_file_space_page_size(size)

    with new_file(path, "v110", properties) as file:
        fill(file, 30)
        put(file, "large", numbers("large", (40000,), "<i2"))


@case(each=("earliest", "v110"))
def aligned(path, low):
    def access(fapl):
        fapl.set_alignment(64, 4096)
        native("H5Pset_meta_block_size", fapl, ctypes.c_uint64(16384))

    with new_file(path, low, access=access) as file:
        fill(file, 10)


@case(each=[(n, kind) for n in ("earliest", "v110") for kind in ("list", "tree", "split")])
def shared_messages(path, chosen):
    """Datatypes, dataspaces, fill values, pipelines and attributes that are kept once for many objects."""
    low, kind = chosen
    everything_shared = 0x2 | 0x8 | 0x20 | 0x800 | 0x1000

    def properties(fcpl):
        flags = [everything_shared] if kind != "split" else [0x8 | 0x2, 0x20 | 0x800, 0x1000]
        native("H5Pset_shared_mesg_nindexes", fcpl, ctypes.c_uint(len(flags)))
        for i, flag in enumerate(flags):
            native("H5Pset_shared_mesg_index", fcpl, ctypes.c_uint(i), ctypes.c_uint(flag), ctypes.c_uint(20))
        if kind == "tree":
            native("H5Pset_shared_mesg_phase_change", fcpl, ctypes.c_uint(0), ctypes.c_uint(0))

    record = np.dtype([("identifier", "<i4"), ("position", "<f8", (3,)), ("label", "S12")])
    with new_file(path, low, properties) as file:
        fill(file)
        for i in range(30):
            made = file.create_dataset(f"table{i:02}", (4, 5), record, chunks=(2, 5), compression="gzip", shuffle=True,
                                       fillvalue=np.array((7, (1, 2, 3), b"fill"), record) if i % 3 == 0 else None)
            made.attrs["long enough to share"] = np.arange(12.0)
            made.attrs["of its own"] = np.arange(12.0) + i
            if i % 4 == 0:
                made[:2] = np.array((i, (i, i, i), b"x"), record)
        del file["table07"]


class CacheImage(ctypes.Structure):
    _fields_ = [("version", ctypes.c_int), ("generate", ctypes.c_bool), ("save_resize", ctypes.c_bool), ("entry_ageout", ctypes.c_int)]


@case()
def cache_image(path):
    """Metadata that stands in the image of the cache, and is missing or stale at its own address."""
    with new_file(path, "v110") as file:
        fill(file, 5)
    access = h5p.create(h5p.FILE_ACCESS)
    access.set_libver_bounds(h5f.LIBVER_LATEST, h5f.LIBVER_LATEST)
    native("H5Pset_mdc_image_config", access, ctypes.byref(CacheImage(1, True, False, -1)))
    file = h5py.File(h5f.open(path.encode(), h5f.ACC_RDWR, access))
    for i in range(7 if VERSION >= (2, 0) else 40):    # 2.0 cannot read back its own image of a dense group
        put(file, f"late{i}", numbers("late", (5,), "<i4")).attrs["number"] = i
    file.attrs["text"] = "changed"
    file.close()


@case(each=[(a, b) for a in ("earliest", "v18") for b in ("earliest", "latest") if a != b])
def two_styles(path, chosen):
    """Made in one style, added to in another: old and new structures in one file."""
    first, second = chosen
    with new_file(path, first) as file:
        fill(file)
    with h5py.File(path, "r+", libver=second) as file:
        added = file.create_group("added")
        fill(added)
        file["group"].attrs["added"] = "later"
        file["group"].create_group("added later")


@case(each=("earliest", "v110"))
def rewritten(path, low):
    """Headers with holes, continuations and moved attributes, after many changes over several sessions."""
    with new_file(path, low) as file:
        fill(file)
    for session in range(4):
        with h5py.File(path, "r+", libver="earliest" if low == "earliest" else "latest") as file:
            target = file["group/chunked"]
            for i in range(6):
                target.attrs[f"attribute {session} {i}"] = np.arange(5 + 30 * i + session)
            for i in range(0, 6, 2):
                del target.attrs[f"attribute {session} {i}"]
            file["group"].move("hard" if session == 0 else f"hard{session - 1}", f"hard{session}")
            file.create_group(f"session{session}")
            if session:
                del file[f"session{session - 1}"]


@case()
def empty(path):
    new_file(path).close()


@case(each=("earliest", "v18", "v110"))
def comments(path, low):
    """Object comments, a message that only libhdf5's own tools show."""
    with new_file(path, low) as file:
        fill(file)
        for name in (b"/", b"/group", b"/group/chunked"):
            native("H5Oset_comment_by_name", file.id, ctypes.c_char_p(name), ctypes.c_char_p(b"a remark on " + name), ctypes.c_int64(0))


@case(each=("earliest", "v18", "v110"))
def times(path, low):
    with new_file(path, low) as file:
        properties = dataset_properties()
        properties.set_obj_track_times(True)
        h5d.create(file.id, b"timed", h5t.STD_I32LE, h5s.create_simple((3,)), properties)
        group_properties = h5p.create(h5p.GROUP_CREATE)
        group_properties.set_obj_track_times(True)
        h5py.h5g.create(file.id, b"timed group", gcpl=group_properties)
