"""h5py's own tests, run on fiver: they are those of the installed h5py, found through a package `h5py` that is fiver, real h5py nowhere on the path.

    h5py_suite.py --module build/release/python --folder build/h5py-suite --report docs/h5py-compatibility.md
    h5py_suite.py --module ... --folder ... --check docs/h5py-compatibility.md [FILE ...]

The first form runs everything twice, with h5py as control, and writes the report. The second runs fiver alone and fails when a test fails that the
report doesn't list. Tests run file by file in processes of their own: one that crashes or hangs is recorded as that, and the rest goes on behind it.
"""
import argparse
import concurrent.futures
import importlib.metadata
import importlib.util
import json
import os
import pathlib
import re
import signal
import subprocess
import sys

import h5py_suite_kinds

HERE = pathlib.Path(__file__).resolve().parent
SECONDS_A_TEST, SECONDS_A_FILE = 60, 600
QUICK = ["test_attrs.py", "test_group.py", "test_slicing.py", "test_dataset_getitem.py", "test_dtype.py"]
NEEDED = ["numpy", "numpy.libs", "pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "py.py"]
SHIM = """import os, sys
del sys.modules["h5py"]
from fiver.as_h5py import install
install()
sys.modules["h5py"].__path__.append(os.path.dirname(__file__))
"""


# --- inside the process that runs tests: this file is also a plug-in of pytest ------------------------------------------------------------------

def _record(**entry):
    with open(os.environ["H5PY_SUITE_LOG"], "a", encoding="utf-8") as log:
        log.write(json.dumps(entry) + "\n")


def pytest_runtest_logstart(nodeid, location):
    _record(test=nodeid.rsplit("tests/", 1)[-1], started=True)
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(SECONDS_A_TEST)


def _too_long(*_):
    raise TimeoutError("the test takes longer than %d s" % SECONDS_A_TEST)


def pytest_runtest_logreport(report):
    if report.when == "teardown":
        signal.alarm(0)
        if not report.failed:
            return
    if report.when == "setup" and report.passed:
        return
    reason = ""
    if report.failed:
        crash = getattr(report.longrepr, "reprcrash", None)
        reason = (crash.message if crash else str(report.longrepr)).strip().split("\n")
        reason = reason[-1] if crash is None else reason[0]
    elif report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
    outcome = "passed" if report.passed else "skipped" if report.skipped else "failed"
    _record(test=report.nodeid.rsplit("tests/", 1)[-1], outcome=outcome, reason=reason)


# --- running ------------------------------------------------------------------------------------------------------------------------------------

def run_file(name, tests, environment, flags, log):
    """{test: (outcome, reason)} of one file of tests."""
    results, passed_by = {}, []
    for _attempt in range(20):
        log.unlink(missing_ok=True)
        command = [sys.executable, *flags, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "h5py_suite", "-W", "ignore", "--no-header",
                   "--tb=line", str(tests / name)] + ["--deselect=" + str(tests) + "/" + test for test in passed_by]
        try:
            done = subprocess.run(command, env=dict(environment, H5PY_SUITE_LOG=str(log)), cwd=log.parent, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=SECONDS_A_FILE, text=True, errors="replace")
            ending, status = done.stdout, done.returncode
        except subprocess.TimeoutExpired:
            ending, status = "hangs", None
        last = None
        for line in log.read_text().splitlines() if log.exists() else ():
            entry = json.loads(line)
            if "started" in entry:
                last = entry["test"]
                continue
            before = results.get(entry["test"])
            if before is None or before[0] == "passed":
                results[entry["test"]] = entry["outcome"], entry["reason"]
        if last is not None and last not in results:
            results[last] = "failed", "hangs" if status is None else "the process ends with status %d" % status
            passed_by = sorted(results)
            continue
        if status not in (0, 1, 5) and not results:
            reason = [line for line in ending.splitlines() if line.startswith("E ")] or ending.splitlines() or ["no output"]
            results[name] = "failed", "collection: " + reason[-1][1:].strip()
        return results
    return results


def run_all(names, tests, environment, flags, folder, jobs):
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        runs = [pool.submit(run_file, name, tests, environment, flags, folder / (name.replace("/", "-") + ".log")) for name in names]
        results = {}
        for run in runs:
            results.update(run.result())
    return results


def prepare(folder, module):
    """(tests of h5py, environment and flags for h5py, the same for fiver)"""
    real = pathlib.Path(importlib.util.find_spec("h5py").origin).parent
    links, shim = folder / "links", folder / "shim" / "h5py"
    for made in (links, shim):
        made.mkdir(parents=True, exist_ok=True)
    for name in NEEDED:
        link(real.parent / name, links / name)
    link(real / "tests", shim / "tests")
    (shim / "__init__.py").write_text(SHIM)
    plugin = folder / "plugin"
    plugin.mkdir(exist_ok=True)
    for name in ("h5py_suite.py", "h5py_suite_kinds.py"):
        link(HERE / name, plugin / name)
    base = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
    control = dict(base, PYTHONPATH=str(plugin))
    ours = dict(base, PYTHONPATH=os.pathsep.join(str(p) for p in (shim.parent, module, plugin, links)))
    return real / "tests", control, shim / "tests", ours


def link(target, place):
    if target.exists() and not (place.is_symlink() and place.readlink() == target):
        place.unlink(missing_ok=True)
        place.symlink_to(target)


# --- the report ---------------------------------------------------------------------------------------------------------------------------------

def decisions():
    """[(pattern, sentence)] of the failures that are known decisions."""
    lines = (HERE / "h5py_suite_reasons.tsv").read_text(encoding="utf-8").splitlines()
    return [(re.compile(pattern), sentence) for pattern, sentence in (line.split("\t") for line in lines if line and not line.startswith("#"))]


def write_report(path, control, ours, kinds, version):
    counted = [test for test in sorted(control) if control[test][0] == "passed"]
    passed = [test for test in counted if ours.get(test, ("",))[0] == "passed"]
    lines = ["# How much of h5py fiver is", "",
             "h5py %s has tests. `scripts/h5py-suite.sh` runs them with h5py, and with `h5py` resolved to fiver, and writes this page. A test is of the" % version,
             "public API when its code, its fixtures and its helpers touch no low-level module (`h5d` ...), no `.id` and no private name. Only tests that",
             "pass with h5py itself count; one that is skipped with fiver counts as failed.", "",
             "| tests of | pass with h5py | pass with fiver | share |", "|---|---|---|---|"]
    for kind in ("the public API", "the rest"):
        of_kind = [test for test in counted if (kinds(test) == "public") == (kind == "the public API")]
        good = sum(test in set(passed) for test in of_kind)
        lines.append("| %s | %d | %d | %.1f %% |" % (kind, len(of_kind), good, 100 * good / max(1, len(of_kind))))
    known = decisions()
    for kind, title in (("public", "Of the public API"), ("other", "Of the rest")):
        failed = [test for test in counted if test not in set(passed) and kinds(test) == kind]
        lines += ["", "## %s: what fails" % title, ""]
        for test in failed:
            outcome, reason = ours.get(test, ("failed", "not collected"))
            why = next((sentence for pattern, sentence in known if pattern.search(test)), "")
            reason = re.sub(r"/tmp/h5py-test_\w+|/tmp/\w+$", "FOLDER", re.sub(r"(FOLDER)?\S*/?tmp\w{8}\.hdf5", "FILE", reason))
            reason = re.sub(r"0x[0-9a-f]{6,}", "0x...", re.sub(r"/\S*/", ".../", reason)).replace("`", "'")[:200]
            lines.append("- `%s`: %s%s%s" % (test, "skipped: " if outcome == "skipped" else "", "`%s`" % reason if reason else "no message",
                                             " " + why if why else ""))
        if not failed:
            lines.append("Nothing.")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines[7:11]))


def listed(path):
    return set(re.findall(r"^- `([^`]+)`:", path.read_text(encoding="utf-8"), re.M))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--module", required=True, type=pathlib.Path)
    parser.add_argument("--folder", required=True, type=pathlib.Path)
    parser.add_argument("--report", type=pathlib.Path)
    parser.add_argument("--check", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--quick", action="store_true", help="a few files only")
    parser.add_argument("files", nargs="*")
    given = parser.parse_args()
    folder = given.folder.resolve()
    real_tests, control, shim_tests, environment = prepare(folder, given.module.resolve())
    names = given.files or (QUICK if given.quick else sorted(str(p.relative_to(real_tests)) for p in real_tests.rglob("test_*.py")))
    ours = run_all(names, shim_tests, environment, ["-S"], folder, given.jobs)
    if given.report:
        version = importlib.metadata.version("h5py")
        stored = folder / ("control-%s.json" % version)
        if not stored.exists() or given.files:
            found = run_all(names, real_tests, control, [], folder, given.jobs)
            stored.write_text(json.dumps(found))
        theirs = {test: tuple(value) for test, value in json.loads(stored.read_text()).items()}
        (folder / "fiver.json").write_text(json.dumps(ours))
        write_report(given.report, theirs, ours, h5py_suite_kinds.Kinds(real_tests), version)
        return 0
    failed = {test: reason for test, (outcome, reason) in ours.items() if outcome != "passed"}
    unexpected = {test: reason for test, reason in failed.items() if test not in (listed(given.check) if given.check else ())}
    files = sorted({test.split("::")[0] for test in unexpected})
    theirs = run_all(files, real_tests, control, [], folder, given.jobs) if files else {}
    worse = {test: reason for test, reason in unexpected.items() if theirs.get(test, ("passed",))[0] == "passed"}
    print("%d tests pass, %d fail or are skipped" % (len(ours) - len(failed), len(failed)))
    for test, reason in sorted(worse.items()):
        print("%s: %s" % (test, reason))
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
