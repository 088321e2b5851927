"""Names, links, walks, references, regions, scales, virtual sources: read by both."""
import os

import h5py
import numpy as np
import pytest
from conftest import same

import fiver


@pytest.fixture
def pair(make, tmp_path):
    def other(f):
        f["k/z"] = np.arange(3)

    make(other, "other.h5")

    def write(f):
        f["a/b/x"] = np.arange(12).reshape(3, 4)
        f["a/b/y"] = 1
        f["s"] = h5py.SoftLink("/a/b")
        f["a/s2"] = h5py.SoftLink("b/x")
        f["e"] = h5py.ExternalLink("other.h5", "/k")
        f["broken"] = h5py.SoftLink("/nowhere")
        f["broken e"] = h5py.ExternalLink("nofile.h5", "/k")
        f["h"] = f["a/b/x"]
        f["type"] = np.dtype("f4")
        f["refs"] = np.array([f["a"].ref, f["a/b/x"].ref, f["type"].ref], dtype=h5py.ref_dtype)
        x = f["a/b/x"]
        f["regions"] = np.array([x.regionref[1:3, ::2], x.regionref[...], x.regionref[0, [1, 3]], x.regionref[1]], dtype=h5py.regionref_dtype)
        ordered = f.create_group("ordered", track_order=True)
        for name in ("z", "a", "m"):
            ordered[name] = 1
            ordered.attrs[name] = 1

    path = make(write)
    with h5py.File(path) as theirs, fiver.File(path) as ours:
        yield ours, theirs


PATHS = ["a", "/a/b/x", "a//b/./x/", "s/x", "s", "a/s2", "e", "e/z", "h", "type", "ordered/z", "/"]


def test_names(pair):
    ours, theirs = pair
    for path in PATHS:
        a, b = ours[path], theirs[path]
        assert (a.name, type(a).__name__, repr(a)) == (b.name, type(b).__name__, repr(b)), path
        assert os.path.basename(a.file.filename) == os.path.basename(b.file.filename)
        assert a.parent.name == b.parent.name
        assert path in ours and path.encode() in ours
    assert ours["a"]["/h"].name == theirs["a"]["/h"].name


def test_missing(pair):
    ours, theirs = pair
    for path in ("no", "a/no", "broken", "broken e", "h/x", "", "a/b/x/y"):
        assert (path in ours) == (path in theirs) == path.startswith("broken")
        for file in (ours, theirs):
            with pytest.raises(KeyError):
                file[path]
        assert ours.get(path) is None and ours.get(path, 5) == 5
    for wrong in (3, None, 1.5):
        for file in (ours, theirs):
            with pytest.raises(TypeError):
                file[wrong]
    with pytest.raises(KeyError, match="nowhere"):
        ours["broken"]
    with pytest.raises(KeyError, match="nofile"):
        ours["broken e"]


def test_mapping(pair):
    ours, theirs = pair
    assert list(ours) == list(theirs) and len(ours) == len(theirs) and list(ours.keys()) == list(theirs.keys())
    assert repr(ours.keys()) == repr(theirs.keys())
    assert list(reversed(ours)) == list(reversed(theirs))
    assert [(k, type(v).__name__) for k, v in ours.items()] == [(k, type(v).__name__) for k, v in theirs.items()]
    assert list(ours["ordered"]) == list(theirs["ordered"]) and list(ours["ordered"].attrs) == list(theirs["ordered"].attrs)
    assert ("a", ours["a"]) in ours.items() and ours["a"] in ours.values() and "a" in ours.keys()


def test_getlink(pair):
    ours, theirs = pair
    for name in list(theirs) + ["a/s2", "/a/b/x", "ordered/z"]:
        if not isinstance(theirs.get(name, getlink=True), h5py.HardLink):
            assert repr(ours.get(name, getlink=True)) == repr(theirs.get(name, getlink=True))
        assert ours.get(name, getlink=True, getclass=True).__name__ == theirs.get(name, getlink=True, getclass=True).__name__
        if name.startswith("broken"):
            continue  # h5py lets libhdf5's error through
        kind, other = ours.get(name, getclass=True), theirs.get(name, getclass=True)
        assert (kind and kind.__name__) == (other and other.__name__)
    link = ours.get("e", getlink=True)
    assert (link.filename, link.path) == ("other.h5", "/k") and ours.get("s", getlink=True).path == "/a/b"
    assert ours.get("no", getlink=True) is None


def test_walks(pair):
    ours, theirs = pair
    for walk in ("visit", "visit_links"):
        seen = [], []
        for f, names in zip(pair, seen):
            getattr(f, walk)(names.append)
        assert seen[0] == seen[1]
    for walk in ("visititems", "visititems_links"):
        seen = [], []
        for f, names in zip(pair, seen):
            getattr(f, walk)(lambda name, obj: names.append((name, type(obj).__name__)))
        assert seen[0] == seen[1]
    assert ours.visit(lambda name: name if "y" in name else None) == theirs.visit(lambda name: name if "y" in name else None)


def test_identity(pair):
    ours, theirs = pair
    assert ours["h"] == ours["a/b/x"] and hash(ours["h"]) == hash(ours["a/b/x"]) and ours["h"] != ours["a"]
    assert ours["s"] == ours["a/b"] and ours["h"].id == ours["s/x"].id and ours == ours["/"].file
    assert ours["a"] != 3 and len({ours["h"], ours["s/x"], ours["a"]}) == 2


def test_references(pair):
    ours, theirs = pair
    for i in range(3):
        a, b = ours[ours["refs"][i]], theirs[theirs["refs"][i]]
        assert a.name == b.name and type(a).__name__ == type(b).__name__
        assert fiver.h5r.get_name(ours["refs"][i], ours.id) == h5py.h5r.get_name(theirs["refs"][i], theirs.id)
    assert ours["a/b/x"].ref == ours["refs"][1] and bool(ours["refs"][0]) and not fiver.Reference()
    assert ours[ours["a"].ref] == ours["a"]
    with pytest.raises(ValueError):
        ours[fiver.Reference()]


def test_regions(pair):
    ours, theirs = pair
    for i in range(4):
        a, b = ours["regions"][i], theirs["regions"][i]
        assert ours[a].name == theirs[b].name
        same(ours["h"][a], theirs["h"][b])
        assert ours["h"].regionref.shape(a) == theirs["h"].regionref.shape(b)
        assert ours["h"].regionref.selection(a) == theirs["h"].regionref.selection(b)
        assert fiver.h5r.get_region(a, ours.id).get_select_npoints() == h5py.h5r.get_region(b, theirs.id).get_select_npoints()


def test_scales(make):
    def write(f):
        d = f.create_dataset("d", (3, 4))
        for name, size in (("x", 3), ("y", 4)):
            f[name] = np.arange(size)
            f[name].make_scale(name + " scale")
        d.dims[0].attach_scale(f["x"])
        d.dims[1].attach_scale(f["y"])
        d.dims[1].label = "label"

    path = make(write)
    with h5py.File(path) as theirs, fiver.File(path) as ours:
        for f in (ours, theirs):
            d = f["d"]
            assert [dim.label for dim in d.dims] == ["", "label"] and len(d.dims) == 2
            assert d.dims[0].keys() == ["x scale"] and d.dims[0][0] == f["x"] == d.dims[0]["x scale"]
            assert [len(dim) for dim in d.dims] == [1, 1] and f["x"].is_scale and not d.is_scale
            with pytest.raises(IndexError):
                d.dims[2]
            with pytest.raises(IndexError):
                d.dims[0][3]
            with pytest.raises(KeyError):
                d.dims[0]["no"]
        assert fiver.h5ds.is_scale(ours["y"].id) and fiver.h5ds.get_num_scales(ours["d"].id, 0) == 1


def test_virtual(make):
    def write(f):
        for i in range(3):
            f["s%d" % i] = np.arange(8) + 10 * i
        layout = h5py.VirtualLayout((3, 8), "i8")
        for i in range(2):
            layout[i] = h5py.VirtualSource(".", "s%d" % i, (8,))
        layout[2, 0:4] = h5py.VirtualSource("missing.h5", "x", (8,))[4:]
        f.create_virtual_dataset("v", layout, fillvalue=-7)

    path = make(write)
    with h5py.File(path) as theirs, fiver.File(path) as ours:
        same(ours["v"][...], theirs["v"][...])
        same(ours["v"][:, 3], theirs["v"][:, 3])
        assert ours["v"].is_virtual and not ours["s0"].is_virtual
        for a, b in zip(ours["v"].virtual_sources(), theirs["v"].virtual_sources(), strict=True):
            assert (a.file_name, a.dset_name) == (b.file_name, b.dset_name)
            assert a.vspace.get_select_bounds() == b.vspace.get_select_bounds()
            assert a.vspace.get_select_npoints() == b.vspace.get_select_npoints()
            if b.src_space.get_select_type() != h5py.h5s.SEL_ALL:
                assert a.src_space.get_select_npoints() == b.src_space.get_select_npoints()
        with pytest.raises(RuntimeError):
            ours["s0"].virtual_sources()
        assert ours.missing_sources() == [("/v", "missing.h5", "x", ours.missing_sources()[0][3])]
    with fiver.File(path, missing="error") as f:
        with pytest.raises(OSError, match="missing.h5"):
            f["v"][...]
