#!/usr/bin/env python3
"""Runs the shell blocks of README.md and docs/*.md and holds what they print against what the page shows.

    run_docs.py [--path FOLDER_OF_PROGRAMS] CHECKOUT

A block is fenced by ```console or ```sh and has commands that start with "$ " (a line that ends in "\\" goes on in the next); the
lines up to the next command are the output it must give. "..." alone on a line stands for any number of lines, and inside a line for
any text. A command without lines below it must only succeed. A block whose first line is "# not run: REASON" is not run.
All blocks of a page run in one temporary folder, in order, with $FIVER the checkout's path. The pages make the demo's sample: where its Python
environment can't be made the test is skipped.
"""
import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "common"))
sys.dont_write_bytecode = True
import sample  # noqa: E402

SECONDS = 120
FENCE = re.compile(r"^```(\w*)\s*$")


def blocks(text):
    """(line number of the first line, lines) of every shell block"""
    lines = text.splitlines()
    language, start = None, 0
    for number, line in enumerate(lines):
        match = FENCE.match(line)
        if match and language is None:
            language, start = match[1], number + 1
        elif match:
            if language in ("console", "sh"):
                yield start + 1, lines[start:number]
            language = None


def steps(lines):
    """(offset in the block, command, shown output lines)"""
    found = []
    going_on = False
    for offset, line in enumerate(lines):
        if line.startswith("$ "):
            found.append([offset, line[2:], []])
        elif going_on:
            found[-1][1] += "\n" + line.removeprefix("> ")
        elif found:
            found[-1][2].append(line)
        going_on = found and not found[-1][2] and found[-1][1].endswith("\\")
    return found


def matches(shown, printed):
    """True if the printed lines are those shown, where "..." stands for anything."""
    pattern = []
    for line in shown:
        if line.strip() == "...":
            pattern.append(r"(?:.*\n)*?")
        else:
            pattern.append(".*?".join(re.escape(part) for part in line.rstrip().split("...")) + r"[ \t]*\n")
    return re.fullmatch("".join(pattern), "".join(line.rstrip() + "\n" for line in printed)) is not None


def strip_blank_ends(lines):
    lines = list(lines)
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def run_page(path, name, environment):
    """(commands run, faults)"""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    ran, faults = 0, []
    with tempfile.TemporaryDirectory() as folder:
        for first_line, lines in blocks(text):
            if lines and lines[0].startswith("# not run: "):
                continue
            for offset, command, shown in steps(lines):
                where = f"{name}:{first_line + offset}: {command}"
                ran += 1
                try:
                    done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS)
                except subprocess.TimeoutExpired:
                    faults.append(f"{where}\n    still running after {SECONDS} s")
                    continue
                printed = strip_blank_ends(done.stdout.decode("utf-8", "replace").splitlines())
                shown = strip_blank_ends(shown)
                if shown and not matches(shown, printed):
                    faults.append("\n    ".join([where, "printed:", *printed[:40], "the page shows:", *shown[:40]]))
                elif not shown and done.returncode:
                    faults.append("\n    ".join([f"{where}", f"exit status {done.returncode}", *printed[-10:]]))
    return ran, faults


def main():
    parser = argparse.ArgumentParser(description="Runs the shell blocks of the documentation.")
    parser.add_argument("--path", action="append", default=[], help="folder of programs that the pages call")
    parser.add_argument("checkout")
    args = parser.parse_args()
    root = os.path.abspath(args.checkout)
    sample.python()
    environment = dict(os.environ, FIVER=root, LC_ALL="C.UTF-8", NO_COLOR="1", PATH=os.pathsep.join([*map(os.path.abspath, args.path), os.environ["PATH"]]))
    pages = [p for p in (os.path.join(root, "README.md"), *sorted(glob.glob(os.path.join(root, "docs", "*.md")))) if os.path.exists(p)]
    ran, faults = 0, []
    for page in pages:
        page_ran, page_faults = run_page(page, os.path.relpath(page, root), environment)
        ran += page_ran
        faults += page_faults
    for fault in faults:
        print(fault)
    print(f"{ran} commands on {len(pages)} pages, {len(faults)} failed")
    return 1 if faults or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
