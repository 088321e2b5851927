"""Small things that packages over h5py rely on, each seen where one of them failed: the same answers as h5py's."""
import io

import fiver
import numpy as np
import pytest

h5py = pytest.importorskip("h5py")
both = pytest.mark.parametrize("module", [h5py, fiver], ids=["h5py", "fiver"])


@both
def test_names_looked_up_elsewhere(module):
    """hdmf, h5grove, h5netcdf"""
    assert module.filters.h5z.FILTER_DEFLATE == 1
    assert module.version.version_tuple.major == 3
    assert module.check_enum_dtype(str) is None


@both
def test_orders_of_creation_are_told_of_what_is_empty(module, tmp_path):
    """h5netcdf asks an empty root whether it is to make its groups and datasets so."""
    with module.File(tmp_path / "a.h5", "w", track_order=True) as f:
        f.create_group("tracked", track_order=True), f.create_group("plain", track_order=False)
        f.create_dataset("d", (1,), "f4", track_order=True), f.create_dataset("e", (1,), "f4", track_order=False)
    with module.File(tmp_path / "a.h5") as f:
        said = {name: f[name].id.get_create_plist().get_attr_creation_order() for name in ("/", "tracked", "plain", "d", "e")}
        assert said == {"/": 3, "tracked": 3, "plain": 0, "d": 3, "e": 0}
        assert [f[name].id.get_create_plist().get_link_creation_order() for name in ("/", "tracked", "plain")] == [3, 3, 0]


@both
def test_enumerations(module, tmp_path):
    """cooler names chromosomes by bytes; h5netcdf commits enumerations of its own."""
    with module.File(tmp_path / "a.h5", "w") as f:
        d = f.create_dataset("d", data=[0, 1], dtype=module.special_dtype(enum=("i4", {b"z": 0, b"a": 1})))
        stored = d.id.get_type()
        assert [stored.get_member_name(i) for i in range(2)] == [b"a", b"z"]
        made = module.h5t.enum_create(module.h5t.py_create(np.dtype("u1")))
        made.enum_insert(b"clear", 0), made.enum_insert(b"rain", 3)
        made.commit(f.id, b"cloud")
        assert made.committed() and made.copy().committed() is False
        low = module.h5d.create(f.id, b"e", made, module.h5s.create_simple((2,)))
        assert low.get_type().committed() and isinstance(f["cloud"], module.Datatype)
        f.create_dataset("g", (2,), dtype=f["cloud"])
        assert module.check_enum_dtype(f["e"].dtype) == {"clear": 0, "rain": 3} == module.check_enum_dtype(f["g"].dtype)
        copy = low.get_type().copy()
        copy.close()


@both
def test_sizes_in_memory(module, tmp_path):
    """h5grove says them of its types."""
    with module.File(tmp_path / "a.h5", "w") as f:
        f["t"] = "text"
        f.create_dataset("c", (1,), np.dtype([("a", "i4"), ("s", module.string_dtype()), ("b", "f8")]))
        kinds = f["t"].id.get_type(), f["c"].id.get_type()
        assert kinds[0].get_size() == 8 and kinds[1].get_size() == f["c"].dtype.itemsize == 20
        assert [kinds[1].get_member_offset(i) for i in range(3)] == [0, 4, 12]


@both
def test_extend_only_grows(module, tmp_path):
    """hdmf extends by the bounds of what comes next, which needn't be all."""
    with module.File(tmp_path / "a.h5", "w") as f:
        d = f.create_dataset("d", (2, 5), "i4", maxshape=(None, 5))
        d.id.extend((4, 0))
        assert d.shape == (4, 5)
        with pytest.raises(TypeError):
            d.id.extend((5,))


@both
@pytest.mark.parametrize("mode", ["r+", "a"])
def test_empty_files_become_hdf5_files(module, mode, tmp_path):
    """cooler and nexusformat write to what the tempfile module made."""
    path = tmp_path / "empty"
    path.touch()
    with module.File(path, mode) as f:
        f["x"] = 1
    with module.File(path) as f:
        assert f["x"][()] == 1
    path = tmp_path / "core"
    path.touch()
    with module.File(path, mode, driver="core", backing_store=False) as f:
        f["x"] = 1
    assert path.stat().st_size == 0
    buffer = io.BytesIO()
    with module.File(buffer, mode) as f:
        f["x"] = 2
    with module.File(buffer, "a") as f:
        assert f["x"][()] == 2


@both
def test_whereabouts_of_what_was_opened_by_reference(module, tmp_path):
    """pynwb's export asks for the parents of what references led to."""
    with module.File(tmp_path / "a.h5", "w") as f:
        f["a/b/c"] = 1
        f["r"] = f["a"].ref
    with module.File(tmp_path / "a.h5") as f:
        group = f[f["r"][()]]
        assert (group.name, group["b/c"].name, group["b"]["c"].parent.name) == ("/a", "/a/b/c", "/a/b")


@both
def test_numbers_read_as_truth(module, tmp_path):
    """mat73 reads MATLAB's logical arrays so."""
    with module.File(tmp_path / "a.h5", "w") as f:
        d = f.create_dataset("d", data=np.array([[0, 1], [1, 0]], "u1"))
        out = np.empty((2, 2), "?")
        d.read_direct(out)
        assert np.array(d, dtype=bool).tolist() == d.astype("?")[...].tolist() == out.tolist() == [[False, True], [True, False]]


@both
def test_chunks_of_nothing(module, tmp_path):
    """anndata compresses empty arrays as others."""
    with module.File(tmp_path / "a.h5", "w") as f:
        d = f.create_dataset("d", data=np.zeros((0, 3)), compression="gzip")
        assert d.shape == (0, 3) and d.chunks is not None and d[...].shape == (0, 3)


@both
def test_kinds_of_refusals(module, tmp_path):
    """h5netcdf, hickle and silx tell what happened by the exception."""
    with module.File(tmp_path / "a.h5", "w") as f:
        f["t"] = np.dtype("i4")
        held = f.create_group("gone").ref
        del f["gone"]
        f.flush()
        with pytest.raises(KeyError):
            f["t"] = np.dtype("i4")
        with pytest.raises(KeyError):
            module.h5t.py_create(np.dtype("i4")).commit(f.id, b"t")
        with pytest.raises(KeyError):
            f[held]
        assert f.get(held) is None
        with pytest.raises(KeyError, match="Unable to.* open object"):
            f["nowhere"]
        many = {"a rather long name of a contig %06d" % i: i for i in range(3000)}
        with pytest.raises(ValueError):
            f.create_dataset("m", (1,), dtype=module.enum_dtype(many, "i4"))
        assert "m" not in f
    with module.File(tmp_path / "a.h5") as f:
        for wrong in (lambda: f.attrs.create("x", 1), lambda: f.attrs.__setitem__("x", b"a\0b"), lambda: f.attrs.modify("x", 1),
                      lambda: f.__setitem__("s", module.SoftLink("/t"))):
            with pytest.raises(OSError):
                wrong()
        for wrong in (lambda: f.attrs.__delitem__("x"), lambda: f.__setitem__("u", np.dtype("i4"))):
            with pytest.raises(KeyError):
                wrong()


@both
def test_names_follow_moves(module, tmp_path):
    """hickle asks for the parents of objects whose links are gone."""
    with module.File(tmp_path / "a.h5", "w") as f:
        moved, removed = f.create_group("m/n"), f.create_dataset("d", data=[1, 2])
        f.move("m", "o")
        del f["d"]
        f["s"] = module.SoftLink("/o")
        assert (moved.name, moved.parent.name, removed.name, f["s/n"].name) == ("/o/n", "/o", None, "/s/n")
        assert removed[...].tolist() == [1, 2]
        with pytest.raises(ValueError):
            removed.parent


@both
def test_numbers_of_other_widths(module, tmp_path):
    """h5glance describes them."""
    number = module.h5t.STD_U32LE.copy()
    number.set_size(6)
    assert (number.get_size(), number.get_precision(), number.get_offset()) == (6, 32, 0)
    number.set_precision(44), number.set_offset(2)
    assert (number.get_size(), number.get_precision(), number.get_offset()) == (6, 44, 2)
    real = module.h5t.IEEE_F16LE.copy()
    real.set_fields(14, 9, 5, 0, 9), real.set_size(2), real.set_ebias(53), real.lock()
    assert (real.get_fields(), real.get_ebias(), real.get_size()) == ((14, 9, 5, 0, 9), 53, 2)
    with module.File(tmp_path / "a.h5", "w") as f:
        stored = module.h5d.create(f.id, b"a", real, module.h5s.create_simple((3,))).get_type()
        assert stored.get_fields() == real.get_fields() and stored.get_ebias() == 53
        letters = module.h5d.create(f.id, b"b", module.h5t.C_S1.copy(), module.h5s.create_simple((4,)))
        letters.write(module.h5s.ALL, module.h5s.ALL, np.array(b"word"), mtype=letters.get_type())
        assert f["b"][...].tolist() == [b"w", b"o", b"r", b"d"]
        text = module.h5t.C_S1.copy()
        text.set_size(3), text.set_strpad(module.h5t.STR_NULLTERM)
        made = module.h5a.create(f.id, b"says", text, module.h5s.create(module.h5s.SCALAR))
        made.write(np.array(b"yes"), mtype=made.get_type())
        assert f.attrs.get_id("says").get_type().get_strpad() == module.h5t.STR_NULLTERM
    with h5py.File(tmp_path / "a.h5") as f:
        assert f["b"][...].tobytes() == b"word" and f.attrs.get_id("says").dtype == "S3"
        raw = np.empty((), "S3")
        f.attrs.get_id("says").read(raw, mtype=f.attrs.get_id("says").get_type())
        assert raw.tobytes() == b"yes"


@both
def test_links_low_level(module, tmp_path):
    with module.File(tmp_path / "a.h5", "w") as f:
        f["g/d"] = 1
        links = f.id.links
        links.create_soft(b"s", b"/g/d"), links.create_external(b"e", b"b.h5", b"/x"), links.create_hard(b"h", f["g"].id, b"d")
        links.move(b"s", f["g"].id, b"t")
        assert f["g/t"][()] == f["h"][()] == 1 and f.get("e", getlink=True).filename == "b.h5" and f["h"] == f["g/d"]


@both
def test_file_objects_by_keyword(module, tmp_path):
    """hickle gives them so."""
    with open(tmp_path / "a.h5", "w+b") as stream:
        with module.File("any name", "w", driver="fileobj", fileobj=stream) as f:
            f["x"] = 1
    with module.File(tmp_path / "a.h5", locking=False) as f:
        assert f["x"][()] == 1


@both
def test_shuffle_before_szip(module, tmp_path):
    """hdmf's tests ask for both."""
    values = np.arange(1000, dtype="i4")
    with module.File(tmp_path / "a.h5", "w") as f:
        d = f.create_dataset("d", data=values, chunks=(100,), compression="szip", compression_opts=("ec", 16), shuffle=True)
        assert d.shuffle and d.compression == "szip" and (d[...] == values).all()
    for reader in h5py, fiver:
        with reader.File(tmp_path / "a.h5") as f:
            assert (f["d"][...] == values).all()
