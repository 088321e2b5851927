"""Cases of filters: each alone and in pipelines, on many types; masks; chunks written as bytes; the filters of hdf5plugin."""
import ctypes
import zlib

import h5py
import numpy as np
from h5py import h5d, h5s, h5t, h5z

from core import BOUNDS, case, dataset_properties, native, new_file, numbers, put
from cases_groups import STYLES
from cases_types import FORMATS, bytes_for, floating, integer

try:
    import hdf5plugin
except ImportError:
    hdf5plugin = None

KINDS = ("i1", "<u2", ">i4", "<i8", "<f4", ">f8")
SZIP_NN, SZIP_EC = h5z.SZIP_NN_OPTION_MASK, h5z.SZIP_EC_OPTION_MASK
HAS_SZIP = bool(h5z.filter_avail(h5z.FILTER_SZIP)) and bool(h5z.get_filter_info(h5z.FILTER_SZIP) & h5z.FILTER_CONFIG_ENCODE_ENABLED)

PIPELINES = {
    "deflate 0": [("deflate", 0)], "deflate 1": [("deflate", 1)], "deflate 9": [("deflate", 9)],
    "shuffle": [("shuffle",)], "fletcher32": [("fletcher32",)],
    "lzf": [("filter", h5z.FILTER_LZF, h5z.FLAG_OPTIONAL)],
    "shuffle deflate": [("shuffle",), ("deflate", 4)], "deflate shuffle": [("deflate", 4), ("shuffle",)],
    "shuffle lzf": [("shuffle",), ("filter", h5z.FILTER_LZF, h5z.FLAG_OPTIONAL)],
    "shuffle deflate fletcher32": [("shuffle",), ("deflate", 4), ("fletcher32",)],
    "fletcher32 shuffle deflate": [("fletcher32",), ("shuffle",), ("deflate", 4)],
    "twice deflate": [("deflate", 1), ("deflate", 9)],
}


@case(each=STYLES)
def pipelines(path, low):
    with new_file(path, low) as file:
        for name, steps in PIPELINES.items():
            for kind in KINDS:
                shape = (23, 17)
                put(file, f"{name} {kind.replace('<', 'le ').replace('>', 'be ')}", numbers(name, shape, kind), ("chunk", (10, 6)), *steps)
        record = np.dtype([("a", "<i4"), ("b", "S3"), ("c", "<f8")])
        for name in ("shuffle", "shuffle deflate", "lzf"):
            put(file, f"record {name}", np.frombuffer(bytes_for(name, 50 * record.itemsize), record), ("chunk", (16,)), *PIPELINES[name])
        noise = np.random.default_rng(5).integers(0, 256, 5000).astype("u1")
        for name in ("deflate 9", "lzf", "shuffle lzf"):
            put(file, f"noise {name}", noise, ("chunk", (1000,)), *PIPELINES[name])


if HAS_SZIP:
    @case(each=STYLES)
    def szip(path, low):
        """Both codings, every block size, elements of one to eight bytes, rows shorter than a block and many blocks long."""
        with new_file(path, low) as file:
            for coding, mask in (("nearest neighbour", SZIP_NN), ("entropy", SZIP_EC)):
                for pixels in (2, 8, 16, 32):
                    for kind in KINDS:
                        name = f"{coding} {pixels} {kind.replace('<', 'le ').replace('>', 'be ')}"
                        put(file, name, numbers(name, (23, 40), kind), ("chunk", (10, 33)), ("szip", mask, pixels))
                put(file, f"{coding} long rows", numbers("long", (3, 6000), "<u2"), ("chunk", (2, 5000)), ("szip", mask, 16))
                put(file, f"{coding} one row", numbers("line", (500,), "<i4"), ("chunk", (100,)), ("szip", mask, 8))
                put(file, f"{coding} after shuffle", numbers("shuffled", (50, 64), "<i4"), ("chunk", (20, 64)), ("shuffle",), ("szip", mask, 8))
                put(file, f"{coding} constant", np.full((40, 64), 7, "<i2"), ("chunk", (20, 64)), ("szip", mask, 32))
                put(file, f"{coding} noise", np.random.default_rng(3).integers(0, 65536, (40, 64)).astype("<u2"), ("chunk", (20, 64)), ("szip", mask, 32))


@case(each=STYLES)
def nbit(path, low):
    """Bits that a type leaves out are not stored: integers, floats, and both inside arrays and compounds."""
    with new_file(path, low) as file:
        def add(name, kind, count=50):
            properties = dataset_properties(("chunk", (16,)))
            native("H5Pset_nbit", properties)
            made = h5d.create(file.id, name.encode(), kind, h5s.create_simple((count,)), properties)
            made.write(h5s.ALL, h5s.ALL, np.frombuffer(bytes_for(name, count * kind.get_size()), np.uint8).copy(), mtype=kind)
        for size, precision, offset in ((1, 5, 0), (1, 3, 4), (2, 12, 0), (2, 12, 4), (4, 17, 3), (4, 32, 0), (8, 33, 20), (8, 1, 63), (3, 20, 2)):
            for order in ("LE", "BE"):
                for signed in (True, False):
                    add(f"{'i' if signed else 'u'}{size}{order} {precision} at {offset}", integer(size, order, signed, precision, offset))
        size, fields, bias = FORMATS["tf32"]
        for order in ("LE", "BE"):
            add(f"float {order}", floating(size, fields, bias, order, precision=19))
            add(f"float at an offset {order}", floating(4, (15, 10, 5, 0, 10), 15, order, offset=10, precision=16))
        add("array", h5t.array_create(integer(2, "LE", True, 11, 2), (2, 3)))
        record = h5t.create(h5t.COMPOUND, 24)
        record.insert(b"a", 0, integer(4, "LE", True, 17, 3))
        record.insert(b"b", 5, integer(2, "BE", False, 12, 0))
        record.insert(b"c", 8, h5t.array_create(integer(2, "LE", False, 9, 1), (3,)))
        record.insert(b"d", 16, h5t.IEEE_F64LE)
        add("record", record)
        outer = h5t.create(h5t.COMPOUND, 32)
        outer.insert(b"inner", 4, record)
        outer.insert(b"flag", 0, integer(1, "LE", False, 1, 6))
        add("nested record", outer)
        add("text", h5t.py_create(np.dtype("S7")))


@case(each=STYLES)
def scale_offset(path, low):
    """Integers with given and measured bits, floats with decimal digits, fill values that keep a code of their own."""
    with new_file(path, low) as file:
        for kind in ("i1", "u1", "<i2", ">u2", "<i4", ">i4", "<u8", ">i8"):
            for bits in (0, 3, 8 * np.dtype(kind).itemsize):
                for fill in (None, 5):
                    steps = [("chunk", (30,)), ("scaleoffset", h5z.SO_INT, bits)]
                    if fill is not None:
                        steps.append(("fill_value", np.array(fill, kind)))
                    data = numbers(kind, (100,), kind) if bits != 3 else (np.arange(100) % 6 + 10).astype(kind)
                    if fill is not None:
                        data[::9] = fill
                    put(file, f"{kind.replace('<', 'le ').replace('>', 'be ')} {bits} bits, fill {fill}", data, *steps)
        for kind in ("<f4", ">f4", "<f8", ">f8"):
            for digits in (0, 2, 5):
                for fill in (None, -1.0):
                    steps = [("chunk", (30,)), ("scaleoffset", h5z.SO_FLOAT_DSCALE, digits)]
                    if fill is not None:
                        steps.append(("fill_value", np.array(fill, kind)))
                    data = (np.sin(np.arange(100)) * 100).astype(kind)
                    if fill is not None:
                        data[::9] = fill
                    put(file, f"{kind.replace('<', 'le ').replace('>', 'be ')} {digits} digits, fill {fill}", data, *steps)
        put(file, "constant", np.full((90,), 77, "<i4"), ("chunk", (30,)), ("scaleoffset", h5z.SO_INT, 0))
        put(file, "full range", np.array([-2**31, 2**31 - 1] * 45, "<i4"), ("chunk", (30,)), ("scaleoffset", h5z.SO_INT, 0))
        put(file, "then deflate", numbers("then", (100,), "<i4"), ("chunk", (30,)), ("scaleoffset", h5z.SO_INT, 0), ("deflate", 5))


@case(each=[s for s in STYLES + ["v110"] if s in BOUNDS])
def direct_chunks(path, low):
    """Chunks written as bytes, with filters left out by the mask; optional filters that failed; chunks larger than their data."""
    with new_file(path, low) as file:
        for name, most in (("fixed", (8, 12)), ("growing", (h5s.UNLIMITED, 12)), ("both", (h5s.UNLIMITED, h5s.UNLIMITED))):
            made = h5d.create(file.id, name.encode(), h5t.STD_I16LE, h5s.create_simple((8, 12), most),
                              dataset_properties(("chunk", (4, 4)), ("shuffle",), ("deflate", 1)))
            plain = [numbers(f"chunk {i}", (4, 4), "<i2").tobytes() for i in range(6)]
            shuffled = [np.frombuffer(p, "u1").reshape(16, 2).T.tobytes() for p in plain]
            made.write_direct_chunk((0, 0), zlib.compress(shuffled[0]), 0)
            made.write_direct_chunk((0, 4), zlib.compress(plain[1]), 1)
            made.write_direct_chunk((0, 8), shuffled[2], 2)
            made.write_direct_chunk((4, 0), plain[3], 3)
            made.write_direct_chunk((4, 8), zlib.compress(shuffled[5], 9), 0)
        short = put(file, "stored blocks", numbers("stored", (64,), "<i4"), ("chunk", (32,)), ("deflate", 6), max_shape=(None,))
        short.id.write_direct_chunk((0,), zlib.compress(numbers("stored", (32,), "<i4").tobytes(), 0), 0)


@case(each=[s for s in STYLES + ["v110"] if s in BOUNDS])
def unknown_filters(path, low):
    """Filters that are named but absent: unused because every chunk's mask leaves them out, or because there is no chunk."""
    with new_file(path, low) as file:
        made = h5d.create(file.id, b"masked", h5t.STD_U8LE, h5s.create_simple((20,)), _with_foreign_filter((10,)))
        for at in (0, 10):
            made.write_direct_chunk((at,), bytes(range(at, at + 10)), 1)
        h5d.create(file.id, b"no chunks", h5t.STD_U8LE, h5s.create_simple((20,)), _with_foreign_filter((10,)))


def _with_foreign_filter(chunk):
    """An optional filter that no library has: libhdf5 takes it into the pipeline, as long as it is optional."""
    properties = dataset_properties(("chunk", chunk))
    values = (ctypes.c_uint * 2)(3, 4)
    native("H5Pset_filter", properties, ctypes.c_int(29999), ctypes.c_uint(1), ctypes.c_size_t(2), ctypes.byref(values))
    return properties


def plugin_filters():
    """name -> filter of hdf5plugin, as far as this version of it has them."""
    p = hdf5plugin
    made = {
        "bitshuffle lz4": lambda: p.Bitshuffle(nelems=0, cname="lz4"), "bitshuffle zstd": lambda: p.Bitshuffle(cname="zstd", clevel=3),
        "bitshuffle none": lambda: p.Bitshuffle(cname="none"), "bitshuffle small blocks": lambda: p.Bitshuffle(nelems=64, cname="lz4"),
        "lz4": lambda: p.LZ4(), "lz4 small blocks": lambda: p.LZ4(nbytes=64), "zstd": lambda: p.Zstd(), "zstd 19": lambda: p.Zstd(clevel=19),
        "bzip2": lambda: p.BZip2(), "bzip2 1": lambda: p.BZip2(blocksize=1),
        "zfp rate": lambda: p.Zfp(rate=12), "zfp accuracy": lambda: p.Zfp(accuracy=0.01), "zfp precision": lambda: p.Zfp(precision=14),
        "zfp reversible": lambda: p.Zfp(reversible=True),
    }
    for codec in ("blosclz", "lz4", "lz4hc", "zlib", "zstd", "snappy"):
        for how in (0, 1, 2):
            made[f"blosc {codec} {('none', 'shuffle', 'bitshuffle')[how]}"] = lambda c=codec, h=how: p.Blosc(cname=c, clevel=5, shuffle=h)
    for codec in ("blosclz", "lz4", "lz4hc", "zlib", "zstd"):
        for how in (0, 1, 2, 3):
            made[f"blosc2 {codec} {how}"] = lambda c=codec, h=how: p.Blosc2(cname=c, clevel=5, filters=h)
    return made


if hdf5plugin:
    @case(each=[s for s in STYLES if s in ("earliest", "v112", "v200")])
    def plugins(path, low):
        """The filters of hdf5plugin on numbers of many sizes, chunks that fill their blocks and chunks that do not."""
        with new_file(path, low) as file:
            for name, make in plugin_filters().items():
                try:
                    options = dict(make())
                except (AttributeError, ValueError):
                    continue    # not in this version
                if not h5z.filter_avail(options["compression"]):
                    continue
                kinds = ("<f4", "<f8") if name.startswith("zfp") else ("u1", "<u2", ">i4", "<f8")
                if name == "zfp reversible":
                    kinds += ("<i4", "<i8")
                for kind in kinds:
                    label = f"{name} {kind.replace('<', 'le ').replace('>', 'be ')}"
                    file.create_dataset(label, data=numbers(name, (33, 70), kind), chunks=(16, 35), **options)
                if not name.startswith("zfp"):
                    file.create_dataset(f"{name} large", data=numbers(name, (150000,), "<u2"), chunks=(100000,), **options)
                    noise = np.random.default_rng(9).integers(0, 256, 3000).astype("u1")
                    file.create_dataset(f"{name} noise", data=noise, chunks=(1000,), **options)
