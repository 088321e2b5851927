"""Random programs of h5py calls, run by fiver and by h5py: the same answers and exceptions, files in which h5py and `h5 digest` find the same,
and files that both edit by turns. A sample of FIVER_SEED (1); thousands where FIVER_SOAK is set."""
import json
import os
import pathlib
import subprocess
import sys
import time

import h5py
import pytest

import fiver

HERE = pathlib.Path(__file__).parent
pytestmark = pytest.mark.skipif(h5py.version.version_tuple[:2] < (3, 16), reason="compares with h5py 3.16")


def programs(first, count, seconds):
    """Runs them; gives how many programs and calls there were, those in which h5py crashed, and what went wrong."""
    seed, last, end = first, first + count, time.monotonic() + seconds
    done, calls, crashed, wrong = 0, 0, [], []
    while seed < last and time.monotonic() < end and len(wrong) < 5:
        phase = "start"
        checker = subprocess.Popen([sys.executable, str(HERE / "random_check.py"), str(seed), str(last - seed), str(end - time.monotonic())],
                                   stdout=subprocess.PIPE, text=True)
        for line in checker.stdout:
            kind, seed, *facts = json.loads(line)
            if kind == "end":
                break
            if kind == "phase":
                phase = facts[0]
                continue
            done, calls, phase, seed = done + 1, calls + facts[0], "between", seed + 1
            if facts[1]:
                wrong.append("\n".join(facts[1:]))
                if len(wrong) >= 5:
                    checker.kill()
        code = checker.wait()
        if phase == "h5py" and code:
            crashed.append(seed)
        elif phase != "between" and code:
            wrong.append("seed %d: status %d while %s" % (seed, code, phase))
        elif not code:
            break
        seed += phase != "between"
    return done, calls, crashed, wrong


def test_random_programs(record_property):
    soak = "FIVER_SOAK" in os.environ
    first = int(os.environ.get("FIVER_SEED", 1))
    done, calls, crashed, wrong = programs(first, 6000 if soak else 25, 700 if soak else 40)
    record_property("programs", done)
    print("%d programs, %d calls, seeds %d to %d; h5py crashed in %s" % (done, calls, first, first + done + len(crashed) - 1, crashed or "none"))
    assert not wrong, "\n\n".join(wrong)
    assert len(crashed) * 50 <= done


def _lossy_resize(dataset, size, axis=None, _resize=fiver.Dataset.resize):
    _resize(dataset, size, axis)
    if dataset.size and dataset.dtype.kind in "iuf":
        dataset[(0,) * dataset.ndim] = 1


def _other_error(group, name, _get=fiver.Group.__getitem__):
    try:
        return _get(group, name)
    except KeyError as error:
        raise OSError(str(error)) from None


MUTANTS = {"len": (fiver.Dataset, "__len__", lambda dataset: (dataset.shape or (0,))[0] + 1),
           "error": (fiver.Group, "__getitem__", _other_error),
           "resize": (fiver.Dataset, "resize", _lossy_resize)}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_is_not_blind(mutant, monkeypatch):
    import random_programs
    import random_runner

    owner, name, wrong = MUTANTS[mutant]
    monkeypatch.setattr(owner, name, wrong)
    assert any(random_runner.difference(random_programs.program(seed)) for seed in range(2_000_000, 2_000_150)
               if _is_tame(random_programs.program(seed)))


def _is_tame(program):
    return not any("vlen" in step for step in program.steps)  # h5py might crash, here in the process of the tests
