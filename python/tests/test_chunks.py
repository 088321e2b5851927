"""Chunks as they are stored, and what is ours: frames, chunk maps, plans."""
import threading
import zlib

import h5py
import numpy as np
import pytest
from conftest import same

import fiver

DATA = np.arange(10 * 6 * 8, dtype="<u2").reshape(10, 6, 8)


@pytest.fixture
def pair(make):
    def write(f):
        f.create_dataset("d", data=DATA, chunks=(1, 6, 8), compression="gzip")
        f.create_dataset("edge", data=DATA, chunks=(4, 4, 5), compression="gzip", shuffle=True, fletcher32=True)
        f.create_dataset("part", (10, 6, 8), "u2", chunks=(2, 6, 8), compression="lzf")[4:6] = 1
        f["plain"] = DATA
        f.create_dataset("none", (4,), "u2", chunks=(2,))

    path = make(write)
    with h5py.File(path) as theirs, fiver.File(path) as ours:
        yield ours, theirs


def test_chunk_info(pair):
    ours, theirs = pair
    for name in ("d", "edge", "part", "none"):
        a, b = ours[name].id, theirs[name].id
        assert a.get_num_chunks() == b.get_num_chunks()
        mine = [a.get_chunk_info(i) for i in range(a.get_num_chunks())]
        assert mine == [b.get_chunk_info(i) for i in range(b.get_num_chunks())]
        for info in mine:
            assert a.get_chunk_info_by_coord(info.chunk_offset) == b.get_chunk_info_by_coord(info.chunk_offset)
            assert a.read_direct_chunk(info.chunk_offset) == b.read_direct_chunk(info.chunk_offset)
        seen = []
        a.chunk_iter(seen.append)
        assert seen == mine
        assert a.get_storage_size() == b.get_storage_size()
    assert ours["plain"].id.get_offset() == theirs["plain"].id.get_offset()
    for index in (-1, 10):
        with pytest.raises(ValueError):
            ours["d"].id.get_chunk_info(index)
    with pytest.raises(RuntimeError):
        ours["plain"].id.get_num_chunks()


def test_read_direct_chunk(pair):
    ours, theirs = pair
    mask, stored = ours["d"].id.read_direct_chunk((3, 0, 0))
    same(np.frombuffer(zlib.decompress(stored), "<u2").reshape(6, 8), DATA[3])
    out = bytearray(4096)
    mask, view = ours["d"].id.read_direct_chunk((3, 0, 0), out=out)
    assert bytes(view) == stored and mask == 0
    with pytest.raises(OSError):
        ours["d"].id.read_direct_chunk((3, 1, 0))
    with pytest.raises(OSError):
        ours["part"].id.read_direct_chunk((0, 0, 0))


def test_properties(pair):
    ours, theirs = pair
    for name in theirs:
        a, b = ours[name], theirs[name]
        for what in ("chunks", "compression", "compression_opts", "shuffle", "fletcher32", "scaleoffset", "maxshape", "nbytes", "size", "ndim", "external",
                     "is_virtual", "fillvalue"):
            assert getattr(a, what) == getattr(b, what), (name, what)
        p, q = a.id.get_create_plist(), b.id.get_create_plist()
        assert [p.get_filter(i) for i in range(p.get_nfilters())] == [q.get_filter(i) for i in range(q.get_nfilters())]
        assert p.get_layout() == q.get_layout()


def test_frames(pair):
    ours, _ = pair
    for name in ("d", "edge", "plain"):
        for i, frame in enumerate(ours[name].frames()):
            same(frame, DATA[i])
        assert i == 9
        assert [f.sum() for f in ours[name].frames(4, 3)] == [DATA[j].sum() for j in range(4, 7)]
    assert next(iter(ours["d"].frames(dtype="f8"))).dtype == np.float64


def test_chunk_map(pair):
    ours, _ = pair
    table = ours["d"].chunk_map()
    infos = [ours["d"].id.get_chunk_info(i) for i in range(10)]
    assert [tuple(o) for o in table["offset"]] == [i.chunk_offset for i in infos]
    assert list(table["file_offset"]) == [i.byte_offset for i in infos] and list(table["stored_size"]) == [i.size for i in infos]
    with open(ours.filename, "rb") as raw:
        raw.seek(int(table[2]["file_offset"]))
        same(np.frombuffer(zlib.decompress(raw.read(int(table[2]["stored_size"]))), "<u2").reshape(6, 8), DATA[2])
    assert len(ours["none"].chunk_map()) == 0


def test_for_each_chunk(pair):
    ours, _ = pair
    total, lock = [], threading.Lock()

    def add(offset, array, mask, size):
        with lock:
            total.append((offset, int(array.sum())))

    ours["d"].for_each_chunk(add)
    assert sorted(total) == [((i, 0, 0), int(DATA[i].sum())) for i in range(10)]

    def fail(offset, array, mask, size):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        ours["d"].for_each_chunk(fail)
    same(ours["d"][...], DATA)


def test_read_into_and_plan(pair):
    ours, _ = pair
    out = np.empty((2, 6, 8), "f4")
    shares = []
    assert ours["d"].read_into(out, np.s_[2:4], progress=shares.append) is out
    same(out, DATA[2:4].astype("f4"))
    with pytest.raises(ValueError):
        ours["d"].read_into(out, np.s_[2:5])
    plan = ours["d"].plan(np.s_[2:4, 0])
    assert (plan.elements, plan.chunks) == (16, 2) and 0 < plan.useful_share < 1 and plan.decoded_bytes == 2 * 96 and "2" in str(plan)


def test_html(pair):
    ours, _ = pair
    assert "deflate" in ours["edge"]._repr_html_() and "(10, 6, 8)" in ours["d"]._repr_html_()
    assert "edge" in ours._repr_html_() and "<script" not in ours._repr_html_()


def test_chunk_map_without_dimensions(tmp_path):
    with fiver.File(tmp_path / "scalar.h5", "w") as f:
        table = f.create_dataset("d", data=3).chunk_map()
        assert table["offset"].tolist() == [[0]] and table["stored_size"].tolist() == [8]
