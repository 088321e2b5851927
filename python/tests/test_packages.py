"""Packages that use h5py, as their users use them, with fiver in its place: each in a process of its own."""
import subprocess
import sys
import textwrap

import pytest


def run(program, folder):
    program = "from fiver.as_h5py import install; install()\n" + textwrap.dedent(program)
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, cwd=folder, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_xarray_and_netcdf4(tmp_path):
    pytest.importorskip("xarray"), pytest.importorskip("h5netcdf"), pytest.importorskip("netCDF4")
    subprocess.run([sys.executable, "-c", textwrap.dedent("""
        import netCDF4, numpy as np
        d = netCDF4.Dataset("made.nc", "w")
        d.createDimension("x", 3), d.createDimension("t", None)
        v = d.createVariable("v", "f4", ("t", "x"), zlib=True)
        v[:] = np.arange(6).reshape(2, 3)
        v.units = "m"
        d.createVariable("x", "f8", ("x",))[:] = [1, 2, 3]
        s = d.createVariable("s", str, ("x",))
        s[0] = "a"
        d.title = "text"
        d.close()
    """)], check=True, cwd=tmp_path)
    out = run("""
        import numpy as np, xarray
        ds = xarray.open_dataset("made.nc", engine="h5netcdf")
        assert ds.v.values.sum() == 15 and ds.title == "text" and dict(ds.sizes) == {"t": 2, "x": 3} and ds.v.units == "m" and ds.s.values[0] == "a"
        new = xarray.Dataset({"a": (("y", "x"), np.arange(6.0).reshape(2, 3)), "n": ("x", ["a", "bb", "c"])}, coords={"x": [1, 2, 3]},
                             attrs={"title": "new"})
        new.to_netcdf("written.nc", engine="h5netcdf", encoding={"a": {"zlib": True}})
        print(xarray.open_dataset("written.nc", engine="h5netcdf").equals(new))
    """, tmp_path)
    assert out.strip() == "True"
    check = "import netCDF4; d = netCDF4.Dataset('written.nc'); print(d['a'][:].sum(), d.title, list(d['n'][:]))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.strip() == "15.0 new ['a', 'bb', 'c']", done.stderr


def test_dask(tmp_path):
    pytest.importorskip("dask.array")
    out = run("""
        import dask, dask.array as da, h5py, numpy as np
        x = da.ones((100, 200), chunks=(25, 50)) * da.arange(200, chunks=50)
        da.to_hdf5("made.h5", {"/x": x, "/g/y": x.sum(axis=0)}, compression="gzip", shuffle=True)
        with h5py.File("made.h5", "r+") as f, dask.config.set(scheduler="threads", num_workers=4):
            y = da.from_array(f["x"], chunks=f["x"].chunks)
            assert y.chunks == ((25,) * 4, (50,) * 4) and y[::3, 5].mean().compute() == 5
            da.store(y + 1, f.create_dataset("z", (100, 200), "f8", chunks=(25, 50)), lock=False)
            print(y.map_blocks(lambda block: 2 * block).sum().compute())
    """, tmp_path)
    assert out.strip() == "3980000.0"
    check = "import h5py; f = h5py.File('made.h5'); print(f['z'][...].sum(), f['g/y'][3], f['x'].compression, f['x'].shuffle)"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.strip() == "2010000.0 300.0 gzip True", done.stderr


def test_hdf5plugin_says_nothing(tmp_path):
    """Its import and its objects, with no word about filters that it can't hand to a libhdf5."""
    pytest.importorskip("hdf5plugin")
    program = "from fiver.as_h5py import install; install(); import hdf5plugin, h5py; print(h5py.h5z.filter_avail(32008), h5py.__name__)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path)
    assert (done.stdout.strip(), done.stderr) == ("True h5py", "")
