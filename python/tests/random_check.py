"""Runs random programs: python random_check.py FIRST_SEED COUNT [SECONDS]. In a process of its own, because some calls crash h5py.

Writes a line of JSON at each phase: ["phase", seed, name], and ["done", seed, calls, difference, the smallest program that shows it].
"""
import json
import sys
import time


def main(first, count, seconds="1e9"):
    import random_programs
    import random_runner

    end = time.monotonic() + float(seconds)
    for seed in range(int(first), int(first) + int(count)):
        if time.monotonic() > end:
            break
        say("phase", seed, "made")
        program = random_programs.program(seed)
        calls = len(program.steps)
        found = random_runner.difference(program, lambda name: say("phase", seed, name))
        if found:
            say("phase", seed, "shrinking: " + found)
            program, found = random_runner.shrunk(program, found)
        say("done", seed, calls, found, str(program) if found else "")
    say("end", 0)


def say(*what):
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
