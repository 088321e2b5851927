"""fiver in the place of h5py, in a process of its own."""
import subprocess
import sys

PROGRAM = """
import sys
import h5py
import h5py.h5d
from h5py import h5t, h5s
from h5py._hl.dataset import Dataset
from h5py._hl.files import File
assert h5py is sys.modules["fiver"] and h5py.h5d is sys.modules["fiver.h5d"]
with h5py.File(sys.argv[1], "w") as f:
    f["x"] = [1, 2, 3]
    assert isinstance(f["x"], Dataset) and isinstance(f, File) and h5t.py_create("i4").get_size() == 4
print("fine", sys.argv[1:])
"""


def test_module_runs_scripts(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(PROGRAM)
    done = subprocess.run([sys.executable, "-m", "fiver", str(script), str(tmp_path / "f.h5")], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith("fine"), done.stderr


def test_not_after_h5py():
    done = subprocess.run([sys.executable, "-c", "import h5py; from fiver.as_h5py import install; install()"], capture_output=True, text=True)
    assert done.returncode != 0 and "already" in done.stderr


def test_hdf5plugin_is_content(tmp_path):
    program = "from fiver.as_h5py import install; install(); import hdf5plugin; print(hdf5plugin.get_config().registered_filters)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
