"""Run by the Python of an environment that has the wheel of fiver and NumPy alone: every filter that writes, written and read; then what
libraries the process has, and whether each is in the package, NumPy's, Python's or one that every system has."""
import os
import re
import sys
import tempfile

import numpy as np
import numpy.random
import numpy.testing  # noqa: F401  (both bring libraries of Python's)


def libraries():
    """Those that the process has."""
    with open("/proc/self/maps") as maps:
        paths = {line.split(None, 5)[-1].strip() for line in maps}
    return {path for path in paths if ".so" in os.path.basename(path)}


BEFORE = libraries()  # Python's, and those of its own modules

import fiver  # noqa: E402
from fiver import _fiver  # noqa: E402

SYSTEM = re.compile(r"(ld-linux.*|libc|libm|libdl|librt|libpthread|libstdc\+\+|libgcc_s|libutil)[-.]")
PIPELINES = ["gzip", "shuffle,gzip=9", "fletcher32", "szip", "nbit", "scaleoffset", "bzip2", "lzf", "lz4", "bitshuffle", "bitshuffle-lz4",
             "bitshuffle-zstd", "jpegls", "zfp-reversible", "zstd", "fcidecomp", "vbz"]
PIPELINES += ["%s=%s" % (name, codec) for name in ("blosc", "blosc2") for codec in ("blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd")]
PIPELINES.remove("blosc2=snappy")  # Blosc 2 has none


def settings_of(pipeline):
    """The keywords of create_dataset for one of PIPELINES, and the dtype: not every filter takes every type."""
    if pipeline in ("fletcher32", "scaleoffset"):
        return {pipeline: True}, "u2"
    return {"compression": pipeline}, "i4" if pipeline.startswith("zfp") else "u2"


def round_trips(path):
    rng = np.random.default_rng(1)
    stack = np.cumsum(rng.integers(0, 3, (8, 64, 96)), axis=2)
    used = set()
    with fiver.File(path, "w") as f:
        for pipeline in PIPELINES:
            settings, dtype = settings_of(pipeline)
            d = f.create_dataset(pipeline, data=stack.astype(dtype), chunks=(1, 64, 96), **settings)
            used.update(d.filter_ids)
    with fiver.File(path) as f:
        for pipeline in PIPELINES:
            d = f[pipeline]
            np.testing.assert_array_equal(d[...], stack, err_msg=pipeline)
            chunks = d.chunk_map()
            assert len(chunks) == 8 and not chunks["filter_mask"].any(), "%s was not applied" % pipeline
            if pipeline not in ("fletcher32", "bitshuffle", "nbit"):
                assert chunks["stored_size"].max() < 64 * 96 * d.dtype.itemsize, "%s did not make anything smaller" % pipeline
    missing = {name for number, name, encodes in _fiver.filters() if encodes and number not in used}
    assert not missing, "no pipeline here for %s" % missing
    return len(PIPELINES)


def foreign_libraries():
    """Those that have come since that a system need not have."""
    package = os.path.dirname(os.path.abspath(fiver.__file__))
    folders = [package, os.path.dirname(os.path.dirname(os.path.abspath(np.__file__))), sys.prefix, os.path.dirname(os.__file__)]
    return {path for path in libraries() - BEFORE
            if not SYSTEM.match(os.path.basename(path)) and not any(path.startswith(folder + os.sep) for folder in folders)}


def main():
    from_wheel = os.path.join(sys.prefix, "")
    assert os.path.abspath(fiver.__file__).startswith(from_wheel), "this is not the installed package but %s" % fiver.__file__
    with tempfile.TemporaryDirectory() as folder:
        count = round_trips(os.path.join(folder, "all.h5"))
    foreign = foreign_libraries()
    assert not foreign, "libraries from outside the wheel: %s" % sorted(foreign)
    print("%d pipelines written and read; every library is the wheel's own or the system's" % count)


if __name__ == "__main__":
    main()
