#!/usr/bin/env python3
"""Groups with hundreds of links and attributes, changed in turn by Fiver, many small commits at a time, and by stock HDF5.

    wide.py --tool FIVER_INTEROP --folder FOLDER --stock stock110|h5py38|h5py314|h5py316

Fiver extends its heaps of links and attributes in place, without a list of their free space: stock must read them, add to them and remove
from them, and Fiver go on with what stock leaves.
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

ROUNDS = 10
CHANGE = """
import random, sys
import h5py
import numpy as np
path, turn, act = sys.argv[1], int(sys.argv[2]), sys.argv[3]
GROUPS = ("/wide", "/ordered")

def values_of(name):
    return 100 * len(name) + np.arange(len(name) ** 2 % 67 + 1, dtype="i4")

def show(file):
    for path in GROUPS:
        group = file[path]
        for name in sorted(group):
            assert group.get(name, getlink=True).path == "/to/" + name, name
            assert name in group or name in list(group.keys())
            print(path, "link", name)
        for name in sorted(group.attrs):
            assert (group.attrs[name] == values_of(name)).all(), name
            print(path, "attribute", name)

with h5py.File(path, "r") as file:
    show(file)
print("then")
if act == "look":
    sys.exit()
random.seed(turn)
with h5py.File(path, "r+", libver="latest") as file:
    for path_of in GROUPS:
        group = file[path_of]
        for i in range({"one": 1, "some": 20, "many": 400, "none": 0}[act]):
            name = f"s{turn}.{i}" + "y" * (random.randrange(60) if random.random() > 0.05 else random.randrange(1000))
            group[name] = h5py.SoftLink("/to/" + name)
            group.attrs[name] = values_of(name)
        links, attributes = sorted(group), sorted(group.attrs)
        for name in random.sample(links, min(len(links) - 20, 15 if act != "none" else len(links) * 9 // 10)):
            del group[name]
        for name in random.sample(attributes, min(len(attributes) - 20, 15 if act != "none" else len(attributes) * 9 // 10)):
            del group.attrs[name]
        name = sorted(group)[3]
        del group[name]
        group["r" + name] = h5py.SoftLink("/to/r" + name)
with h5py.File(path, "r") as file:
    show(file)
"""


def parts(done, who):
    if done.returncode != 0 or "then\n" not in done.stdout:
        raise RuntimeError(f"{who}: exit {done.returncode}\n{done.stderr.strip()[-2000:]}")
    before, after = done.stdout.split("then\n")
    return sorted(before.splitlines()), sorted(after.splitlines())


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
    path = os.path.join(args.folder, f"wide-{args.stock}.h5")
    if os.path.exists(path):
        os.remove(path)
    known = None
    for turn in range(ROUNDS):
        act = ("look", "one", "some", "many", "none")[turn % 5]
        for who, words in (("Fiver", [args.tool, "wide", path, str(turn), str((12, 1, 30)[turn % 3])]),
                           (args.stock, [python, "-c", CHANGE, path, str(turn), act])):
            done = subprocess.run(words, env=matrix.clean_environment(), capture_output=True, text=True)
            before, after = parts(done, f"round {turn}, {who}, {act}")
            if known is not None and before != known:
                wrong = set(before) ^ set(known)
                raise RuntimeError(f"round {turn}: {who} finds others than were left: {sorted(wrong)[:5]}")
            if who == "Fiver" or act != "look":
                known = after
    print(f"{ROUNDS} rounds with {args.stock}: {len(known)} links and attributes as they should be, {os.path.getsize(path)} bytes")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RuntimeError as error:
        print(error)
        sys.exit(1)
