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
