"""Packages over h5py, as their users use them: each program runs with real h5py and with fiver in its place. What it prints is the same, and real
h5py finds the same in the files that it made. In an environment of their own (scripts/requirements/packages.txt), made with FIVER_SOAK."""
import os
import re
import subprocess
import sys
import textwrap

import numpy as np
import pytest

if not os.environ.get("FIVER_PACKAGES"):
    pytest.skip("run by `run.sh packages` with FIVER_SOAK", allow_module_level=True)
h5py = pytest.importorskip("h5py")
pytest.importorskip("hdf5plugin")

# What says when, by whom or under which random number something was made.
_VOLATILE = {"file_name", "file_time", "date", "_NCProperties", "creation-date", "object_id", "HDF5_Version", "h5py_version", "id", "file_create_date",
             "original_filename", "generated-by", "start_time", "end_time", "file_update_time", "creator_version"}


def _value(v):
    if isinstance(v, h5py.Reference):
        return "reference" if v else "null"
    if isinstance(v, np.ndarray) and v.dtype.hasobject:
        return v.shape, [_value(x) for x in (np.asarray(r, object).tolist() if v.dtype.names else r for r in v.ravel().tolist())]
    if isinstance(v, (np.ndarray, np.generic)):
        return v.dtype.str, v.shape, v.tobytes()
    return repr(v)


def _type(t):
    said = [type(t).__name__, t.get_size(), t.committed()]
    if isinstance(t, h5py.h5t.TypeStringID):
        said += [t.get_cset(), t.is_variable_str()]
    if isinstance(t, h5py.h5t.TypeCompositeID):
        said += [t.get_member_name(i) for i in range(t.get_nmembers())]
    return said


def _facts(path):
    """What a file has, by path."""
    found = {}

    def look(where, obj):
        found[where] = [type(obj).__name__]
        for name in obj.attrs:
            stored = obj.attrs.get_id(name)
            found[where + "@" + name] = None if name in _VOLATILE else (_type(stored.get_type()), stored.shape, _value(obj.attrs[name]))
        if isinstance(obj, h5py.Group):
            for name in obj:
                link = obj.get(name, getlink=True)
                below = where + "/" + name
                if isinstance(link, h5py.HardLink):
                    look(below, obj[name])
                else:
                    found[below] = [type(link).__name__, link.path, getattr(link, "filename", None)]
        elif isinstance(obj, h5py.Dataset):
            filters = obj.id.get_create_plist()
            found[where] += [_type(obj.id.get_type()), obj.shape, obj.maxshape, obj.chunks is not None, obj.is_virtual,
                             [filters.get_filter(i)[0] for i in range(filters.get_nfilters())]]
            if where.rsplit("/")[-1] not in _VOLATILE:
                found[where].append(_value(obj[()]))

    with h5py.File(path) as f:
        look("", f)
    return found


def _run(program, folder, first):
    folder.mkdir()
    paths = os.pathsep.join(os.path.abspath(path) for path in os.environ["PYTHONPATH"].split(os.pathsep))
    env = dict(os.environ, HOME=str(folder), NX_LOCKDIRECTORY="", PYTHONDONTWRITEBYTECODE="1", PYTHONPATH=paths)
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", first + textwrap.dedent(program)], capture_output=True, text=True, cwd=folder,
                          timeout=300, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    return re.sub(r"0x[0-9a-f]{6,}|20\d\d-\d\d-\d\dT[0-9:.]+|at \d{9,}", "X", done.stdout).replace(str(folder), "")


def _check(program, tmp_path, *packages):
    for package in packages:
        pytest.importorskip(package)
    said = {name: _run(program, tmp_path / name, first) for name, first in
            (("h5py", ""), ("fiver", "from fiver.as_h5py import install; install()\nimport h5py; assert h5py.__fiver_version__\n"))}
    assert said["fiver"] == said["h5py"]
    made = sorted(p.relative_to(tmp_path / "h5py") for p in (tmp_path / "h5py").rglob("*") if p.is_file() and h5py.is_hdf5(p))
    assert made and said["h5py"]
    for name in made:
        expected, found = _facts(tmp_path / "h5py" / name), _facts(tmp_path / "fiver" / name)
        assert {k: (found.get(k), v) for k, v in expected.items() if found.get(k) != v} == {} and expected.keys() == found.keys(), name


def test_h5netcdf(tmp_path):
    _check("""
        import h5netcdf, h5netcdf.legacyapi as legacy, numpy as np
        with h5netcdf.File("a.nc", "w") as f:
            f.dimensions = {"x": 5, "t": None}
            f.create_variable("hello", ("x",), data=np.ones(5)).attrs["units"] = "m"
            f.create_variable("u", ("t", "x"), "i2", chunks=(2, 5), compression="gzip", shuffle=True, fillvalue=-1)
            f.resize_dimension("t", 3)
            f["u"][:] = np.arange(15).reshape(3, 5)
            kind = f.create_enumtype(np.uint8, "cloud", {"clear": 0, "rain": 3})
            f.create_variable("sky", ("x",), dtype=kind, fillvalue=0)[:] = [0, 3, 0, 3, 0]
            g = f.create_group("below")
            g.dimensions["y"] = 10
            g.create_variable("data", ("y",), data=np.arange(10))
            f.attrs["names"] = ["a", "bb"]
        with h5netcdf.File("a.nc", "a") as f:
            f["hello"][1:3] = 7
            f.resize_dimension("t", 5)
            del f["hello"].attrs["units"]
        with h5netcdf.File("a.nc") as f:
            for name, v in f.variables.items():
                print(name, v.dimensions, v.shape, v.dtype, dict(v.attrs), v[...].tolist())
            print(f, dict(f.attrs), f.dimensions, f["below/data"][2:4], f.enumtypes)
        with legacy.Dataset("b.nc", "w", format="NETCDF4_CLASSIC") as d:
            d.createDimension("x", 4), d.createDimension("t", None)
            d.createVariable("v", "f4", ("t", "x"), zlib=True, fill_value=-9.0)[0:2] = 1.5
        import netCDF4
        for name in "a.nc", "b.nc":
            with netCDF4.Dataset(name) as d:
                print({k: v[:].tolist() for k, v in d.variables.items()}, d.data_model)
        """, tmp_path, "h5netcdf", "netCDF4")


def test_xarray_and_dask(tmp_path):
    _check("""
        import dask, dask.array as da, h5py, numpy as np, pandas as pd, xarray as xr
        ds = xr.Dataset({"a": (("t", "y", "x"), np.arange(60.0).reshape(3, 4, 5)), "b": ("x", list("pqrst")), "flag": ("x", np.arange(5) > 2),
                         "c": ("x", np.arange(5) * 2j), "when": ("x", pd.date_range("2020", periods=5))}, coords={"x": np.arange(5) / 2},
                        attrs={"title": "t", "list": ["x", "y"]})
        ds.to_netcdf("a.nc", engine="h5netcdf", invalid_netcdf=True, unlimited_dims=["t"], encoding={
            "a": {"zlib": True, "shuffle": True, "chunksizes": (1, 4, 5), "dtype": "i2", "scale_factor": 0.5, "_FillValue": -99}})
        xr.Dataset({"z": ("q", np.arange(3))}).to_netcdf("a.nc", mode="a", group="sub/g", engine="h5netcdf")
        with xr.open_dataset("a.nc", engine="h5netcdf") as r:
            print(r, r.load().equals(ds), r.a[1, ::2, [0, 3]].values, r.sel(x=1.0).a.values)
        for i in range(3):
            xr.Dataset({"v": (("t", "x"), np.full((2, 4), i))}, coords={"t": [2 * i, 2 * i + 1]}).to_netcdf("m%d.nc" % i, engine="h5netcdf")
        with xr.open_mfdataset("m*.nc", engine="h5netcdf", parallel=True, chunks={"t": 1}) as many:
            print(many.v.mean().compute().item())
            many.to_netcdf("out.nc", engine="h5netcdf")
        print(xr.load_dataset("out.nc", engine="netcdf4").equals(xr.load_dataset("out.nc", engine="h5netcdf")))
        x = da.ones((100, 200), chunks=(25, 50)) * da.arange(200, chunks=50)
        da.to_hdf5("d.h5", {"/x": x, "/g/y": x.sum(axis=0)}, compression="gzip", shuffle=True)
        with h5py.File("d.h5", "r+") as f, dask.config.set(scheduler="threads", num_workers=4):
            y = da.from_array(f["x"], chunks=f["x"].chunks)
            print(y.sum().compute(), y[::3, 5].mean().compute(), y.map_blocks(lambda b: b * 2).std().compute())
            da.store(y + 1, f.create_dataset("z", (100, 200), chunks=(25, 50)), lock=False)
            print(f["z"][3, 7])
        """, tmp_path, "xarray", "h5netcdf", "dask")


def test_anndata(tmp_path):
    _check("""
        import anndata as ad, h5py, hdf5plugin, numpy as np, pandas as pd, scipy.sparse as sp
        from anndata.io import read_elem, sparse_dataset, write_elem
        x = sp.random(50, 30, 0.2, "csr", random_state=0, dtype="f4")
        a = ad.AnnData(x, obs=pd.DataFrame({"type": pd.Categorical(list("ABCAB") * 10), "n": np.arange(50), "s": ["s%d" % i for i in range(50)],
                       "ni": pd.array([1, None] * 25, dtype="Int64"), "nb": pd.array([True, None] * 25, dtype="boolean")},
                       index=["c%d" % i for i in range(50)]), var=pd.DataFrame({"g": np.arange(30.0)}, index=["g%d" % i for i in range(30)]))
        a.layers["csc"], a.layers["dense"] = x.tocsc(), x.toarray()
        a.obsm["df"] = pd.DataFrame({"p": np.arange(50), "q": ["x"] * 50}, index=a.obs_names)
        a.obsp["near"] = sp.random(50, 50, 0.05, "csr", random_state=1)
        a.uns = {"k": {"list": np.array(["a", "b"]), "n": 3, "s": "text", "none": None, "nothing": np.zeros(0), "flag": True,
                       "rec": np.rec.fromarrays([np.arange(3), np.array(list("xyz"))], names="i,s")}}
        a.write_h5ad("a.h5ad"), a.write_h5ad("gz.h5ad", compression="gzip")
        a.write_h5ad("zs.h5ad", compression=hdf5plugin.FILTERS["zstd"], compression_opts=hdf5plugin.Zstd(clevel=5).filter_options)
        for name in "a", "gz", "zs":
            b = ad.read_h5ad(name + ".h5ad")
            print(b, b.obs.dtypes.to_dict(), b.obs.head(3), b.uns, b.X.sum(), b.obsm["df"].head(2), (b.X != x).nnz)
        r = ad.read_h5ad("a.h5ad", backed="r")
        print(r.isbacked, r[5:10, 3:6].X.toarray(), r[r.obs.type == "A"].to_memory().shape, [c.sum() for c, _s, _e in r.chunked_X(20)])
        r.file.close()
        w = ad.read_h5ad("a.h5ad", backed="r+")
        w.obs["new"] = np.arange(50)
        w.write(), w.file.close()
        with h5py.File("e.h5", "w") as f:
            write_elem(f, "x", x), write_elem(f, "obs", a.obs), write_elem(f, "d", {"a": 1, "b": {"c": "x"}})
            sparse_dataset(f["x"]).append(x)
            print(sparse_dataset(f["x"])[48:52].toarray().sum(), read_elem(f["obs"]).shape, read_elem(f["d"]))
        """, tmp_path, "anndata")


def test_pytables(tmp_path):
    _check("""
        import subprocess, sys
        subprocess.run([sys.executable, "-W", "ignore", "-c", '''
        import numpy as np, pandas as pd, tables as tb
        class Row(tb.IsDescription):
            name, i, x, b = tb.StringCol(8), tb.Int32Col(), tb.Float64Col(shape=(2,)), tb.BoolCol()
            c, e = tb.ComplexCol(16), tb.EnumCol(tb.Enum(["r", "g"]), "r", base="uint8")
            class n(tb.IsDescription):
                u, v = tb.UInt8Col(), tb.Float32Col()
        with tb.open_file("t.h5", "w", title="T") as f:
            t = f.create_table("/g", "tab", Row, filters=tb.Filters(5, "zlib"), createparents=True)
            for i in range(20):
                t.row["name"], t.row["i"], t.row["x"], t.row["n/u"] = "n%d" % i, i, [i, 2 * i], i
                t.row.append()
            t.flush(), t.cols.i.create_index()
            f.create_earray("/", "e", tb.Float32Atom(), (0, 3), filters=tb.Filters(5, "blosc")).append(np.arange(12).reshape(4, 3))
            for codec in "bzip2", "blosc:lz4", "blosc2:zstd":
                f.create_carray("/", "c_" + codec[-4:], obj=np.arange(2000.0).reshape(20, 100), filters=tb.Filters(5, codec))
            v = f.create_vlarray("/", "v", tb.Int32Atom())
            v.append([1, 2]), v.append([3])
            f.create_array("/", "big", np.arange(3, dtype=">i2")), f.create_array("/", "z", np.arange(3) * 1j)
            f.root._v_attrs.x, f.root._v_attrs.d = np.arange(3), {"k": 1}
            f.create_soft_link("/", "soft", "/g/tab")
        pd.DataFrame({"a": range(5), "b": list("abcde"), "c": pd.date_range("2020", periods=5)}).to_hdf("p.h5", key="t", format="table", complib="blosc")
        pd.DataFrame({"a": range(5), "b": list("abcde")}).to_hdf("p.h5", key="f", format="fixed")
        '''], check=True)
        import h5py, hdf5plugin, numpy as np
        def show(name, obj):
            print(name, dict(obj.attrs), *((obj.shape, obj.dtype, obj.chunks, obj[()]) if isinstance(obj, h5py.Dataset) else ()))
        for name in "t.h5", "p.h5":
            with h5py.File(name) as f:
                f.visititems(show)
        with h5py.File("t.h5", "r+") as f:
            t = f["g/tab"]
            row = t[3]
            row["i"] = 77
            t[3] = row
            t.resize((22,))
            t[20:] = t[:2]
            t.attrs["NROWS"] = np.int64(22)
            f["e"].resize(6, axis=0)
            f["e"][4:] = 9
            f["v"].resize((3,))
            f["v"][2] = np.array([7, 8, 9], "i4")
            f.move("big", "g/big"), f.copy("z", "g/z2")
            del f["soft"]
        subprocess.run([sys.executable, "-c", '''if 1:
            import tables as tb, pandas as pd
            with tb.open_file("t.h5") as f:
                t = f.root.g.tab
                assert t[3]["i"] == 77 and t.nrows == 22 and f.root.v[2].tolist() == [7, 8, 9] and f.root.e[5].tolist() == [9] * 3, t
                assert f.root.g.big[:].tolist() == [0, 1, 2] and f.root._v_attrs.d == {"k": 1}
            assert pd.read_hdf("p.h5", "t").shape == (5, 3)'''], check=True)
        """, tmp_path, "tables", "pandas")


def test_nexusformat(tmp_path):
    _check("""
        from nexusformat.nexus import *
        import numpy as np
        z = NXfield(np.arange(231.0).reshape(11, 21), name="z")
        root = NXroot(NXentry(NXdata(z, (NXfield(np.arange(11.0), name="y"), NXfield(np.linspace(0, 6, 21), name="x", units="deg"))), name="entry"))
        root["entry/sample"] = NXsample(name="S", temperature=NXfield(40.0, units="K"))
        root["entry/detector"] = NXdetector(NXfield(np.zeros((4, 5), "u2"), name="counts", compression="gzip", chunks=(2, 5), maxshape=(None, 5)))
        root["entry/link"], root["entry/names"] = NXlink("/entry/data/z"), NXfield(["a", "bb", "c"])
        root.save("a.nxs", "w")
        r = nxload("a.nxs", "rw")
        with r.nxfile:
            r["entry/sample/temperature"] = 50.0
            r["entry/data/z"][0, 0] = 99
            r["entry/detector/counts"].resize((6, 5))
            r["entry/detector/counts"][5] = 7
            r["entry"].attrs["foo"] = "bar"
        r = nxload("a.nxs")
        print(r.entry.data.nxsignal, r["entry/data"].sum(), r.entry.data[2:5, 3.0:4.0], r.entry.data.z[2, 3:6], r["entry/names"].nxdata)
        print(r["entry/link"][1, 2], r["entry/detector/counts"].nxdata.tolist(), r.entry.sample.tree)
        large = NXroot(NXentry(NXdata(NXfield(shape=(10, 100, 100), dtype="f4", name="v", chunks=(1, 100, 100), compression="lzf"))))
        large.save("big.nxs", "w")
        with nxload("big.nxs", "rw") as large:
            for i in range(10):
                large.entry.data.v[i] = np.full((100, 100), i, "f4")
        e = NXroot(NXentry())
        e["entry/outside"] = NXlink("/entry/data/z", file="a.nxs")
        e.save("e.nxs", "w")
        v = NXroot(NXentry())
        v["entry/v"] = NXvirtualfield(nxload("a.nxs")["entry/data/z"], files=["a.nxs", "a.nxs"])
        v.save("v.nxs", "w")
        print(nxload("big.nxs").entry.data.v[3:5].sum(), nxload("e.nxs")["entry/outside"][1, 2], nxload("v.nxs")["entry/v"][1, 2, 3])
        """, tmp_path, "nexusformat")


def test_silx(tmp_path):
    _check("""
        import h5py, numpy as np, silx.io, silx.io.convert, silx.io.nxdata as nx, silx.io.utils as utils
        from silx.io.dictdump import dicttoh5, dicttonx, h5todict, nxtodict
        from silx.io import h5py_utils
        open("s.dat", "w").write("#F s.dat\\n#D Thu Feb 11 09:55:20 2016\\n\\n#S 1 ascan x 0 2 2 1\\n#N 2\\n#L x  det\\n0 5\\n1 6\\n2 7\\n")
        silx.io.convert.write_to_h5("s.dat", "s.h5", mode="w", create_dataset_args={"compression": "gzip"})
        for name in "s.dat", "s.h5":
            with silx.io.open(name) as f:
                print(silx.io.is_file(f), list(f), utils.get_h5_class(f))
                f.visititems(lambda n, o: print(n, utils.get_h5_class(o), sorted(o.attrs), o[()] if silx.io.is_dataset(o) else ""))
        d = {"city": {"name": "Bern", "n": 10, "arr": np.arange(6).reshape(2, 3), "flag": True, "strs": ["a", "é"]}, ("city", "unit"): "km", "f": 2.5}
        dicttoh5(d, "d.h5", h5path="/a/b", mode="w"), dicttoh5({"city": {"n": 11, "x": 1}}, "d.h5", h5path="/a/b", mode="a", update_mode="modify")
        print(h5todict("d.h5", "/a/b"), h5todict("d.h5", include_attributes=True))
        dicttonx({"@NX_class": "NXroot", "e": {"@NX_class": "NXentry", "y": np.arange(5.0), "y@units": "m", ">soft": "/e/y"}}, "n.h5", mode="w")
        print(nxtodict("n.h5"))
        nx.save_NXdata("nx.h5", np.arange(12.0).reshape(3, 4), axes=[np.arange(3), np.arange(4)], axes_names=["y", "x"], signal_name="img",
                       nxentry_name="e", nxdata_name="d", signal_errors=np.ones((3, 4)))
        with h5py.File("nx.h5") as f:
            data = nx.get_default(f)
            print(data.is_valid, data.is_image, data.axes_names, data.signal[()], data.errors[()])
        print(utils.get_data("silx:nx.h5?path=/e/d/img&slice=1"), h5py_utils.top_level_names("s.h5"))
        with h5py_utils.File("w.h5", "w") as f:
            f["x"] = 1
        with h5py_utils.open_item("w.h5", "/x") as item:
            print(item[()])
        @h5py_utils.retry(retry_timeout=0.3, retry_period=0.1)
        def read():
            with h5py.File("w.h5") as f:
                return f["nowhere"][()]
        try:
            read()
        except Exception as error:
            print(type(error).__name__)
        """, tmp_path, "silx")


def test_hdmf_and_pynwb(tmp_path):
    _check("""
        import datetime as dt, numpy as np, scipy.sparse as sp
        from hdmf.backends.hdf5 import HDF5IO, H5DataIO
        from hdmf.common import CSRMatrix, DynamicTable, VectorData, get_manager
        from hdmf.data_utils import DataChunkIterator
        from pynwb import NWBFile, NWBHDF5IO, TimeSeries, validate
        from pynwb.ecephys import ElectricalSeries
        t = DynamicTable(name="tab", description="d", columns=[VectorData(name="s", description="y", data=["a", "é", "cc"]), VectorData(
            name="z", description="z", data=H5DataIO(np.arange(12.0).reshape(3, 4), compression="gzip", chunks=(1, 4), maxshape=(None, 4)))])
        t.add_column(name="ragged", description="r", data=[1, 2, 3, 4], index=[1, 3, 4])
        rows = DataChunkIterator(data=(np.arange(5) for _ in range(3)), maxshape=(3, 5), dtype=np.dtype("i8"), buffer_size=2)
        t.add_column(name="it", description="i", data=H5DataIO(rows, chunks=True, compression="gzip"))
        with HDF5IO("t.h5", manager=get_manager(), mode="w") as io:
            io.write(t)
        with HDF5IO("t.h5", manager=get_manager(), mode="r") as io:
            print(io.read().to_dataframe())
        with HDF5IO("m.h5", manager=get_manager(), mode="w") as io:
            io.write(CSRMatrix(sp.random(10, 10, 0.3, "csr", random_state=2), name="m"))
        when = dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc)
        n = NWBFile("desc", "id1", when, experimenter=["A", "B"], file_create_date=when)
        group = n.create_electrode_group("g", "d", "loc", n.create_device("dev"))
        for i in range(4):
            n.add_electrode(x=float(i), y=0.0, z=0.0, imp=1.0, location="l", filtering="f", group=group)
        n.add_acquisition(ElectricalSeries("es", H5DataIO(np.arange(20.0).reshape(10, 2), compression="gzip", chunks=(5, 2), maxshape=(None, 2)),
                                           n.create_electrode_table_region([0, 2], "two"), rate=10.0))
        n.add_trial(start_time=0.0, stop_time=1.0), n.add_unit(spike_times=[0.1, 0.2]), n.add_unit(spike_times=[0.3])
        with NWBHDF5IO("a.nwb", "w") as io:
            io.write(n)
        with NWBHDF5IO("a.nwb", "a") as io:
            r = io.read()
            r.add_acquisition(TimeSeries(name="added", data=np.arange(3), unit="s", rate=1.0))
            r.acquisition["es"].data.resize((12, 2))
            r.acquisition["es"].data[10:] = 5
            io.write(r)
        with NWBHDF5IO("a.nwb", "r") as io, NWBHDF5IO("c.nwb", "w") as out:
            r = io.read()
            print(r.acquisition["es"].data[:].tolist(), r.units["spike_times"][0], r.electrodes.to_dataframe()[["x", "location"]])
            print(r.acquisition["es"].electrodes.to_dataframe()["x"], r.session_start_time)
            out.export(src_io=io, nwbfile=r)
        print(validate(path="c.nwb"))
        """, tmp_path, "hdmf", "pynwb")


def test_h5glance_and_h5grove(tmp_path):
    _check("""
        import os; os.environ["H5GLANCE_COLORS"] = "0"
        import h5glance.terminal, h5grove, h5py, numpy as np
        from h5grove.content import DatasetContent, get_content_from_file, get_list_of_paths
        with h5py.File("a.h5", "w") as f:
            f["g/d"] = np.arange(12.0).reshape(3, 4)
            f["g/d"].attrs["u"] = "m"
            f.create_dataset("c", data=np.arange(1000), chunks=(100,), compression="gzip", maxshape=(None,))
            f["s"], f["soft"], f["ext"] = ["a", "é"], h5py.SoftLink("/g/d"), h5py.ExternalLink("x.h5", "/y")
            f["comp"], f["e"], f["b"], f["h"] = np.zeros(3, [("a", "i4"), ("b", "S4")]), h5py.Empty("f4"), [True, False], np.array([1.5], "f2")
            f.create_dataset("en", data=[0, 1], dtype=h5py.enum_dtype({"a": 0, "b": 1}))
            f["ref"], f["z"], f["hard"] = f["c"].ref, np.arange(3) * 1j, f["c"]
        for path in None, "g", "g/d", "c", "s", "comp", "en", "e", "b", "ref", "h":
            with h5py.File("a.h5") as f:
                h5glance.terminal.display_h5_obj(f, path)
        for path in "/", "/g/d", "/s", "/comp", "/z", "/b", "/e", "/ref", "/soft", "/ext", "/en", "/c", "/h":
            with get_content_from_file("a.h5", path, lambda code, text: RuntimeError(text), "only_valid") as c:
                print(path, h5grove.encode(c.metadata(), "json").content)
                if isinstance(c, DatasetContent):
                    print(c.attributes(), c.data())
        with get_list_of_paths("a.h5", "/", lambda code, text: RuntimeError(text)) as c:
            print(list(c))
        """, tmp_path, "h5glance", "h5grove")


def test_cooler(tmp_path):
    _check("""
        import cooler, numpy as np, pandas as pd
        bins = cooler.binnify(pd.Series({"chr1": 10000, "chr2": 6000}), 1000)
        rng = np.random.default_rng(0)
        i, j = np.triu_indices(len(bins))
        k = rng.random(len(i)) < 0.6
        pixels = pd.DataFrame({"bin1_id": i[k], "bin2_id": j[k], "count": rng.integers(1, 20, k.sum())})
        cooler.create_cooler("a.cool", bins, pixels, assembly="hg19", metadata={"a": 1}, ordered=True)
        cooler.create_cooler("u.cool", bins, (pixels[s::3] for s in range(3)), ordered=False)
        c = cooler.Cooler("a.cool")
        print(c.info["nnz"], c.chromnames, c.matrix(balance=False).fetch("chr1")[:3, :3], c.pixels()[:5], c.bins().fetch("chr2")[:3])
        cooler.balance_cooler(c, store=True, min_nnz=0, mad_max=0, max_iters=50)
        print(cooler.Cooler("a.cool").matrix(balance=True)[:3, :3])
        cooler.coarsen_cooler("a.cool", "b.cool", 2, chunksize=100), cooler.zoomify_cooler("a.cool", "z.mcool", [1000, 2000], chunksize=100)
        print(cooler.fileops.list_coolers("z.mcool"), cooler.Cooler("z.mcool::resolutions/2000").info["nnz"])
        cooler.merge_coolers("m.cool", ["a.cool", "u.cool"], mergebuf=100)
        cooler.fileops.cp("a.cool", "m.cool::/x"), cooler.fileops.mv("m.cool::/x", "m.cool::/y")
        cooler.rename_chroms(c, {"chr1": "one"})
        cooler.create_scool("s.scool", bins, {"c1": pixels, "c2": pixels})
        print(cooler.Cooler("m.cool").info["sum"], cooler.Cooler("a.cool").chromnames, cooler.Cooler("s.scool::/cells/c1").info["nnz"])
        """, tmp_path, "cooler")


def test_kerchunk(tmp_path):
    """Offsets of chunks are each writer's own: what the references lead to is compared."""
    _check("""
        import fsspec, h5py, hdf5plugin, numpy as np, zarr
        from kerchunk.hdf import SingleHdf5ToZarr
        with h5py.File("a.h5", "w") as f:
            f.create_dataset("g/gz", data=np.arange(1000.0).reshape(10, 100), chunks=(2, 100), compression="gzip", shuffle=True)
            f.create_dataset("zs", data=np.arange(100), chunks=(50,), **hdf5plugin.Zstd(clevel=3))
            f["plain"] = np.arange(10)
            f["plain"].attrs["units"] = "m"
            f.create_dataset("fill", (4,), "f4", chunks=(2,), fillvalue=5.0)
        with fsspec.open("a.h5") as stream:
            refs = SingleHdf5ToZarr(stream, "a.h5", inline_threshold=0).translate()
        print(sorted((k, v if isinstance(v, str) else len(v)) for k, v in refs["refs"].items()))
        group = zarr.open_group(zarr.storage.FsspecStore(fsspec.filesystem("reference", fo=refs, asynchronous=True), path=""), mode="r", zarr_format=2)
        print(group["g/gz"][3, :4], group["plain"][:], group["zs"][48:52], group["fill"][:], group["plain"].attrs["units"])
        """, tmp_path, "kerchunk", "zarr")


def test_eiger(tmp_path):
    _check("""
        import fabio, h5py, hdf5plugin, numpy as np, nxmx
        stack = np.random.default_rng(3).poisson(2, (10, 64, 80)).astype("u4")
        for k in range(2):
            with h5py.File("x_data_%06d.h5" % (k + 1), "w", libver="latest") as f:
                f.create_dataset("entry/data/data", data=stack[5 * k:5 * k + 5], chunks=(1, 64, 80), maxshape=(None, 64, 80), **hdf5plugin.Bitshuffle())
        def made(parent, name, nx_class):
            parent.create_group(name).attrs["NX_class"] = nx_class
            return parent[name]
        with h5py.File("x_master.h5", "w", libver="latest") as f:
            entry = made(f, "entry", "NXentry")
            entry["definition"], entry["start_time"] = "NXmx", "2020-01-01T00:00:00Z"
            data, instrument, sample = made(entry, "data", "NXdata"), made(entry, "instrument", "NXinstrument"), made(entry, "sample", "NXsample")
            layout = h5py.VirtualLayout((10, 64, 80), "u4")
            for k in range(2):
                data["data_%06d" % (k + 1)] = h5py.ExternalLink("x_data_%06d.h5" % (k + 1), "/entry/data/data")
                layout[5 * k:5 * k + 5] = h5py.VirtualSource("x_data_%06d.h5" % (k + 1), "/entry/data/data", (5, 64, 80))
            data.create_virtual_dataset("data", layout, fillvalue=0)
            made(instrument, "beam", "NXbeam")["incident_wavelength"] = 0.97
            instrument["beam/incident_wavelength"].attrs["units"] = "angstrom"
            made(instrument, "detector", "NXdetector")["description"] = "Eiger"
            sample["name"], sample["depends_on"] = "lys", "/entry/sample/transformations/omega"
            made(sample, "transformations", "NXtransformations")["omega"] = np.arange(10) / 10
            sample["transformations/omega"].attrs.update(transformation_type="rotation", units="deg", vector=[-1.0, 0, 0], depends_on=".")
        image = fabio.open("x_master.h5::/entry/data/data")
        print(image.nframes, image.data.sum(), fabio.open("x_data_000001.h5").nframes, stack[0].sum())
        image = fabio.open("x_master.h5")
        print(type(image).__name__, image.nframes, [int(image.getframe(i).data.sum()) for i in range(image.nframes)])
        with h5py.File("x_master.h5") as f:
            entry = nxmx.NXmx(f).entries[0]
            print(entry.definition, entry.instruments[0].beams[0].incident_wavelength, entry.instruments[0].detectors[0].description)
            print(nxmx.get_cumulative_transformation(nxmx.get_dependency_chain(entry.samples[0].depends_on))[3], f["entry/data/data"][7].sum())
        """, tmp_path, "fabio", "nxmx")


def test_astropy_emcee_hickle_and_matlab(tmp_path):
    _check("""
        import astropy.units as u, emcee, h5pickle, hdf5storage, hickle, mat73, numpy as np, pickle
        from astropy.table import QTable, Table
        t = Table({"a": np.arange(5), "s": ["x", "yy", "é", "w", "v"], "f": np.arange(5.0) * u.m, "b": [True] * 5})
        t.meta["k"] = {"v": 1}
        t.write("t.h5", path="g/t", serialize_meta=True), t.write("t.h5", path="g/u", append=True, serialize_meta=True, compression=True)
        print(QTable.read("t.h5", path="g/t"), Table.read("t.h5", path="g/u").meta)
        back = emcee.backends.HDFBackend("e.h5")
        back.reset(8, 2)
        np.random.seed(1)
        sampler = emcee.EnsembleSampler(8, 2, lambda x: -0.5 * (x ** 2).sum(), backend=back)
        sampler.run_mcmc(np.random.randn(8, 2), 20)
        print(back.get_chain().sum().round(6), emcee.backends.HDFBackend("e.h5", read_only=True).get_log_prob().shape)
        hickle.dump({"a": np.arange(5), "b": [1, "x", None, 2.5, (1, 2)], "c": {"d": b"y", "e": 1 + 2j}}, "h.h5", compression="gzip")
        print(hickle.load("h.h5"))
        hdf5storage.savemat("m.mat", {"x": np.arange(6.0).reshape(2, 3), "s": "text", "c": np.array([1, "a"], object), "b": np.array([True])}, format="7.3")
        loaded, again = hdf5storage.loadmat("m.mat"), mat73.loadmat("m.mat")
        print({k: loaded[k] for k in "xscb"}, {k: again[k] for k in "xscb"})
        f = pickle.loads(pickle.dumps(h5pickle.File("t.h5", "r")))
        print(list(f), pickle.loads(pickle.dumps(f["g/t"]))[:2]["a"])
        """, tmp_path, "astropy", "emcee", "hickle", "hdf5storage", "mat73", "h5pickle")
