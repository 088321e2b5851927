#!/usr/bin/env python3
"""Stock readers look on while Fiver writes: as SWMR readers, which follow, and as plain ones, which open a live file at any moment.

    follow.py --tool FIVER_INTEROP --folder FOLDER --stock h5py38|h5py314|h5py316

The writer is ended without closing in the middle, and started again. Every value that is seen must be right; a plain reader may get an
error instead, where the file has grown past the end that it opened with, and both are counted.
"""
import argparse
import importlib.util
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location("matrix_run", os.path.join(HERE, "..", "matrix", "run.py"))
matrix = importlib.util.module_from_spec(spec)
spec.loader.exec_module(matrix)

FRAMES = 150
FOLLOW = """
import sys, time
import h5py
import numpy as np
path, last = sys.argv[1], int(sys.argv[2])
with h5py.File(path, "r", swmr=True) as file:
    data, seen, end = file["data"], 0, time.monotonic() + 60
    while seen < last and time.monotonic() < end:
        data.refresh()
        now = data.shape[0]
        if now > seen:
            assert (data[seen:now] == np.arange(seen, now)[:, None]).all(), (seen, now)
            seen = now
assert seen == last, seen
"""
LOOK = """
import sys, time
import h5py
import numpy as np
path, last = sys.argv[1], int(sys.argv[2])
seen = opens = errors = 0
end = time.monotonic() + 60
while seen < last and time.monotonic() < end:
    try:
        with h5py.File(path, "r") as file:
            values = file["data"][:]
            names = [name for name in file if name != "data"]
            assert all(file[name].attrs["number"] == int(name.split()[1]) for name in names), names
    except (OSError, KeyError, RuntimeError):
        errors += 1
        continue
    now = len(values)
    assert now >= seen and (values == np.arange(now)[:, None]).all(), (seen, now)
    seen, opens = now, opens + 1
print(f"{opens} opens read right values, {errors} ended with an error")
assert seen == last and opens > errors, (seen, opens, errors)
"""


def main():
    parser = argparse.ArgumentParser()
    for name in ("tool", "folder", "stock"):
        parser.add_argument(f"--{name}", required=True)
    args = parser.parse_args()
    try:
        python = matrix.python_of(args.stock)
    except subprocess.CalledProcessError:
        print(f"skipped: no environment with {args.stock} can be made")
        return 77
    os.makedirs(args.folder, exist_ok=True)
    failed = 0
    for mode, reader in (("swmr", FOLLOW), ("live", LOOK)):
        path = os.path.join(args.folder, f"{mode}-{args.stock}.h5")
        if os.path.exists(path):
            os.remove(path)
        for run, end in ((1, "die"), (2, "close")):
            writer = subprocess.Popen([args.tool, "append", path, mode, str(FRAMES), end], stdout=subprocess.PIPE, text=True)
            if writer.stdout.readline().strip() != "ready":
                print(f"{mode}, run {run}: the writer did not start, exit {writer.wait()}")
                return 1
            done = subprocess.run([python, "-c", reader, path, str(run * FRAMES)], env=matrix.clean_environment(),
                                  capture_output=True, text=True)
            status = writer.wait()
            ok = done.returncode == 0 and status == 0
            failed += not ok
            print(f"{mode}, run {run} ({end}): {'as expected' if ok else 'WRONG'} {done.stdout.strip()}")
            if not ok:
                print(done.stderr.strip()[-2000:])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
