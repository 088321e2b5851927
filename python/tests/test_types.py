"""Every class of datatype: dtypes, values, scalars, attributes."""
import h5py
import numpy as np
import pytest
from conftest import same

import fiver

RANDOM = np.random.default_rng(7)


def numbers(dtype, shape=(3, 4)):
    return np.frombuffer(RANDOM.bytes(int(np.prod(shape)) * np.dtype(dtype).itemsize), dtype=dtype).reshape(shape)


PLAIN = ["i1", "u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8", "<u8", ">u8", "<f2", ">f2", "<f4", ">f4", "<f8",
         ">f8", "<c8", ">c8", "<c16", ">c16", "?", "S5", "V7", "(2,3)i4", "g"]


@pytest.mark.parametrize("dtype", PLAIN)
def test_plain(make, dtype):
    dtype = np.dtype(dtype)
    base = dtype.subdtype[0] if dtype.subdtype else dtype
    shape = (3, 4) + (dtype.subdtype[1] if dtype.subdtype else ())
    if base.kind == "f" or base.kind == "c":
        data = RANDOM.normal(size=shape).astype(base)
    elif base.kind == "?":
        data = RANDOM.integers(0, 2, shape).astype(base)
    elif base.kind == "b":
        data = RANDOM.integers(0, 2, shape).astype(bool)
    elif base.kind == "S":
        data = np.array([b"a", b"bcdef", b"", b"gh"] * 3, base).reshape(shape)
    else:
        data = numbers(base, shape)

    def write(f):
        d = f.create_dataset("d", (3, 4), dtype)
        d[...] = data
        f.create_dataset("chunked", (3, 4), dtype, chunks=(2, 2), compression="gzip")[...] = data
        if dtype.subdtype is None:
            f["scalar"] = data[1, 2]
            f.attrs["scalar"] = data[1, 2]
            f.attrs.create("a", data, shape=(3, 4), dtype=dtype)

    path = make(write)
    with h5py.File(path) as theirs, fiver.File(path) as ours:
        for name in ("d", "chunked"):
            assert ours[name].dtype == theirs[name].dtype
            assert ours[name].dtype.metadata == theirs[name].dtype.metadata
            for index in (..., (), 1, (1, 2), (slice(None, None, 2), slice(1, 3))):
                same(ours[name][index], theirs[name][index])
            same(ours[name].fillvalue, theirs[name].fillvalue)
        if dtype.subdtype is None:
            same(ours.attrs["a"], theirs.attrs["a"])
            same(ours["scalar"][()], theirs["scalar"][()])
            same(ours["scalar"][...], theirs["scalar"][...])
            same(ours.attrs["scalar"], theirs.attrs["scalar"])


def special(f):
    words = ["", "plain", "h\u00e9llo", "\u65e5\u672c\u8a9e" * 5, "x" * 1000]
    f["text"] = words
    f.create_dataset("ascii", data=[b"a", b"", b"xyz"], dtype=h5py.string_dtype("ascii"))
    f["fixed8"] = np.array([w.encode()[:6].decode("utf8", "ignore").encode() for w in words]).astype(h5py.string_dtype("utf-8", 6))
    f["one"] = "text"
    f["bytes"] = b"bytes"
    f["np bytes"] = np.bytes_(b"npb")
    d = f.create_dataset("vlen", (4,), h5py.vlen_dtype("<i4"))
    d[0], d[2] = [1, 2, 3], np.arange(100)
    d = f.create_dataset("vlen16", (2,), h5py.vlen_dtype("<f8"))
    d[1] = [0.5, 1.5]
    d = f.create_dataset("vlen text", (2,), h5py.vlen_dtype(h5py.string_dtype()))
    d[0] = np.array(["a", "bb"], dtype=object)
    f.create_dataset("enum", data=[0, 2, 1], dtype=h5py.enum_dtype({"A": 0, "B": 1, "C": 2}, "<i2"))
    f["time"] = np.array(["2020-01-01", "1999-12-31T23:59:59"], "<M8[s]").astype(h5py.opaque_dtype("<M8[s]"))
    f["delta"] = np.array([1, -5], "<m8[us]").astype(h5py.opaque_dtype("<m8[us]"))
    f["empty"] = h5py.Empty(">f4")
    f["empty text"] = h5py.Empty(h5py.string_dtype())
    f["ref"] = np.array([f.ref, f["text"].ref, h5py.Reference()], dtype=h5py.ref_dtype)
    f["region"] = np.array([f["text"].regionref[1:3], h5py.RegionReference()], dtype=h5py.regionref_dtype)
    compound = np.dtype([("a", "<i2"), ("b", ">f8"), ("c", "S3"), ("d", "i1", (2, 2)), ("n", [("x", "u1"), ("y", "<c8")]), ("t", "?")])
    f["compound"] = np.zeros(3, compound)
    f["compound"][1] = (5, 2.5, b"abc", [[1, 2], [3, 4]], (7, 1 + 2j), True)
    f["aligned"] = np.zeros(3, np.dtype([("a", "i1"), ("b", "f8"), ("c", "u2")], align=True))
    mixed = np.dtype([("id", "i4"), ("name", h5py.string_dtype()), ("data", h5py.vlen_dtype("f4")), ("ref", h5py.ref_dtype), ("last", "u1")])
    d = f.create_dataset("mixed", (3,), mixed)
    d[1] = (1, "one", np.array([1.5, 2.5], "f4"), f["text"].ref, 9)


def test_special(make):
    path = make(special)
    with h5py.File(path) as theirs, fiver.File(path) as ours:
        assert list(ours) == list(theirs)
        for name in theirs:
            a, b = ours[name], theirs[name]
            assert a.shape == b.shape and a.dtype == b.dtype, name
            assert (a.dtype.metadata or {}).keys() == (b.dtype.metadata or {}).keys()
            same(a[()], b[()])
            same(a[...], b[...])
            if b.shape:
                same(a[1], b[1])
                same(a[0:2], b[0:2])
                same(a[[0, 1]], b[[0, 1]])
                for x, y in zip(a, b):
                    same(x, y)


def test_attributes(make):
    def write(f):
        special(f)
        for name in list(f):
            f.attrs[name] = f[name][()] if f[name].shape is not None else h5py.Empty(f[name].dtype)
        f.attrs["str"] = "h\u00e9"
        f.attrs["words"] = ["a", "bb"]
        f.attrs["fixed"] = np.bytes_(b"abc")
        f.attrs.create("fixed utf8", "h\u00e9".encode(), dtype=h5py.string_dtype("utf-8", 5))
        f.attrs["int"] = 5
        f.attrs["array"] = np.arange(6).reshape(2, 3)

    path = make(write)
    with h5py.File(path) as theirs, fiver.File(path) as ours:
        assert list(ours.attrs) == list(theirs.attrs) and len(ours.attrs) == len(theirs.attrs)
        for name in theirs.attrs:
            same(ours.attrs[name], theirs.attrs[name])
            assert ours.attrs.get_id(name).dtype == theirs.attrs.get_id(name).dtype
            assert ours.attrs.get_id(name).shape == theirs.attrs.get_id(name).shape
        assert "int" in ours.attrs and "no" not in ours.attrs and ours.attrs.get("no", 3) == 3


def test_asstr(make):
    path = make(special)
    with h5py.File(path) as theirs, fiver.File(path) as ours:
        for name in ("text", "ascii", "fixed8", "one", "bytes", "np bytes"):
            a, b = ours[name].asstr(), theirs[name].asstr()
            same(a[()], b[()])
            if theirs[name].shape:
                same(a[1:], b[1:])
                same(a[1], b[1])
        latin = ours["text"].asstr("latin-1")[2]
        assert latin == "h\u00e9llo".encode().decode("latin-1")
        with pytest.raises(UnicodeDecodeError):
            ours["text"].asstr("ascii")[2]
        assert ours["text"].asstr("ascii", "replace")[1] == "plain"
        for name in ("compound", "vlen", "enum"):
            with pytest.raises(TypeError):
                ours[name].asstr()


def test_conversions(make):
    values = np.array([-1e30, -129.7, -1, 0, 0.5, 1.5, 127.9, 255, 300, 1e10])

    def write(f):
        f["f8"] = values
        f["i8"] = np.array([-2**40, -300, -1, 0, 1, 127, 128, 255, 256, 2**40])

    path = make(write)
    with h5py.File(path) as theirs, fiver.File(path) as ours:
        for name in ("f8", "i8"):
            for dtype in ("i1", "u1", "<i2", ">u2", "<i4", "<u4", "i8", "u8", "f4", ">f8", "f2"):
                a, b = ours[name].astype(dtype), theirs[name].astype(dtype)
                if not (name == "f8" and dtype == "f2"):  # 1e30 is infinite or the largest, by the version of libhdf5
                    same(a[()], b[()])
                    same(a[2:5], b[2:5])
                same(np.asarray(a)[3:6], np.asarray(b)[3:6])
                dest = np.zeros((12,), dtype)
                other = dest.copy()
                ours[name].read_direct(dest, np.s_[2:6], np.s_[1:9:2])
                theirs[name].read_direct(other, np.s_[2:6], np.s_[1:9:2])
                same(dest, other)


def test_fields(make):
    path = make(special)
    with h5py.File(path) as theirs, fiver.File(path) as ours:
        for name, fields in (("compound", ["a", "b", "c", "n"]), ("mixed", ["id", "name", "ref", "data"])):
            a, b = ours[name], theirs[name]
            for field in fields:
                same(a[field], b[field])
                same(a[field, 1:], b[field, 1:])
                same(a.fields(field)[0:2], b.fields(field)[0:2])
            assert a.fields(fields[:2])[()].dtype == b.fields(fields[:2])[()].dtype
            np.testing.assert_array_equal(a[fields[0], fields[1]][fields[0]], b[fields[0], fields[1]][fields[0]])
        with pytest.raises(ValueError):
            ours["compound"]["no"]
        with pytest.raises(ValueError):
            ours["text"]["a"]


def test_dtypes_of_types():
    """type_of() and translation() undo each other for every dtype that a file can have."""
    from fiver.dtypes import translation, type_of

    for dtype in PLAIN + [fiver.string_dtype(), fiver.string_dtype("ascii", 4), fiver.vlen_dtype("f4"), fiver.ref_dtype, fiver.regionref_dtype,
                          fiver.enum_dtype({"A": 1, "B": -2}, "i2"), fiver.opaque_dtype("M8[ns]"), [("a", "i4"), ("b", "f8", (3,))]]:
        dtype = np.dtype(dtype)
        back = translation(type_of(dtype)).dtype
        assert back == dtype and (back.metadata or {}).keys() - {"h5py_encoding"} == (dtype.metadata or {}).keys() - {"h5py_encoding"}
    with pytest.raises(TypeError):
        type_of(np.dtype("U3"))
    with pytest.raises(TypeError):
        type_of(np.dtype("O"))


def test_checks():
    assert fiver.check_string_dtype(fiver.string_dtype("ascii")) == ("ascii", None)
    assert fiver.check_string_dtype(np.dtype("S4")) == ("ascii", 4)
    assert fiver.check_vlen_dtype(fiver.vlen_dtype("i4")) == "i4"
    assert fiver.check_enum_dtype(fiver.enum_dtype({"A": 1})) == {"A": 1}
    assert fiver.check_ref_dtype(fiver.ref_dtype) is fiver.Reference
    assert fiver.check_opaque_dtype(fiver.opaque_dtype("M8[s]")) and not fiver.check_opaque_dtype(np.dtype("M8[s]"))
    assert fiver.check_dtype(vlen=fiver.special_dtype(vlen=str)) is str
    for wrong in (lambda: fiver.string_dtype("latin-1"), lambda: fiver.special_dtype(ref=int)):
        with pytest.raises(ValueError):
            wrong()
