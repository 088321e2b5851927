"""Small reads and writes go a short way; they give what the long one gives, and see what happens meanwhile."""
import threading

import numpy as np
import pytest

import fiver

DTYPES = ["<i4", ">i4", "u1", "?", "<f2", ">f8", "<c16", "S5", "V3", np.dtype([("a", "<i4"), ("b", ">f8", (2,))])]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "quick.h5"


def values(dtype, shape):
    dtype = np.dtype(dtype)
    count = int(np.prod(shape)) * dtype.itemsize
    raw = np.arange(count, dtype="u1") % (2 if dtype.kind == "b" else 100) + (dtype.kind == "S")
    return raw.view(dtype).reshape(shape)


INDICES = [3, -1, np.int64(2), np.uint8(4), (1, 2), (np.int32(-1), 0), slice(None), slice(2, 5), (slice(1, 3), 2), (..., 1), (2, ...), ..., (), (slice(0, 6, 2), 1),
           (slice(3, 3), 1), (slice(None), slice(1, None))]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("kind", ["contiguous", "compact", "chunked", "gzip"])
def test_reads(path, dtype, kind):
    data = values(dtype, (6, 4))
    how = {"contiguous": {}, "compact": {"compact": True}, "chunked": {"chunks": (4, 3)}, "gzip": {"chunks": (4, 3), "compression": "gzip"}}[kind]
    with fiver.File(path, "w") as f:
        f.create_dataset("d", shape=(6, 4), dtype=dtype, **how)[...] = data
        check(f["d"], data)
    with fiver.File(path) as f:
        check(f["d"], data)
        check(f["d"], data)  # as remembered


def check(dataset, data):
    for index in INDICES:
        found, expected = dataset[index], data[index]
        assert type(found) is type(expected) or np.ndim(expected) == 0, index
        assert np.shape(found) == np.shape(expected) and found.dtype == expected.dtype, index
        assert np.array_equal(found, expected), index
        if isinstance(found, np.ndarray):
            assert found.flags.c_contiguous and found.flags.writeable and not np.shares_memory(found, dataset[index])
    for index in (6, -7, (0, 4), (0, 0, 0), np.int64(6)):
        with pytest.raises((IndexError, ValueError, TypeError)):
            dataset[index]


def test_a_truth_value_is_no_index_of_one(path):
    with fiver.File(path, "w") as f:
        d = f.create_dataset("d", data=np.arange(2))
        assert d[np.array([True, False])].tolist() == [0]
        with pytest.raises(ValueError):
            d[True, True]


def test_elements_that_are_arrays(path):
    data = np.arange(36, dtype="<i2").reshape(6, 2, 3)
    with fiver.File(path, "w") as f:
        d = f.create_dataset("d", data=data, dtype=np.dtype(("<i2", (2, 3))))
        for index in (2, slice(1, 4), ..., ()):
            assert np.array_equal(d[index], data[index])


def test_what_is_kept_goes_with_what_it_was_true_of(path):
    with fiver.File(path, "w") as f:
        d = f.create_dataset("d", data=np.arange(10.0), chunks=(4,), maxshape=(None,))
        line = f.create_dataset("line", data=np.arange(10.0))
        other = f["d"]
        assert d[3] == 3 and d.shape == (10,) and len(d) == 10
        other.resize((5,))
        assert d.shape == (5,) and len(d) == 5
        with pytest.raises(IndexError):
            d[7]
        for i in range(5):
            line[3] = i
            d[3] = i
            assert f["line"][3] == line[3] == i and other[3] == i
            f.flush()
    for closed in (lambda: d[3], lambda: d.shape, lambda: len(d), lambda: line[3]):
        with pytest.raises(ValueError):
            closed()
    with fiver.File(path) as f:
        d = f["d"]
        assert d[3] == 4 and d.shape == (5,)
    for closed in (lambda: d[3], lambda: d.shape, lambda: len(d)):
        with pytest.raises(ValueError):
            closed()


def test_following_a_writer_shapes_change_with_refresh(path):
    with fiver.File(path, "w", libver="latest", live=True) as writer:
        w = writer.create_dataset("d", data=np.arange(4), chunks=(2,), maxshape=(None,))
        writer.swmr_mode = True
        import subprocess
        import sys

        code = ("import fiver, sys; f = fiver.File(sys.argv[1], swmr=True); d = f['d']; print(d.shape, d[1], flush=True); input(); print(d.shape); "
                "d.refresh(); print(d.shape, d[5], len(d))")
        reader = subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert reader.stdout.readline() == "(4,) 1\n"
        w.resize((6,))
        w[4:] = np.array([40, 50])
        writer.flush()
        out, _ = reader.communicate("\n")
        assert out == "(4,)\n(6,) 50 6\n"


def test_writes(path):
    with fiver.File(path, "w") as f:
        d = f.create_dataset("d", shape=(4, 3), dtype="<i2")
        f.create_dataset("swapped", shape=(3,), dtype=">i2")
        d[1] = np.array([1, 2, 3], "<i2")
        d[2] = np.array([4, 5, 6], ">i2")
        d[3, 1:] = np.array([7, 8], "f8")
        d[0, 0] = 9
        d[0, 1] = 9.7
        d[0, 2:] = 5
        assert d[...].tolist() == [[9, 9, 5], [1, 2, 3], [4, 5, 6], [0, 7, 8]]
        d[:, 0] = np.arange(8, dtype="<i2")[::2]  # not packed
        assert d[:, 0].tolist() == [0, 2, 4, 6]
        f["swapped"][...] = np.array([1, 2, 3], "<i2")
        assert f["swapped"][...].tolist() == [1, 2, 3]
        for index, value in ((4, 1), ((0, 3), 1), (0, np.zeros(4, "<i2"))):
            with pytest.raises((IndexError, ValueError, TypeError)):
                d[index] = value
        s = f.create_dataset("scalar", data=1.0)
        s[()] = 2.5
        s[...] = np.array(3.5)
        assert s[()] == 3.5
    with fiver.File(path) as f:
        with pytest.raises((ValueError, OSError)):
            f["d"][0, 0] = 1


def test_numbers(path):
    with fiver.File(path, "w") as f:
        for i in range(20):
            f.attrs["attribute %d" % i] = i
            assert len(f.attrs) == i + 1
        del f.attrs["attribute 7"]
        for i in range(50):
            f.create_group("group %d" % i)
        assert len(f.attrs) == 19 == len(list(f.attrs)) and len(f) == 50 == len(f.keys())
        assert f["group 3"].attrs.keys() == set()
    with fiver.File(path) as f:
        assert len(f.attrs) == 19 == len(list(f.attrs)) and len(f) == 50 == len(list(f.keys()))


def test_threads_share_a_dataset(path):
    data = np.arange(3000, dtype="u4").reshape(1000, 3)
    with fiver.File(path, "w") as f:
        f.create_dataset("d", data=data, chunks=(7, 3), compression="gzip")
    wrong = []
    with fiver.File(path) as f:
        d = f["d"]

        def work(k):
            for i in range(k, 1000, 4):
                if d[i].tolist() != data[i].tolist() or d[i, 1] != data[i, 1] or d.shape != (1000, 3):
                    wrong.append(i)

        threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong
