"""The files that every reader gets: made once by libhdf5 through h5py, into build/bench/data.

Synthetic detector frames: Poisson counts of mean 0.5 with masked gaps of all-ones, chunked a frame at a time. Everything is
seeded, so two machines get the same pixels.
"""
import os
import pathlib

import h5py
import hdf5plugin
import numpy as np

HEIGHT, WIDTH = 2162, 2068  # of a 4M detector
NEW = ("v110", "v110")  # newer forms than 1.10 reads are left out


def counts(generator, shape, mean=0.5, dtype=np.uint16):
    """Poisson counts by inverting the distribution on 16-bit noise: quicker than numpy's, as good for this."""
    k = np.arange(24)
    cumulative = np.cumsum(np.exp(-mean) * mean**k / np.cumprod(np.maximum(k, 1).astype(float)))
    table = np.searchsorted(cumulative, (np.arange(65536) + 0.5) / 65536).astype(dtype)
    return table[generator.integers(0, 65536, shape, dtype=np.uint16)]


def detector_frames(number, dtype, seed=1):
    """Frames of 16 noise fields, each shifted differently: no two are equal."""
    generator = np.random.default_rng(seed)
    fields = [counts(generator, (HEIGHT, WIDTH), dtype=dtype) for _ in range(16)]
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[:, 1028:1040] = True
    for row in range(512, HEIGHT, 550):
        mask[row:row + 38] = True
    for i in range(number):
        frame = np.roll(fields[i % 16], (i // 16) * 977, axis=None)
        frame[mask] = np.iinfo(dtype).max
        yield frame


def write_frames(path, number, dtype, compression):
    with h5py.File(path, "w", libver=NEW) as file:
        data = file.create_dataset("data", (number, HEIGHT, WIDTH), dtype, chunks=(1, HEIGHT, WIDTH), **compression)
        for i, frame in enumerate(detector_frames(number, dtype)):
            data[i] = frame


def gzip_frames(path):
    generator = np.random.default_rng(2)
    with h5py.File(path, "w") as file:
        data = file.create_dataset("data", (512, 512, 512), "u2", chunks=(1, 512, 512), compression="gzip", compression_opts=4)
        for i in range(512):
            data[i] = counts(generator, (512, 512))


def constant_frames(path):
    """The stack of the guide: each frame full of its number."""
    with h5py.File(path, "w") as file:
        data = file.create_dataset("data", (512, 512, 512), "u2", chunks=(1, 512, 512))
        for i in range(512):
            data[i] = np.full((512, 512), i)


def virtual(folder, files, total=4000, shape=(256, 256)):
    """Sources of total/files frames, and the virtual datasets `joined` and `interleaved` over them."""
    generator = np.random.default_rng(3)
    fields = [counts(generator, shape) for _ in range(64)]
    each = total // files
    joined = h5py.VirtualLayout((total, *shape), "u2")
    interleaved = h5py.VirtualLayout((total, *shape), "u2")
    for number in range(files):
        name = f"source{files}_{number:03}.h5"
        with h5py.File(folder / name, "w", libver=NEW) as file:
            data = file.create_dataset("data", (each, *shape), "u2", chunks=(1, *shape), **hdf5plugin.Bitshuffle())
            for i in range(each):
                frame = fields[(number * each + i) % 64].copy()
                frame[0, :2] = number, i
                data[i] = frame
        source = h5py.VirtualSource(name, "data", (each, *shape), "u2")
        joined[number * each:(number + 1) * each] = source
        interleaved[number::files] = source
    with h5py.File(folder / f"virtual{files}.h5", "w", libver=NEW) as file:
        file.create_virtual_dataset("joined", joined)
        file.create_virtual_dataset("interleaved", interleaved)


def modules(folder, frames=500, count=32, shape=(64, 128)):
    """A detector of 4 x 8 modules, a dataset each, joined in the plane."""
    generator = np.random.default_rng(4)
    layout = h5py.VirtualLayout((frames, 8 * (shape[0] + 6), 4 * (shape[1] + 4)), "u2")
    with h5py.File(folder / "module_data.h5", "w", libver=NEW) as file:
        for m in range(count):
            data = file.create_dataset(f"m{m}", (frames, *shape), "u2", chunks=(1, *shape), **hdf5plugin.Bitshuffle())
            data[...] = counts(generator, (frames, *shape))
            row, column = (m // 4) * (shape[0] + 6), (m % 4) * (shape[1] + 4)
            layout[:, row:row + shape[0], column:column + shape[1]] = h5py.VirtualSource("module_data.h5", f"m{m}", (frames, *shape), "u2")
    with h5py.File(folder / "modules.h5", "w", libver=NEW) as file:
        file.create_virtual_dataset("joined", layout, fillvalue=65535)


def many_mappings(folder, count):
    """`count` mappings of one frame each, all to one small file."""
    with h5py.File(folder / f"mapped{count}_data.h5", "w", libver=NEW) as file:
        file["data"] = np.arange(count * 64, dtype="u2").reshape(count, 8, 8)
    layout = h5py.VirtualLayout((count, 8, 8), "u2")
    for i in range(count):
        # Backwards, so that no mapping is a neighbour of the next.
        layout[count - 1 - i] = h5py.VirtualSource(f"mapped{count}_data.h5", "data", (count, 8, 8), "u2")[i]
    with h5py.File(folder / f"mapped{count}.h5", "w", libver=NEW) as file:
        file.create_virtual_dataset("data", layout)


def objects(path, libver, groups, count=100_000):
    """Scalar datasets d000000 ..., in one group or spread over nested ones, by the low-level calls for speed."""
    with h5py.File(path, "w", libver=libver) as file:
        space = h5py.h5s.create(h5py.h5s.SCALAR)
        at, group, each = file.id, b"", count // groups
        for i in range(count):
            if i % each == 0:
                group += b"/level"
                at = h5py.h5g.create(file.id, group)
            data = h5py.h5d.create(at, b"d%06d" % i, h5py.h5t.NATIVE_INT32, space)
            data.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array(i * 7 % 1000, "i4"))


def attributes(path, libver, groups=10_000, each=100):
    with h5py.File(path, "w", libver=libver) as file:
        space = h5py.h5s.create(h5py.h5s.SCALAR)
        for g in range(groups):
            group = h5py.h5g.create(file.id, b"g%05d" % g)
            for a in range(each):
                h5py.h5a.create(group, b"a%02d" % a, h5py.h5t.NATIVE_INT32, space).write(np.array(g + a, "i4"))


def strings(path, count=1_000_000):
    with h5py.File(path, "w") as file:
        file.create_dataset("data", data=[f"s{i * 2654435761 % 10**(i % 20 + 1)}" for i in range(count)], dtype=h5py.string_dtype())


def table(path, count=8_000_000):
    row = np.dtype([("a", "<u2"), ("x", "<f8"), ("y", "<f8"), ("n", "<i4"), ("z", "<f8")])
    generator = np.random.default_rng(5)
    rows = np.zeros(count, row)
    rows["a"] = np.arange(count) % 1000
    rows["x"] = np.round(generator.standard_normal(count), 2)
    rows["y"] = np.arange(count) * 0.5
    rows["n"] = generator.integers(0, 100, count)
    rows["z"] = np.round(generator.standard_normal(count), 1)
    with h5py.File(path, "w") as file:
        file.create_dataset("plain", data=rows)
        file.create_dataset("filtered", data=rows, chunks=(1 << 16,), compression="gzip", compression_opts=4, shuffle=True)


def small_files(folder):
    for number in range(10):
        with h5py.File(folder / f"target{number}.h5", "w") as file:
            file["n"] = np.int32(number * 11)
    with h5py.File(folder / "small.h5", "w") as file:
        entry = file.create_group("entry")
        entry.attrs.create("version", 42, dtype="i4")
        for number in range(10):
            entry[f"e{number}"] = h5py.ExternalLink(f"target{number}.h5", "/n")


def chunk_maps(path, count):
    """`count` chunks of 8 bytes in each index. Early allocation writes them without a call per chunk."""
    with h5py.File(path, "w") as old:
        make_chunks(old, "btree1", (count * 4,), None)
    with h5py.File(path.with_suffix(".new.h5"), "w", libver=NEW) as new:
        make_chunks(new, "fixed", (count * 4,), None, filtered=True)
        make_chunks(new, "extensible", (count * 4,), (h5py.h5s.UNLIMITED,))
        make_chunks(new, "btree2", (count * 2, 2), (h5py.h5s.UNLIMITED, h5py.h5s.UNLIMITED))


def make_chunks(file, name, shape, limits, filtered=False):
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_chunk((4,) if len(shape) == 1 else (2, 2))
    properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    if filtered:  # an unfiltered one of fixed extent has no index at all
        properties.set_shuffle()
    h5py.h5d.create(file.id, name.encode(), h5py.h5t.STD_U16LE, h5py.h5s.create_simple(shape, limits), properties)


def make_all(folder, log=print):
    """Makes what is missing. A file half written by an interrupted run is made again."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.pop("HDF5_PLUGIN_PATH", None)  # with it set, the wheel cannot write bitshuffle
    steps = {
        "u16": lambda: write_frames(folder / "u16.h5", 120, np.uint16, hdf5plugin.Bitshuffle()),
        "u8": lambda: write_frames(folder / "u8.h5", 40, np.uint8, hdf5plugin.Bitshuffle()),
        "u32": lambda: write_frames(folder / "u32.h5", 40, np.uint32, hdf5plugin.Bitshuffle()),
        "zstd": lambda: write_frames(folder / "zstd.h5", 40, np.uint16, hdf5plugin.Bitshuffle(cname="zstd", clevel=1)),
        "gzip": lambda: gzip_frames(folder / "gzip.h5"),
        "steps": lambda: constant_frames(folder / "steps.h5"),
        "virtual4": lambda: virtual(folder, 4),
        "virtual40": lambda: virtual(folder, 40),
        "virtual400": lambda: virtual(folder, 400),
        "modules": lambda: modules(folder),
        "mapped400": lambda: many_mappings(folder, 400),
        "mapped10000": lambda: many_mappings(folder, 10_000),
        "objects_old": lambda: objects(folder / "objects_old.h5", "earliest", 1),
        "objects_new": lambda: objects(folder / "objects_new.h5", NEW, 1),
        "nested_old": lambda: objects(folder / "nested_old.h5", "earliest", 10),
        "nested_new": lambda: objects(folder / "nested_new.h5", NEW, 10),
        "attributes_old": lambda: attributes(folder / "attributes_old.h5", "earliest"),
        "attributes_new": lambda: attributes(folder / "attributes_new.h5", NEW),
        "strings": lambda: strings(folder / "strings.h5"),
        "table": lambda: table(folder / "table.h5"),
        "small": lambda: small_files(folder),
        "chunks100k": lambda: chunk_maps(folder / "chunks100k.h5", 100_000),
        "chunks1m": lambda: chunk_maps(folder / "chunks1m.h5", 1_000_000),
    }
    for name, make in steps.items():
        stamp = folder / f".{name}.made"
        if not stamp.exists():
            log(f"making {name}")
            make()
            stamp.touch()
    return folder


if __name__ == "__main__":
    import time
    begin = time.time()
    make_all("build/bench/data", lambda text: print(f"{time.time() - begin:.1f} {text}", flush=True))
    print(f"{time.time() - begin:.1f} done")
