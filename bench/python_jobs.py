"""The jobs of the Python module: what a call costs, and frames read by many threads of Python, beside h5py."""
import pathlib
import sys

from measure import Aim, Comparison, Competitor
from python_calls import FRAMES, ROWS

JOB = 18
PROGRAM = pathlib.Path(__file__).resolve().parent / "python_calls.py"
#: Small reads, attribute reads, objects opened, lengths and names: at most half of h5py's time. The others of ROWS are measured beside them.
HALF = ["one of a line", "one of a plane", "seven of a line", "row of a plane", "one of a chunked plane", "corner of a chunked plane",
        "one of a gzip plane", "row of a gzip plane", "one of a file being written", "scalar", "text", "one text of many", "small, whole",
        "attribute, number", "attribute, text", "attribute, array", "dataset by path", "dataset by name", "group by name", "members, counted", "members, 1000, counted",
        "number of attributes", "length", "members' names", "members' names, 1000"]
OTHERS = ["shape", "dtype", "size", "members", "all attributes", "file opened, one read", "one written", "attribute written", "group made", "dataset made"]
assert not {*HALF, *OTHERS} - {*ROWS}


def comparisons(folder, build):
    def both(row):
        module = {"PYTHONPATH": str(build / "python")}
        return [Competitor(name, [sys.executable, PROGRAM, name, row, folder], module if name == "fiver" else {}) for name in ("fiver", "h5py")]

    return [*calls(both), threads_of_python(both)]


def calls(both):
    for row in HALF + OTHERS:
        yield Comparison(JOB, f"Python, {row}: {ROWS[row]}", both(row), [Aim("fiver", "h5py", 2 if row in HALF else 1)], "us",
                         note="" if row in HALF else "Here the aim is h5py's own time.")


def threads_of_python(both):
    rows = []
    for threads in (1, 2, 8):
        for one in both(f"frames by {threads} threads"):
            one.label += f" {threads}"
            rows.append(one)
    return Comparison(JOB, "Python, frames of 512 x 512 u16, gzip, by threads of Python", rows,
                     [Aim("fiver 8", "fiver 1", 1.8), Aim("fiver 8", "h5py 8", 4), Aim("h5py 8", "h5py 1", 1)], "GB/s", 512 * 512 * 2,
                     note=f"{FRAMES} frames, each read by one of the threads and a part of it added to a checksum. fiver 8 : fiver 1 is to be held "
                          "against the scaling probes; h5py 8 : h5py 1 is h5py's own figure.")
