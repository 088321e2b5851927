#!/usr/bin/env python3
"""Writes NAME.h5.json, the oracle's digest, beside every NAME.h5 of a folder, with the h5py of the Python that runs it.

    oracle.py H5DIGEST_PY FOLDER

Each file is read in a process of its own, so that a crash of the library costs one digest and no more.
"""
import glob
import importlib.util
import os
import sys


def main(digest_path, folder):
    spec = importlib.util.spec_from_file_location("h5digest", digest_path)
    h5digest = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(h5digest)
    os.chdir(folder)
    failed = 0
    running = {}

    def reap():
        nonlocal failed
        pid, status = os.wait()
        name = running.pop(pid)
        if status:
            failed += 1
            print(f"{name}: no digest from the oracle, status {status}", file=sys.stderr)

    for name in sorted(glob.glob("*.h5")):
        if len(running) == os.cpu_count():
            reap()
        pid = os.fork()
        if pid == 0:
            try:
                h5digest.main(["-o", f"{name}.json", name])
                sys.stderr.flush()
                os._exit(0)
            except BaseException as error:  # noqa: B902  whatever it is ends this child only
                print(f"{name}: {error!r}", file=sys.stderr, flush=True)
                os._exit(1)
        running[pid] = name
    while running:
        reap()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
