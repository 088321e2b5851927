#!/usr/bin/env python3
"""Fails on any include that the table of folders in ARCHITECTURE.md does not allow.

    check_layers.py [CHECKOUT]

The table's rows are | `folder/` | what it holds | what it may include |; the last column names folders by their last part
(`base`), `std` for nothing of ours, or `anything`. What an allowed folder may include is allowed too.
Included names are resolved as the build does: from src/, include/, tools/, and the including file's own folder.
"""
import os
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<(fiver/[^>]+)>)')
ROW = re.compile(r"^\|\s*`([\w/<>{},]+/)`\s*\|[^|]*\|\s*([^|]*?)\s*\|\s*$")
SOURCES = (".hpp", ".cpp", ".h", ".cc")


def read_table(path):
    """{folder: set of folders it may include directly, or None for anything}"""
    rows = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            match = ROW.match(line)
            if match:
                rows[match[1].rstrip("/")] = match[2]
    if not rows:
        raise SystemExit(f"{path}: no table of folders found")
    by_name = {}
    for folder in rows:
        by_name.setdefault(folder.rsplit("/", 1)[-1], folder)
    by_name["fiver"] = "include/fiver"
    table = {}
    for folder, words in rows.items():
        names = [w for w in re.findall(r"[\w/<>]+", words) if w != "std"]
        if "anything" in names:
            table[folder] = None
            continue
        unknown = [n for n in names if n not in by_name and n not in rows]
        if unknown:
            raise SystemExit(f"{path}: row {folder}: '{unknown[0]}' is no folder of the table")
        table[folder] = {n if n in rows else by_name[n] for n in names}
    return table


def closure(table):
    """The table with what the allowed may include added, and each folder itself."""
    full = {}

    def collect(folder, seen):
        if folder in seen:
            return
        seen.add(folder)
        for other in table[folder] or ():
            collect(other, seen)

    for folder, direct in table.items():
        if direct is None:
            full[folder] = None
        else:
            seen = set()
            collect(folder, seen)
            full[folder] = seen
    return full


def folder_of(path, table):
    """The table's row for a file: the longest folder that holds it; tools/<verb> stands for every folder of tools/."""
    parts = path.split("/")[:-1]
    while parts:
        name = "/".join(parts)
        if name in table:
            return name
        if len(parts) >= 2 and f"{parts[0]}/<verb>" in table:
            return f"{parts[0]}/<verb>"
        parts.pop()
    return None


def resolve(root, including, name):
    """The included file's path from the checkout, or None where it is not ours."""
    for base in (os.path.dirname(including), "src", "include", "tools", "tests"):
        candidate = os.path.normpath(os.path.join(base, name))
        if os.path.isfile(os.path.join(root, candidate)):
            return candidate
    return None


def files_of(root):
    for top in ("include", "src", "tools", "python"):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith(SOURCES):
                    yield os.path.relpath(os.path.join(folder, name), root)


def check(root):
    """The faults, a sentence each, and the number of files looked at."""
    allowed = closure(read_table(os.path.join(root, "ARCHITECTURE.md")))
    faults, looked_at = [], 0
    for path in files_of(root):
        looked_at += 1
        folder = folder_of(path, allowed)
        if folder is None:
            faults.append(f"{path}: its folder is not in ARCHITECTURE.md's table")
            continue
        if allowed[folder] is None:
            continue
        with open(os.path.join(root, path), encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                name = match[1] or match[2]
                target = resolve(root, path, name)
                if target is None:
                    continue
                where = folder_of(target, allowed)
                same_folder = os.path.dirname(target) == os.path.dirname(path)
                if ".." in name.split("/"):
                    faults.append(f"{path}:{number}: '{name}' climbs out of its folder")
                elif where not in allowed[folder] or (where == folder and where.endswith("/<verb>") and not same_folder):
                    faults.append(f"{path}:{number}: {folder} may not include {name} ({where})")
    return faults, looked_at


def main(arguments):
    root = arguments[0] if arguments else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    faults, looked_at = check(root)
    for fault in faults:
        print(fault)
    print(f"{looked_at} files, {len(faults)} includes that the table does not allow")
    return 1 if faults or not looked_at else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
