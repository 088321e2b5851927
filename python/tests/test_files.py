"""Files: modes, their end, threads, forks, pickles, interruptions."""
import gc
import io
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time

import h5py
import numpy as np
import pytest

import fiver


def simple(f):
    f["d"] = np.arange(1000).reshape(10, 100)
    f.create_dataset("c", data=np.arange(100000).reshape(100, 1000), chunks=(1, 1000), compression="gzip")
    f.attrs["a"] = 1


def test_modes(tmp_path):
    path = str(tmp_path / "f.h5")
    for mode in ("r", "r+"):
        with pytest.raises(FileNotFoundError):
            fiver.File(path, mode)
    with pytest.raises(ValueError):
        fiver.File(path, "q")
    with fiver.File(path, "w") as f:
        assert f.mode == "r+" and f
        f["x"] = 1
    with pytest.raises(FileExistsError):
        fiver.File(path, "x")
    with pytest.raises(FileExistsError):
        fiver.File(path, "w-")
    with fiver.File(path, "a") as f:
        f["y"] = 2
    with fiver.File(path, "r+") as f:
        assert sorted(f) == ["x", "y"]
        del f["x"]
    with fiver.File(path) as f:
        assert list(f) == ["y"] and f.mode == "r"
        with pytest.raises(ValueError):
            f["z"] = 1
        with pytest.raises(ValueError):
            f.create_group("z")
        with pytest.raises(OSError):
            f.attrs["z"] = 1
    with fiver.File(path, "w") as f:
        assert len(f) == 0
    with fiver.File(str(tmp_path / "new.h5"), "a") as f:
        f["x"] = 1
    (tmp_path / "text").write_text("no HDF5")
    with pytest.raises(OSError):
        fiver.File(tmp_path / "text")
    assert fiver.is_hdf5(path) and not fiver.is_hdf5(tmp_path / "text") and not fiver.is_hdf5(tmp_path / "none")


def test_close(make):
    path = make(simple)
    f = fiver.File(path)
    other = fiver.File(path)
    d, g, kept = f["d"], f["/"], other["d"]
    f.close()
    f.close()
    assert not f and not d and not g and kept and other
    assert repr(f) == "<Closed HDF5 file>" and repr(d) == "<Closed HDF5 dataset>" and repr(g) == "<Closed HDF5 group>"
    for use in (lambda: d[0], lambda: d.shape, lambda: f["d"], lambda: len(g), lambda: f.filename, lambda: d.attrs["a"], lambda: list(f)):
        with pytest.raises((ValueError, RuntimeError, KeyError)):
            use()
    assert kept[1, 1] == 101 and "d" not in f
    other.close()


def test_objects_keep_the_file(make):
    d = fiver.File(make(simple))["d"]
    gc.collect()
    assert d[2, 3] == 203 and d.file["c"].shape == (100, 1000)
    d.file.close()


def test_userblock(tmp_path):
    path = tmp_path / "f.h5"
    with fiver.File(path, "w", userblock_size=1024) as f:
        f["x"] = np.arange(5)
        assert f.userblock_size == 1024
    with open(path, "r+b") as raw:
        raw.write(b"hello")
    with h5py.File(path) as f:
        assert f.userblock_size == 1024 and list(f["x"]) == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError):
        fiver.File(tmp_path / "g.h5", "w", userblock_size=1000)


def test_file_objects(make, tmp_path):
    with open(make(simple), "rb") as raw:
        with fiver.File(raw) as f:
            assert f["c"][5, 5] == 5005 and f.driver == "fileobj"
        content = (raw.seek(0), raw.read())[1]
    with fiver.File(io.BytesIO(content)) as f:
        assert f["d"].shape == (10, 100)
    buffer = io.BytesIO()
    with fiver.File(buffer, "w") as f:
        f["x"] = np.arange(10)
        f.create_dataset("z", data=np.arange(1000), chunks=(100,), compression="gzip")
    with h5py.File(io.BytesIO(buffer.getvalue())) as f:
        assert f["z"][999] == 999 and list(f["x"]) == list(range(10))
    with fiver.File(str(tmp_path / "none.h5"), "w", driver="core", backing_store=False) as f:
        f["x"] = 1
    assert not os.path.exists(tmp_path / "none.h5")


def test_broken_file_object():
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise RuntimeError("no bytes today")

    with pytest.raises(OSError, match="no bytes today"):
        fiver.File(Broken(b"x" * 1000))


def test_threads(make):
    path = make(simple)
    failures = []
    with fiver.File(path) as f:
        expected = f["c"][...]

        def work(seed):
            draw = np.random.default_rng(seed)
            for _ in range(100):
                i = int(draw.integers(100))
                if not (f["c"][i] == expected[i]).all() or f.attrs["a"] != 1:
                    failures.append(i)

        threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    assert not failures


def test_writing_threads(tmp_path):
    path = str(tmp_path / "f.h5")
    with fiver.File(path, "w") as f:
        d = f.create_dataset("d", (64, 1000), "i4", chunks=(1, 1000), compression="gzip")

        def work(first):
            for i in range(first, 64, 8):
                d[i] = i
                f.create_group("g%d" % i).attrs["i"] = i

        threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    with h5py.File(path) as f:
        assert (f["d"][...] == np.arange(64)[:, None]).all() and all(f["g%d" % i].attrs["i"] == i for i in range(64))


def test_pickle(make, tmp_path):
    path = make(simple)
    with fiver.File(path) as f:
        d, g, again = pickle.loads(pickle.dumps((f["c"], f["/"], f)))
        assert d[3, 4] == 3004 and g.name == "/" and again.filename == path and again.attrs["a"] == 1
        reference = pickle.loads(pickle.dumps(f["d"].ref))
        assert f[reference] == f["d"]
    with fiver.File(tmp_path / "w.h5", "w") as f:
        with pytest.raises(TypeError):
            pickle.dumps(f)


def test_fork(make):
    path = make(simple)
    with fiver.File(path) as f:
        assert f["c"][...].sum() > 0  # on all cores, so that there are workers to miss in the child
        child = os.fork()
        if child == 0:
            status = 1
            try:
                signal.alarm(60)
                status = 0 if f["c"][7, 8] == 7008 and f["c"][...].sum() == np.arange(100000).sum() else 2
            finally:
                os._exit(status)
        assert os.waitpid(child, 0)[1] == 0
        assert f["c"][1, 1] == 1001


def script(text, *arguments):
    return subprocess.run([sys.executable, "-c", textwrap.dedent(text), *arguments], capture_output=True, text=True, timeout=120)


def test_never_closed(tmp_path):
    path = str(tmp_path / "f.h5")
    done = script("""
        import sys, fiver, numpy
        f = fiver.File(sys.argv[1], "w")
        d = f.create_dataset("d", data=numpy.arange(10))
        kept = [d]
        kept.append(kept)
        sys.keep = f
    """, path)
    assert done.returncode == 0 and not done.stderr, done.stderr
    with h5py.File(path) as f:
        assert f["d"][9] == 9


def test_interrupt(tmp_path):
    path = str(tmp_path / "f.h5")
    with fiver.File(path, "w") as f:
        f.create_dataset("d", (256, 1 << 19), "u8", chunks=(1, 1 << 19), compression="gzip", compression_opts=1)[...] = 3
    done = script("""
        import sys, fiver, os, signal, threading, time
        f = fiver.File(sys.argv[1])
        threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        begun = time.monotonic()
        try:
            while time.monotonic() < begun + 60:
                f["d"][...]
        except KeyboardInterrupt:
            print(f["d"][5, 5], time.monotonic() - begun)
    """, path)
    value, seconds = done.stdout.split()
    assert value == "3" and float(seconds) < 20, done.stderr


def test_beside_h5py(make):
    path = make(simple)
    with h5py.File(path) as a, fiver.File(path) as b:
        for i in range(10):
            assert (a["c"][i] == b["c"][i]).all()


def test_swmr_follower(tmp_path):
    path = str(tmp_path / "f.h5")
    with h5py.File(path, "w", libver="latest") as writer:
        d = writer.create_dataset("d", (0, 10), "i4", maxshape=(None, 10), chunks=(1, 10))
        writer.swmr_mode = True
        with fiver.File(path, "r", swmr=True) as reader:
            mine = reader["d"]
            assert mine.shape == (0, 10)
            for i in range(5):
                d.resize((i + 1, 10))
                d[i] = i
                d.flush()
                deadline = time.monotonic() + 20
                while mine.shape != (i + 1, 10) and time.monotonic() < deadline:
                    mine.refresh()
                assert mine.shape == (i + 1, 10) and mine[i, 3] == i


def test_versions_and_config():
    assert fiver.version.hdf5_version_tuple >= (1, 14) and fiver.__version__.count(".") == 2
    assert fiver.h5.get_libversion() == fiver.version.hdf5_version_tuple
    assert fiver.h5z.filter_avail(1) and fiver.h5z.filter_avail(32008) and not fiver.h5z.filter_avail(60000)
    assert fiver.get_config().bool_names == ("FALSE", "TRUE")
    for libver in ("nonsense", ("earliest", "v999")):
        with pytest.raises(ValueError):
            fiver.File("x", libver=libver)
