#!/usr/bin/env python3
"""Both directions between Fiver and stock HDF5.

    run.py --h5 H5 --tool FIVER_INTEROP --folder FOLDER (--stock stock110|h5py38|h5py314|h5py316 | --corpus) [--only GLOB] [--keep]

--stock: Fiver makes files, that stock version reads them (the corpus's oracle over its h5py, against `h5 digest`) and changes them, Fiver
reads and changes them again, and so on; then the same with files that stock made. stock110, the distribution's, also gives its command
line tools. --corpus: copies of real files are changed by Fiver (a sample; all with FIVER_SOAK), and read by the newest stock version.
Every change that Fiver makes is read back by its own tool as well. known.tsv: CASE (a glob over STOCK/STAGE/FILE), tab, reason.
"""
import argparse
import concurrent.futures
import csv
import fnmatch
import glob
import importlib.util
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
MATRIX = os.path.join(HERE, "..", "matrix")
sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location("matrix_run", os.path.join(MATRIX, "run.py"))
matrix = importlib.util.module_from_spec(spec)
spec.loader.exec_module(matrix)
SECONDS = 120


class Run:
    def __init__(self, args, stock):
        self.args, self.stock = args, stock
        self.conformance = matrix.find_conformance()
        self.difference = matrix.load_difference(self.conformance)
        self.python = matrix.python_of(stock)
        self.environment = matrix.clean_environment()
        self.h5, self.tool = os.path.abspath(args.h5), os.path.abspath(args.tool)
        self.failures, self.checks = {}, 0
        self.known = {}
        path = os.path.join(HERE, "known.tsv")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                self.known = dict(line.rstrip("\n").split("\t", 1) for line in file if "\t" in line)

    def command(self, *words, folder=None):
        try:
            return subprocess.run(words, cwd=folder, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(words, 124, b"", b"still runs")

    def fail(self, stage, name, what):
        case = f"{self.stock}/{stage}/{name}"
        self.failures.setdefault(case, what)

    @staticmethod
    def said(done):
        lines = (done.stderr + done.stdout).decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else f"exit status {done.returncode}, no message"

    def compare(self, stage, folder, only=None):
        """Fiver and stock see the same in every file of the folder."""
        for old in glob.glob(os.path.join(folder, "*.json")):
            os.remove(old)
        subprocess.run([self.python, os.path.join(MATRIX, "oracle.py"), os.path.join(self.conformance, "h5digest.py"), folder], env=self.environment,
                       stderr=subprocess.DEVNULL)
        names = [n for n in sorted(os.listdir(folder)) if n.endswith(".h5") and (only is None or n in only)]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for name, wrong in zip(names, pool.map(lambda n: matrix.judge(self.h5, folder, n, self.difference), names)):
                self.checks += 1
                if wrong:
                    self.fail(stage, name, wrong)
                else:
                    self.oracle_errors(stage, folder, name)
        return names

    def oracle_errors(self, stage, folder, name):
        """A part that stock could not read is a failure here, unless it lacks the filter."""
        with open(os.path.join(folder, name + ".json"), encoding="utf-8") as file:
            objects = json.load(file)["objects"]
        for path, thing in objects.items():
            text = json.dumps({k: v for k, v in thing.items() if k != "links" or "error" in json.dumps(v)})
            if '"error"' not in text or (thing.get("filters") and '"error": "read"' in json.dumps(thing.get("data")) and self.lacks(thing["filters"])):
                continue
            if "links" in thing and '{"error": "open"}' in text and '"error": "attr"' not in text:
                continue
            self.fail(stage, name, f"stock can't read {path}: {text[:200]}")
            return

    @staticmethod
    def lacks(filters):
        return any(number >= 256 for number, _, _ in filters)  # judged where the plugins are new enough

    def edit(self, stage, folder, names, turn):
        for name in names:
            done = self.command(self.tool, "edit", name, str(turn), folder=folder)
            self.checks += 1
            if done.returncode:
                self.fail(stage, name, f"fiver edit: {self.said(done)}")
            sound = self.command(self.h5, "check", name, folder=folder)
            if sound.returncode and not done.returncode:
                self.fail(stage, name, f"h5 check: {self.said(sound)}")

    def modify(self, stage, folder, names, turn):
        done = self.command(self.python, os.path.join(HERE, "stock_modify.py"), str(turn), *[os.path.join(folder, n) for n in names])
        self.checks += len(names)
        for line in done.stdout.decode("utf-8", "replace").splitlines():
            name, _, what = line.partition(": ")
            self.fail(stage, name, f"stock modify: {what}")
        if done.returncode and not done.stdout:
            self.fail(stage, "all", self.said(done))

    def tools(self, folder, names):
        """The distribution's command line tools, HDF5 1.10: no plugins, so nothing is asked of the elements of the file of filters."""
        for name in names:
            plugins = "filters" in name
            for words in (["h5dump", "-p", "-H", name], ["h5ls", "-r", "-v", name], ["h5stat", name], *([] if plugins else [["h5dump", "-p", name]])):
                done = self.command(*words, folder=folder)
                self.checks += 1
                if done.returncode:
                    self.fail("tools", name, f"{' '.join(words[:-1])}: {self.said(done)}")
            if plugins:
                continue
            copy = name + ".repacked"
            # -L: it has no room for large attributes otherwise. It can't filter datasets without elements.
            pairs = [["h5repack", "-L", name, copy], ["h5diff", name, copy]]
            if "layouts" not in name:
                pairs += [["h5repack", "-L", "-f", "GZIP=1", name, copy + "2"], ["h5diff", name, copy + "2"]]
            for words in pairs:
                done = self.command(*words, folder=folder)
                self.checks += 1
                if done.returncode:
                    self.fail("tools", name, f"{' '.join(words)}: {self.said(done)}")
            for made in (copy, copy + "2"):
                if os.path.exists(os.path.join(folder, made)):
                    os.remove(os.path.join(folder, made))

    def both_directions(self, folder):
        ours = os.path.join(folder, "ours")
        done = self.command(self.tool, "make", ours)
        if done.returncode:
            self.fail("make", "all", self.said(done))
        names = self.compare("ours", ours)
        if self.stock == "stock110":
            self.tools(ours, names)
        for turn in (0, 1):
            self.modify(f"ours, modified {turn}", ours, names, turn)
            self.compare(f"ours, modified {turn}", ours)
            self.edit(f"ours, modified {turn}, edited", ours, names, turn)
            self.compare(f"ours, modified {turn}, edited", ours)
        theirs = os.path.join(folder, "theirs")
        done = self.command(self.python, os.path.join(HERE, "stock_create.py"), theirs)
        if done.returncode:
            self.fail("create", "all", self.said(done))
        names = self.compare("theirs", theirs)
        for turn in (0, 1, 2):
            self.edit(f"theirs, edited {turn}", theirs, names, turn)
            self.compare(f"theirs, edited {turn}", theirs)
            if turn == 1:
                self.modify("theirs, edited, modified", theirs, names, turn)
                self.compare("theirs, edited, modified", theirs)

    def corpus(self, folder):
        source = os.path.abspath(os.environ.get("FIVER_CORPUS", os.path.join(HERE, "..", "..", "..", "shared", "corpus")))
        with open(os.path.join(source, "manifest.tsv"), encoding="utf-8") as file:
            rows = [r["file"] for r in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if r["kind"] == "valid"]
        rows = [r for r in rows if os.path.exists(os.path.join(source, r)) and os.path.getsize(os.path.join(source, r)) < 8 << 20]
        if not os.environ.get("FIVER_SOAK"):
            rows = rows[::max(1, len(rows) // 120)]
        os.makedirs(folder)
        names = {}
        for number, row in enumerate(rows):
            name = f"{number:04}_{os.path.basename(row)}.h5"
            names[name] = row
            shutil.copyfile(os.path.join(source, row), os.path.join(folder, name))
            os.chmod(os.path.join(folder, name), 0o644)
        before = dict(self.failures)
        self.compare("corpus", folder)
        agree = [n for n in names if f"{self.stock}/corpus/{n}" not in self.failures]
        self.failures = before  # what differs before any change is other tests' business
        edited, refused = [], 0
        for turn in (0, 1):
            left = []
            for name in agree:
                done = self.command(self.tool, "edit", name, str(turn), folder=folder)
                if done.returncode == 3:
                    refused += 1
                    continue
                self.checks += 1
                if done.returncode:
                    self.fail(f"edit {turn}", f"{name} ({names[name]})", self.said(done))
                    continue
                left.append(name)
            for name in set(agree) - set(left):
                os.remove(os.path.join(folder, name))
            agree = left
            for name in self.compare(f"edited {turn}", folder, set(agree)):
                case = f"{self.stock}/edited {turn}/{name}"
                if case in self.failures:
                    self.failures[f"{case} ({names[name]})"] = self.failures.pop(case)
            edited = agree
        print(f"{len(names)} files, {len(edited)} edited twice, {refused} can't be edited")

    def report(self):
        bad = 0
        for case, what in sorted(self.failures.items()):
            if any(fnmatch.fnmatch(case, glob) for glob in self.known):
                continue
            bad += 1
            print(f"{case}: {what}")
        print(f"{self.checks} checks, {bad} failed, {len(self.failures) - bad} known to fail")
        return 1 if bad or not self.checks else 0


def main():
    parser = argparse.ArgumentParser()
    for name in ("--h5", "--tool", "--folder"):
        parser.add_argument(name, required=True)
    parser.add_argument("--stock", default="h5py316")
    parser.add_argument("--corpus", action="store_true")
    parser.add_argument("--keep", action="store_true")
    args = parser.parse_args()
    if not matrix.find_conformance():
        print("skipped: no oracle (FIVER_CORPUS names a corpus that has ../conformance beside it)")
        return matrix.SKIPPED
    if not matrix.python_of(args.stock):
        print("skipped: the package python3-h5py is not installed")
        return matrix.SKIPPED
    folder = os.path.abspath(os.path.join(args.folder, "corpus" if args.corpus else args.stock))
    shutil.rmtree(folder, ignore_errors=True)
    run = Run(args, args.stock)
    run.corpus(folder) if args.corpus else run.both_directions(folder)
    status = run.report()
    if not args.keep and status == 0:
        shutil.rmtree(folder, ignore_errors=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
