#!/usr/bin/env python3
"""Holds the table of limits in docs/limits.md against include/fiver/values/limits.hpp: the same names in the same order, the same defaults.

    check_limits.py CHECKOUT
"""
import os
import re
import sys

UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def in_header(text):
    found = re.findall(r"^  [\w:]+ (\w+) = ([\dULul' <]+);", text, re.MULTILINE)
    return [(name, eval(re.sub(r"[ULul']", "", value))) for name, value in found]  # noqa: S307: digits and shifts alone


def in_page(text):
    section = text.split("| limit | default |", 1)[1].split("\n\n", 1)[0]
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", section, re.MULTILINE)
    return [(name, value_of(text)) for name, text in rows]


def value_of(text):
    if power := re.match(r"2\^(\d+)", text):
        return 1 << int(power[1])
    number, *unit = re.match(r"(\d+(?: \d{3})*)(?: (\w+))?", text).groups()
    return int(number.replace(" ", "")) * UNITS.get(unit[0], 1)


def main(root):
    with open(os.path.join(root, "include", "fiver", "values", "limits.hpp"), encoding="utf-8") as file:
        header = in_header(file.read())
    with open(os.path.join(root, "docs", "limits.md"), encoding="utf-8") as file:
        page = in_page(file.read())
    print(f"{len(header)} limits in the header, {len(page)} on the page")
    for ours, theirs in zip(header + [None] * len(page), page + [None] * len(header)):
        if ours != theirs:
            print(f"the header has {ours}, the page {theirs}")
            return 1
    return 0 if header else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
