"""Cases of virtual datasets: mappings of every shape, sources of every kind, present, partial and missing."""
import h5py
import numpy as np
from h5py import h5d, h5p, h5s, h5t

from core import BOUNDS, case, new_file, numbers, put
from cases_groups import STYLES

UNLIMITED = h5s.UNLIMITED


def sources(path, low, count, shape, kind="<i4", **options):
    """Source files beside the virtual dataset's; their names."""
    names = []
    for i in range(count):
        names.append(path.replace(".h5", f".source{i}.h5"))
        with new_file(names[-1], low) as file:
            file.create_dataset("data", data=numbers(f"source {i}", shape, kind), **options)
    return names


def space(shape, *select, most=None):
    made = h5s.create_simple(shape, most)
    if select:
        made.select_hyperslab(*select)
    return made


def virtual(parent, name, file_type, extent, mappings, fill=None):
    """A virtual dataset of (selection of it, file, dataset, selection of that); `extent` is its dataspace."""
    properties = h5p.create(h5p.DATASET_CREATE)
    properties.set_obj_track_times(False)
    for part, source_file, source, source_part in mappings:
        properties.set_virtual(part, source_file.encode(), source.encode(), source_part)
    if fill is not None:
        properties.set_fill_value(np.array(fill))
    return h5py.Dataset(h5d.create(parent.id, name.encode(), file_type, extent, properties))


@case(each=BOUNDS)
def virtual_blocks(path, low):
    """Whole sources as planes, as tiles, strided, interleaved, transposed in shape; gaps that are fill."""
    names = sources(path, low, 4, (6, 8), chunks=(3, 4), compression="gzip")
    with new_file(path, low) as file:
        kind = h5t.STD_I32LE
        virtual(file, "planes", kind, space((4, 6, 8)), [
            (space((4, 6, 8), (i, 0, 0), (1, 6, 8)), n, "data", space((6, 8))) for i, n in enumerate(names)])
        virtual(file, "tiles", kind, space((12, 16)), [
            (space((12, 16), (i // 2 * 6, i % 2 * 8), (6, 8)), n, "data", space((6, 8))) for i, n in enumerate(names)])
        virtual(file, "interleaved", kind, space((24, 8)), [
            (space((24, 8), (i, 0), (6, 8), (4, 1)), n, "/data", space((6, 8))) for i, n in enumerate(names)])
        virtual(file, "strided both", kind, space((20, 20)), [
            (space((20, 20), (1, 2), (3, 2), (5, 9), (2, 3)), names[0], "data", space((6, 8), (0, 1), (6, 6)))], fill=np.int32(-3))
        virtual(file, "reshaped", kind, space((48,)), [(space((48,)), names[1], "data", space((6, 8)))])
        virtual(file, "gaps", kind, space((30, 10)), [
            (space((30, 10), (i * 7, i % 3), (6, 8)), n, "data", space((6, 8))) for i, n in enumerate(names)], fill=np.int32(77))
        irregular = space((20, 10), (0, 0), (2, 8))
        irregular.select_hyperslab((5, 1), (4, 8), op=h5s.SELECT_OR)
        virtual(file, "irregular", kind, space((20, 10)), [(irregular, names[2], "data", space((6, 8)))])
        virtual(file, "overlapping", kind, space((8, 8)), [
            (space((8, 8), (0, 0), (6, 8)), names[0], "data", space((6, 8))), (space((8, 8), (2, 0), (6, 8)), names[1], "data", space((6, 8)))])
        virtual(file, "scattered", kind, space((100,)), [
            (space((100,), (i,), (8,), (12,)), names[i % 4], "data", space((6, 8), (i % 6, 0), (1, 8))) for i in range(12)])


@case(each=BOUNDS)
def virtual_missing(path, low):
    """Files and datasets that are not there, sources smaller than mapped: fill, and no error."""
    names = sources(path, low, 3, (6, 8))
    for name, shape in zip(names[1:], ((4, 8), (6, 8))):
        with new_file(name, low) as file:
            put(file, "data", numbers("small", shape, "<i4"))
    with new_file(path, low) as file:
        for fill in (None, np.int32(-5)):
            virtual(file, f"missing, fill {fill}", h5t.STD_I32LE, space((24, 8)), [
                (space((24, 8), (i * 6, 0), (6, 8)), name, inside, space((6, 8)))
                for i, (name, inside) in enumerate([(names[0], "data"), ("nowhere.h5", "data"), (names[0], "nothing"), (names[2], "data")])], fill)
        virtual(file, "one small source", h5t.STD_I32LE, space((6, 8)), [(space((6, 8)), names[1], "data", space((6, 8)))], np.int32(9))
        virtual(file, "absolute and missing", h5t.STD_I32LE, space((6, 8)), [(space((6, 8)), "/nonexistent/" + names[0], "data", space((6, 8)))])


@case(each=BOUNDS)
def virtual_same_file(path, low):
    """Sources in the file itself, named "." or by its name; a virtual dataset over virtual datasets."""
    with new_file(path, low) as file:
        group = file.create_group("group")
        put(group, "source", numbers("source", (10, 6), "<i2"), ("chunk", (4, 4)), ("deflate", 2))
        put(file, "other", numbers("other", (6,), "<i2"))
        kind = h5t.STD_I16LE
        virtual(file, "dot", kind, space((12, 6)), [(space((12, 6), (2, 0), (10, 6)), ".", "/group/source", space((10, 6)))])
        virtual(group, "relative is from the root", kind, space((2, 6)), [
            (space((2, 6), (0, 0), (1, 6)), ".", "other", space((6,))), (space((2, 6), (1, 0), (1, 6)), ".", "source", space((6,)))])
        virtual(file, "by name", kind, space((10, 6)), [(space((10, 6)), path, "/group/source", space((10, 6)))])
        virtual(file, "nested", kind, space((5, 3)), [(space((5, 3)), ".", "/dot", space((12, 6), (1, 1), (5, 3), (2, 2)))])
        virtual(file, "nested twice", kind, space((3,)), [(space((3,)), ".", "/nested", space((5, 3), (2, 0), (1, 3)))])


@case(each=BOUNDS)
def virtual_types(path, low):
    """Sources of another type than the virtual dataset's: converted element by element."""
    names = [sources(path.replace(".h5", f".{i}.h5"), low, 1, (5, 4), kind)[0] for i, kind in enumerate(("<i2", ">f8", "u1", "<i8"))]
    record = np.dtype([("a", "<i4"), ("b", "<f8")])
    records = path.replace(".h5", ".records.h5")
    with new_file(records, low) as file:
        put(file, "data", np.frombuffer(numbers("records", (60,), "u1").tobytes(), record))
        file.create_dataset("text", data=np.array(["a", "bb", ""], object), dtype=h5py.string_dtype())
    with new_file(path, low) as file:
        for kind in (h5t.STD_I32BE, h5t.IEEE_F32LE, h5t.STD_I64LE):
            virtual(file, f"of {len(file)}", kind, space((4, 5, 4)), [
                (space((4, 5, 4), (i, 0, 0), (1, 5, 4)), n, "data", space((5, 4))) for i, n in enumerate(names)])
        virtual(file, "records", h5t.py_create(record), space((5,)), [(space((5,)), records, "data", space((5,)))])
        text = h5t.py_create(h5py.string_dtype(), logical=True)
        virtual(file, "text", text, space((4,)), [(space((4,), (0,), (3,)), records, "text", space((3,)))])


@case(each=[s for s in STYLES + ["v110"] if s in BOUNDS])
def virtual_unlimited(path, low):
    """Unlimited mappings, whose extent follows the sources: one that grows, several in turn, of unequal lengths."""
    names = []
    for i, length in enumerate((7, 10, 3)):
        names.append(path.replace(".h5", f".source{i}.h5"))
        with new_file(names[-1], low) as file:
            put(file, "data", numbers(f"source {i}", (length, 4), "<i4"), ("chunk", (2, 4)), max_shape=(None, 4))
    kind = h5t.STD_I32LE
    with new_file(path, low) as file:
        def grows(shape, start, stride, block, most):
            made = h5s.create_simple(shape, most)
            made.select_hyperslab(start, (UNLIMITED,) + (1,) * (len(shape) - 1), stride, block)
            return made
        most = (UNLIMITED, 4)
        virtual(file, "one", kind, space((0, 4), most=most), [
            (grows((0, 4), (0, 0), (1, 1), (1, 4), most), names[0], "data", grows((7, 4), (0, 0), (1, 1), (1, 4), most))])
        virtual(file, "interleaved", kind, space((1, 4), most=most), [
            (grows((1, 4), (i, 0), (3, 1), (1, 4), most), n, "data", grows((7, 4), (0, 0), (1, 1), (1, 4), most)) for i, n in enumerate(names)],
            np.int32(-1))
        virtual(file, "blocks of two", kind, space((1, 4), most=most), [
            (grows((1, 4), (2 * i, 0), (6, 1), (2, 4), most), n, "data", grows((7, 4), (0, 0), (2, 1), (2, 4), most)) for i, n in enumerate(names)],
            np.int32(-1))
        planes = (3, UNLIMITED, 4)
        virtual(file, "beside", kind, space((3, 1, 4), most=planes), [
            (unlimited_plane(i, planes), n, "data", grows((7, 4), (0, 0), (1, 1), (1, 4), most)) for i, n in enumerate(names)], np.int32(-2))
        virtual(file, "missing source", kind, space((5, 4), most=most), [
            (grows((5, 4), (0, 0), (1, 1), (1, 4), most), "nowhere.h5", "data", grows((7, 4), (0, 0), (1, 1), (1, 4), most))])


def unlimited_plane(i, most):
    made = h5s.create_simple((3, 1, 4), most)
    made.select_hyperslab((i, 0, 0), (1, UNLIMITED, 1), (1, 1, 1), (1, 1, 4))
    return made


@case(each=[s for s in STYLES + ["v110"] if s in BOUNDS])
def virtual_numbered(path, low):
    """Sources named by number (%b) in the file or the dataset, with a hole in the row; %% for a percent sign."""
    stem = path[:-3]
    for i in (0, 1, 2, 4):
        with new_file(f"{stem}.part{i}.h5", low) as file:
            put(file, "data", numbers(f"part {i}", (3, 4), "<i4"))
    with new_file(f"{stem}.100%.h5", low) as file:
        put(file, "data", numbers("percent", (3, 4), "<i4"))
    with new_file(path, low) as file:
        for i in range(5):
            put(file, f"block {i}", numbers(f"block {i}", (2, 4), "<i4"))
        most = (UNLIMITED, 4)

        def blocks(length):
            made = h5s.create_simple((length, 4), most)
            made.select_hyperslab((0, 0), (UNLIMITED, 1), (length, 4), (length, 4))
            return made

        kind = h5t.STD_I32LE
        virtual(file, "files", kind, space((3, 4), most=most), [(blocks(3), f"{stem}.part%b.h5", "data", space((3, 4)))], np.int32(-1))
        virtual(file, "datasets", kind, space((2, 4), most=most), [(blocks(2), ".", "/block %b", space((2, 4)))], np.int32(-1))
        virtual(file, "none there", kind, space((2, 4), most=most), [(blocks(2), ".", "/nothing %b", space((2, 4)))], np.int32(-1))
        virtual(file, "percent", kind, space((3, 4)), [(space((3, 4)), f"{stem}.100%%.h5", "data", space((3, 4)))])


@case(each=("earliest", "v112", "v200") if "v200" in BOUNDS else ("earliest", "v110"))
def virtual_many(path, low):
    """Five hundred mappings to few sources."""
    names = sources(path, low, 5, (100, 6), "<i2")
    with new_file(path, low) as file:
        virtual(file, "many", h5t.STD_I16LE, space((500, 6)), [
            (space((500, 6), (i, 0), (1, 6)), names[i % 5], "data", space((100, 6), (i // 5, 0), (1, 6))) for i in range(500)])


@case(each=("earliest", "v110"))
def virtual_like_detectors(path, low):
    """As beamlines write it: frames of several files one after the other, through h5py's own layout class."""
    names = sources(path, low, 3, (4, 10, 12), "<u2", chunks=(1, 10, 12), compression="lzf")
    layout = h5py.VirtualLayout((12, 10, 12), "<u2")
    for i, name in enumerate(names):
        layout[4 * i:4 * i + 4] = h5py.VirtualSource(name, "data", (4, 10, 12))
    with new_file(path, low) as file:
        file.create_virtual_dataset("data", layout, fillvalue=65535)
        file["link"] = h5py.ExternalLink(names[0], "/data")
