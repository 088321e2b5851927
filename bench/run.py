"""Measures Fiver against the other readers of HDF5 and writes bench/RESULTS.md (scripts/bench.sh calls it in the environment `bench`).

    run.py [--jobs 2,6 [--only write]] [--rounds 5] [--build DIR]

With --jobs the report goes to build/bench/partial.md instead. Every comparison: the same file, results checked equal first, ours and
the peers alternating in one run, page cache warm.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

import data
import jobs
import measure
import python_jobs
import report
import writing_jobs

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "bench"


def say(text):
    print(f"[{time.monotonic() - START:6.1f} s] {text}", flush=True)


def compile_c(output, sources, flags):
    command = ["gcc", "-O3", "-march=native", "-w", *map(str, sources), "-o", str(output), *map(str, flags)]
    subprocess.run(command, check=True)
    return output


def attempt(what, call, skipped):
    """A peer that cannot be had is left out, and the report says so."""
    try:
        return call()
    except (subprocess.CalledProcessError, OSError) as error:
        lines = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        skipped.append(f"{what} was left out: {lines[-1] if lines else error}")
        return None


def script(name, *arguments):
    done = subprocess.run([ROOT / "bench" / name, *arguments], check=True, text=True, capture_output=True)
    return pathlib.Path(done.stdout.strip())


def build_peers(build, skipped):
    """The peers in C: libhdf5 of the distribution and 2.2.0, and the expert readers."""
    programs = {"probe": compile_c(WORK / "probe", [ROOT / "bench/probe.c"], ["-lpthread"])}
    stock = attempt("stock bitshuffle, so all peers in C,", lambda: script("fetch_bitshuffle.sh", sys.executable), skipped)
    if not stock:
        return programs
    codec = [stock / "lz4/lz4.c", *(stock / "src" / f"{name}.c" for name in ("bitshuffle", "bitshuffle_core", "iochain"))]
    common = ["-DZSTD_SUPPORT", f"-I{stock}/src", f"-I{stock}/lz4"]
    libraries = ["-lz", "-lzstd", "-ldeflate", "-lpthread"]
    folder = subprocess.run(["pkg-config", "--cflags", "--libs", "hdf5"], text=True, capture_output=True).stdout.split()
    sources = [ROOT / "bench/peer_libhdf5.c", stock / "src/bshuf_h5filter.c", *codec]
    writer = [ROOT / "bench/peer_writer.c", *sources[1:]]
    programs["old"] = attempt("libhdf5 of the distribution", lambda: compile_c(WORK / "peer_old", sources, common + folder + libraries), skipped)
    expert = [f"-L{build}/lib", "-lbench_transpose", f"-Wl,-rpath,{build}/lib"]
    programs["expert"] = attempt("the expert readers", lambda: compile_c(
        WORK / "expert", [ROOT / "bench/expert.c", *codec], common + folder + libraries + expert), skipped)
    programs["expert_writer"] = attempt("the expert writers", lambda: compile_c(
        WORK / "expert_writer", [ROOT / "bench/expert_writer.c", stock / "src/bshuf_h5filter.c", *codec], common + folder + libraries + expert), skipped)
    newest = attempt("libhdf5 2.2.0", lambda: script("build_libhdf5.sh"), skipped)
    if newest:
        linked = common + [f"-I{newest}/include", f"-L{newest}/lib", f"-Wl,-rpath,{newest}/lib", "-lhdf5"] + libraries
        programs["new"] = attempt("libhdf5 2.2.0", lambda: compile_c(WORK / "peer_new", sources, linked), skipped)
        programs["writer"] = attempt("the writers with libhdf5 2.2.0", lambda: compile_c(WORK / "writer_new", writer, linked), skipped)
    return programs


def probe(program):
    found = json.loads(subprocess.run([program], check=True, text=True, capture_output=True).stdout)
    return min(found["alu"], found["ipc"]), (f"Scaling probes (2.0: two threads have a core each): arithmetic {found['alu']}, instructions per cycle {found['ipc']}; "
                                             f"one thread alone {found['alu_seconds']} s and {found['ipc_seconds']} s.")


def commit():
    asked = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], text=True, capture_output=True)
    return asked.stdout.strip() or "unknown"


def processor():
    with open("/proc/cpuinfo") as lines:
        return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--jobs", help="numbers of jobs, with commas")
    options.add_argument("--only", default="", help="a part of the title")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--build", default=str(ROOT / "build" / "release"), help="where bench_ours was built")
    chosen = options.parse_args()
    build = pathlib.Path(chosen.build).resolve()
    WORK.mkdir(parents=True, exist_ok=True)

    skipped = []
    say("building the peers")
    peers = build_peers(build, skipped)
    folder = data.make_all(WORK / "data", say)
    peers["ours"] = build / "bin" / "bench_ours"
    peers["python"] = [sys.executable, ROOT / "bench" / "peers.py"]
    comparisons = jobs.comparisons(folder, peers) + writing_jobs.comparisons(folder, WORK / "written", peers) + python_jobs.comparisons(folder, build)
    if chosen.jobs:
        wanted = {int(number) for number in chosen.jobs.split(",")}
        comparisons = [one for one in comparisons if one.job in wanted and chosen.only in one.title]

    version, before = commit(), os.getloadavg()
    for comparison in comparisons:
        comparison.rounds = chosen.rounds
        measure.measure(comparison)
        comparison.scaling, comparison.probe = probe(peers["probe"])
        say(f"job {comparison.job}, {comparison.title}: {comparison.probe[comparison.probe.index('arithmetic'):]}")
        for one in comparison.competitors:
            print(f"    {one.label:28} {report.amount(comparison, one.best):>8} {report.amount(comparison, one.median):>8} "
                  f"{comparison.unit}  {one.peak / 1000:.0f} MB  {one.trouble}", flush=True)
        for what, best, median, aim, reached in report.verdicts(comparison):
            print(f"      {what}: {best} ({median}), aim {aim}{'' if reached else ' MISSED' if reached is False else ' -'}", flush=True)
    after = os.getloadavg()

    facts = [f"{datetime.date.today()}, commit {version}, {processor()}, {len(os.sched_getaffinity(0))} processors, {platform.platform()}",
             f"Load average {before[0]:.1f} before and {after[0]:.1f} after: with more than 1 or so others were at work, and rows of two threads "
             "say little. The probes after each comparison tell.",
             "Same file for all, made by libhdf5; results checked equal before timing; ours and peers alternate pass by pass; page cache warm.",
             "C1.10: libhdf5 of the distribution. C2.2: libhdf5 2.2.0. +m: glibc's trim and mmap thresholds raised, chunk cache tuned. X: chunks "
             "by hand, library under a lock, stock bitshuffle. Xp: pread and Fiver's own bit transposition. Xd: pread and libdeflate.",
             "Left out: tensorstore and zarr (they read no HDF5, so not the same file), rust-hdf5 and hdf5-pure (each wants a program of its own "
             "in Rust).", *skipped]
    target = WORK / "partial.md" if chosen.jobs else ROOT / "bench" / "RESULTS.md"
    report.write(target, comparisons, facts)
    say(f"wrote {target.relative_to(ROOT)}")


START = time.monotonic()
if __name__ == "__main__":
    main()
