#!/usr/bin/env python3
"""The generated matrix: one writer's libhdf5 makes the files, an oracle over the same library digests them, `h5 digest` must agree.

    run.py --h5 H5 --writer stock110|h5py38|h5py314|h5py316 --folder FOLDER [--only GLOB] [--keep]

stock110 is the distribution's python3-h5py (HDF5 1.10); the others are environments of scripts/requirements. The oracle and the rule of
comparison are those of the corpus's ../conformance (found as tests/corpus/run_corpus.py finds it); without them the test is skipped, 77.
known.tsv beside this file names differences that stand, a line each: WRITER/FILE (a glob), tab, reason. An entry that
matches files of this run of which none differs is a failure, so that the list stays true.
"""
import argparse
import concurrent.futures
import fnmatch
import importlib.util
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.join(HERE, "..", "..")
SKIPPED = 77
SECONDS = 60


def find_conformance():
    corpus = os.environ.get("FIVER_CORPUS", os.path.join(SOURCE, "..", "shared", "corpus"))
    folder = os.path.abspath(os.path.join(corpus, "..", "conformance"))
    return folder if os.path.exists(os.path.join(folder, "h5digest.py")) and os.path.exists(os.path.join(folder, "run.py")) else None


def load_difference(folder):
    """The comparison of the corpus's runner, so that both judge alike."""
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("conformance_run", os.path.join(folder, "run.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.difference


def python_of(writer):
    """The writer's interpreter, or None where the distribution's h5py is not installed."""
    if writer == "stock110":
        python = "/usr/bin/python3"
        there = subprocess.run([python, "-c", "import h5py"], env=clean_environment(), capture_output=True).returncode == 0
        return python if there else None
    made = subprocess.run([os.path.join(SOURCE, "scripts", "python-env.sh"), writer], stdout=subprocess.PIPE, check=True, text=True)
    return made.stdout.strip().splitlines()[-1]


def clean_environment():
    """Without what would change what libhdf5 does: plugin paths, prefixes, another Python's packages."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("HDF5_", "PYTHON"))} | {"PYTHONDONTWRITEBYTECODE": "1"}


def read_known():
    path = os.path.join(HERE, "known.tsv")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [line.split("\t", 1)[0] for line in file if "\t" in line]


def with_sure_parameters(digest):
    """Without the filter parameters after the 16th: h5py before 3.16 has room for no more, and lists whatever its memory held."""
    for thing in digest["objects"].values():
        for entry in thing.get("filters", []):
            del entry[2][16:]
    return digest


def judge(h5, folder, name, difference):
    """What is wrong with `h5 digest` of one file, or an empty string."""
    try:
        done = subprocess.run([h5, "digest", name], cwd=folder, env=clean_environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return f"h5 digest still runs after {SECONDS} s"
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        return f"exit status {done.returncode}: {said[-1] if said else 'no message'}"
    try:
        got = json.loads(done.stdout)
    except ValueError as error:
        return f"not JSON: {error}"
    expected = os.path.join(folder, name + ".json")
    if not os.path.exists(expected):
        return "the oracle gave no digest"
    with open(expected, encoding="utf-8") as file:
        return difference(with_sure_parameters(json.load(file)), with_sure_parameters(got)) or ""


def main():
    parser = argparse.ArgumentParser(description="Holds h5 digest against the oracle over generated files.")
    parser.add_argument("--h5", required=True)
    parser.add_argument("--writer", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--only", default="*", help="glob over the cases' names")
    parser.add_argument("--keep", action="store_true", help="leave the files there even if all passed")
    args = parser.parse_args()
    conformance = find_conformance()
    if not conformance:
        print("skipped: no oracle (FIVER_CORPUS names a corpus that has ../conformance beside it)")
        return SKIPPED
    python = python_of(args.writer)
    if not python:
        print("skipped: the package python3-h5py is not installed")
        return SKIPPED

    folder = os.path.abspath(os.path.join(args.folder, args.writer))
    shutil.rmtree(folder, ignore_errors=True)
    environment = clean_environment()
    subprocess.run([python, os.path.join(HERE, "make_matrix.py"), folder, "--only", args.only], env=environment, check=True)
    subprocess.run([python, os.path.join(HERE, "oracle.py"), os.path.join(conformance, "h5digest.py"), folder], env=environment)

    difference = load_difference(conformance)
    h5 = os.path.abspath(args.h5)
    names = sorted(n for n in os.listdir(folder) if n.endswith(".h5"))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = dict(zip(names, pool.map(lambda n: judge(h5, folder, n, difference), names)))

    failed = 0
    known = {name for name in names if any(fnmatch.fnmatch(f"{args.writer}/{name}", g) for g in read_known())}
    for name, verdict in verdicts.items():
        if verdict and name not in known:
            failed += 1
            print(f"{name}: {verdict}")
    for entry in read_known():
        matched = [n for n in names if fnmatch.fnmatch(f"{args.writer}/{n}", entry)]
        if matched and not any(verdicts[n] for n in matched):
            failed += 1
            print(f"known.tsv: {entry} no longer differs")
    if not failed and not args.keep:
        shutil.rmtree(folder)
    excused = sum(1 for n in known if verdicts[n])
    print(f"{len(names) - failed - excused} passed, {failed} failed" + (f", {excused} known to differ" if excused else ""))
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
