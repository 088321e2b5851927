#!/usr/bin/env python3
"""Holds `h5` against a corpus of real files, where there is one, by the corpus's own runner.

    run_corpus.py --h5 H5 (--valid | --malformed) [--known FILE] [further options of the runner]

The corpus is the folder FIVER_CORPUS, or ../shared/corpus beside this checkout; its runner is ../conformance/run.py from there.
Without a corpus: says so and ends with 77, which ctest shows as skipped. --known is passed on only where FILE has entries of the
kind that is run.
"""
import csv
import os
import sys

SKIPPED = 77


def known_entries(path, corpus, want_valid):
    """The lines of the known differences that concern valid (or malformed) files: the runner judges only what it runs."""
    if not os.path.exists(path):
        return 0
    with open(path, encoding="utf-8") as file:
        names = {line.split("\t", 1)[0] for line in file if "\t" in line}
    with open(os.path.join(corpus, "manifest.tsv"), encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return sum(row["file"] in names and (row["kind"] == "valid") == want_valid for row in rows)


def main(arguments):
    source = os.environ.get("FIVER_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    corpus = os.path.abspath(os.environ.get("FIVER_CORPUS", os.path.join(source, "..", "shared", "corpus")))
    runner = os.path.join(corpus, "..", "conformance", "run.py")
    if not (os.path.exists(os.path.join(corpus, "manifest.tsv")) and os.path.exists(runner)):
        print(f"skipped: no corpus at {corpus} (FIVER_CORPUS names another)")
        return SKIPPED
    if "--known" in arguments:
        at = arguments.index("--known")
        if not known_entries(arguments[at + 1], corpus, "--valid" in arguments):
            del arguments[at:at + 2]
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, runner, "--corpus", corpus, *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
