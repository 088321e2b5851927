"""What h5py's own tests ask for, asked of both."""
import io

import fiver
import h5py
import numpy as np
import pytest
from conftest import both, same

if h5py.version.version_tuple[:2] < (3, 14):
    pytest.skip("compares with a newer h5py", allow_module_level=True)


@pytest.fixture
def pair(tmp_path):
    with fiver.File(tmp_path / "ours.h5", "w") as ours, h5py.File(tmp_path / "theirs.h5", "w") as theirs:
        yield ours, theirs


@pytest.mark.parametrize("data", [("a", "b"), [["a", "b"], ["c", "d"]], "a", ["a", 1], np.array(["a", "bc"])], ids=repr)
def test_text_in_attributes(pair, data):
    def ask(f):
        f.attrs["x"] = data
        return f.attrs["x"]

    both(*pair, ask)


@pytest.mark.parametrize("make", [lambda f: f.create_dataset("d", (2,), "T", data=np.array(["a", "longer"], "T")),
                                  lambda f: f.create_dataset("d", data=["a", "longer"], dtype=h5py.string_dtype("ascii", 8))])
def test_numpy_strings(pair, make):
    if not hasattr(np.dtypes, "StringDType"):
        pytest.skip("NumPy 2 has them")
    for ask in (lambda d: d[:], lambda d: d.astype("T")[:], lambda d: d.astype("S3")[:], lambda d: d.astype("T")[1]):
        ours, theirs = [ask(f["d"] if "d" in f else make(f)) for f in pair]
        assert type(ours) is type(theirs)
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("ask", [
    lambda f: f["d"][np.newaxis, :],
    lambda f: f["d"].__setitem__((slice(None), 1), np.zeros((4, 1))),
    lambda f: f.create_dataset("a", (4,), "(3,)i4").__setitem__(Ellipsis, 42),
    lambda f: f.create_dataset("b", (4,), "f8", scaleoffset=True),
    lambda f: f.create_dataset("c", (4,), "f8", track_times="null"),
    lambda f: f.create_dataset("e", (4,), "f8", external=["name"]),
    lambda f: f.create_dataset("g", (4,), [("a", "i4"), ("b", "f4")], fillvalue=42),
    lambda f: f.create_dataset("h", (4,), "f8", compression=-999),
    lambda f: f.create_dataset("s", (1,), h5py.string_dtype("ascii")).__setitem__(0, "f\u00e0"),
    lambda f: f["d"].__array__(copy=False),
    lambda f: f.create_dataset("m", (20,), "f4", maxshape=20).maxshape,
])
def test_refusals(pair, ask):
    for f in pair:
        f.create_dataset("d", (4, 2), "f4")
    both(*pair, ask)


def test_large_integers(pair):
    values = [2**63 - 1, 2**63]
    for f in pair:
        f.attrs.create("x", values, dtype="u8")
        f.attrs.modify("x", values)
    same(pair[0].attrs["x"], pair[1].attrs["x"])
    assert pair[0].attrs["x"].tolist() == values


def test_external_links_opened_otherwise(tmp_path):
    with fiver.File(tmp_path / "other.h5", "w") as f:
        f.create_group("g")
    with fiver.File(tmp_path / "main.h5", "w") as f:
        f["x"] = fiver.ExternalLink("other.h5", "/g")
    with fiver.File(tmp_path / "main.h5", "r+") as f:
        found = f.get("x", elink_mode="r")
        assert found.name == "/g" and found.file.mode == "r"
    with fiver.File(tmp_path / "main.h5", "r") as f, pytest.raises(ValueError):
        f.get("x", elink_mode="r+")


def test_images_of_files():
    with fiver.File.in_memory() as f:
        f["a"] = np.arange(10)
        image = f.id.get_file_image()
        f["b"] = 1
    assert fiver.File.in_memory(image)["a"][3] == 3
    with h5py.File(io.BytesIO(image)) as f:
        assert list(f) == ["a"]


def test_swmr_mode_is_the_file_s(tmp_path):
    with fiver.File(tmp_path / "f.h5", "w") as f:
        group = f.create_group("g")
        assert not group.file.swmr_mode
        f.swmr_mode = True
        assert group.file.swmr_mode
    with fiver.File(tmp_path / "f.h5", "r") as f:
        assert not f["g"].file.swmr_mode


@pytest.mark.parametrize("chunks", [None, (2,)])
@pytest.mark.parametrize("value", ["none yet", "", "ünklar", b"bytes"])
def test_text_fill_values(pair, tmp_path, value, chunks):
    def ask(f):
        d = f.create_dataset("d", (4,), dtype=h5py.string_dtype(), fillvalue=value, chunks=chunks)
        d[1] = "first"
        return d[:]

    both(*pair, ask)
    both(*pair, lambda f: f["d"].fillvalue)
    pair[0].close()
    with h5py.File(tmp_path / "ours.h5", "r+") as ours:  # open for reading only, HDF5 can't read chunks never written of such data, its own either
        text = value if isinstance(value, bytes) else value.encode()
        assert list(ours["d"][:]) == [text, b"first", text, text]
        assert ours["d"].fillvalue == text
