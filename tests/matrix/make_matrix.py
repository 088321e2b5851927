#!/usr/bin/env python3
"""Writes the matrix of test files with the h5py (and so the libhdf5) of the Python that runs it.

    make_matrix.py FOLDER [--only GLOB] [--list]

One case is one function of the cases_*.py beside this file, and one or more files NAME.h5 in FOLDER; the same interpreter always
writes the same content. Cases that this libhdf5 is too old for are left out. Ends with 1 if a case could not be written.
"""
import argparse
import fnmatch
import os
import sys
import time
import traceback

import core
import cases_attributes
import cases_files
import cases_filters
import cases_groups
import cases_references
import cases_storage
import cases_types
import cases_virtual


def main():
    parser = argparse.ArgumentParser(description="Writes the matrix of test files.")
    parser.add_argument("folder")
    parser.add_argument("--only", default="*", help="glob over the cases' names")
    parser.add_argument("--list", action="store_true", help="print the cases' names and write nothing")
    parser.add_argument("--times", action="store_true", help="print what each case took")
    args = parser.parse_args()
    chosen = [c for c in core.CASES if fnmatch.fnmatch(c[0], args.only)]
    if args.list:
        print("\n".join(name for name, *_ in chosen))
        return 0
    os.makedirs(args.folder, exist_ok=True)
    os.chdir(args.folder)
    failed = 0
    for name, function, arguments in chosen:
        start = time.perf_counter()
        try:
            function(f"{name}.h5", *arguments)
        except Exception:
            failed += 1
            print(f"{name}: could not be written\n{traceback.format_exc()}", file=sys.stderr)
        if args.times:
            print(f"{time.perf_counter() - start:8.3f} s  {name}")
    print(f"HDF5 {'.'.join(map(str, core.VERSION))}: {len(chosen) - failed} cases written, {failed} failed")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
