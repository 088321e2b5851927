#!/usr/bin/env python3
"""Compiles the C++ blocks of README.md, ADDING_A_FILTER.md and docs/*.md against the library, and runs them on a small sample.

    run_cpp.py --compiler C++ --library LIBFIVER.SO CHECKOUT

A block is fenced by ```cpp. One with a main() is a program of its own and is run with the sample's master file as its argument. The others
of a page become the bodies of functions, one after the other, in one program that is run in the sample's folder; their #include lines
move to its top. A block whose first line is "// not run: REASON" is compiled only. What a block prints is not looked at: it must compile
without warnings, end, and throw nothing.
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

FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-Werror", "-Wno-unused-variable", "-Wno-unused-but-set-variable", "-Wno-unused-local-typedefs"]
PRELUDE = ["#include <iostream>", "#include <fiver/fiver.hpp>"]
NOT_RUN = "// not run: "


def blocks(text):
    """(line number of the first line, lines) of every C++ block"""
    lines = text.splitlines()
    start = None
    for number, line in enumerate(lines):
        if start is None and line.strip() == "```cpp":
            start = number + 1
        elif start is not None and line.strip() == "```":
            yield start + 1, lines[start:number]
            start = None
        elif start is not None and line.startswith("```"):
            raise SystemExit(f"line {number + 1}: a fence inside a C++ block")


def is_program(lines):
    return any(re.match(r"int main\(", line) for line in lines)


def page_program(name, bodies):
    """One program of a page's pieces; errors in it are told at the page's lines."""
    includes, functions, calls = list(PRELUDE), [], []
    for first, lines in bodies:
        includes += [line for line in lines if line.startswith("#include")]
        functions += [f"void block_{first}() {{", f'#line {first} "{name}"', *("" if line.startswith("#include") else line for line in lines), "}"]
        if not lines[0].startswith(NOT_RUN):
            calls.append(f'  where = "{name}:{first}"; block_{first}();')
        else:
            calls.append(f"  (void)&block_{first};")
    return "\n".join([*includes, *functions, "int main() {", '  const char* where = "";', "  try {", *calls,
                      '  } catch (const std::exception& error) { std::cerr << where << ": " << error.what() << "\\n"; return 1; }', "}", ""])


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=300, **options)


def check(args, label, source, arguments, folder):
    """One fault as text, or nothing."""
    with tempfile.TemporaryDirectory() as work:
        path, binary = os.path.join(work, "page.cpp"), os.path.join(work, "page")
        with open(path, "w", encoding="utf-8") as file:
            file.write(source)
        library = os.path.dirname(os.path.abspath(args.library))
        made = run([args.compiler, *FLAGS, "-I", os.path.join(args.checkout, "include"), path, "-o", binary, args.library, f"-Wl,-rpath,{library}",
                    "-pthread"])
        if made.returncode:
            return f"{label}: does not compile\n{made.stdout[:6000]}"
        done = run([binary, *arguments], cwd=folder)
        if done.returncode:
            return f"{label}: exit status {done.returncode}\n{done.stdout[-3000:]}"
    return None


def main():
    parser = argparse.ArgumentParser(description="Compiles and runs the C++ blocks of the documentation.")
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--library", required=True)
    parser.add_argument("checkout")
    args = parser.parse_args()
    root = os.path.abspath(args.checkout)
    args.library = os.path.abspath(args.library)
    pages = [os.path.join(root, "README.md"), os.path.join(root, "ADDING_A_FILTER.md"), *sorted(glob.glob(os.path.join(root, "docs", "*.md")))]
    count, faults = 0, []
    with tempfile.TemporaryDirectory() as folder:
        master = os.path.basename(sample.make(folder))
        for page in pages:
            name = os.path.relpath(page, root)
            with open(page, encoding="utf-8") as file:
                found = [(first, lines) for first, lines in blocks(file.read()) if lines]
            count += len(found)
            programs = [block for block in found if is_program(block[1])]
            pieces = [block for block in found if not is_program(block[1])]
            for first, lines in programs:
                faults.append(check(args, f"{name}:{first}", f'#line {first} "{name}"\n' + "\n".join(lines) + "\n", [master], folder))
            if pieces:
                faults.append(check(args, name, page_program(name, pieces), [], folder))
    faults = [fault for fault in faults if fault]
    for fault in faults:
        print(fault)
    print(f"{count} C++ blocks on {len(pages)} pages, {len(faults)} faults")
    return 1 if faults or not count else 0


if __name__ == "__main__":
    sys.exit(main())
