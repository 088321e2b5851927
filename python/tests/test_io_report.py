"""python -m fiver: scripts run as Python runs them, and what is said at their end."""
import json
import os
import subprocess
import sys
import textwrap

import fiver
import numpy as np
import pytest
from fiver.__main__ import main
from fiver.io_report import advice_for, suggested_chunk


def run(folder, script, *arguments, options=(), name="script.py"):
    (folder / name).write_text(textwrap.dedent(script))
    return subprocess.run([sys.executable, "-m", "fiver", *options, str(folder / name), *arguments], cwd=folder, capture_output=True, text=True,
                          timeout=120)


def report_of(folder, script, **more):
    done = run(folder, script, options=("--report", "report.json"), **more)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    with open(folder / "report.json") as file:
        return json.load(file)


@pytest.fixture
def stack(tmp_path):
    """512 KiB a chunk, and gzip: chunks that decode only whole."""
    values = np.arange(16 * 512 * 512, dtype="u4").reshape(16, 512, 512) // 7
    with fiver.File(tmp_path / "stack.h5", "w") as f:
        f.create_dataset("data", data=values.astype("u2"), chunks=(1, 512, 512), compression="gzip", compression_opts=1)
        f.create_dataset("plain", data=np.arange(1000))
    return tmp_path


def test_a_script_is_run_as_python_runs_it(tmp_path):
    (tmp_path / "beside.py").write_text("value = 7\n")
    os.makedirs(tmp_path / "elsewhere")
    done = run(tmp_path, """
        import sys, beside, h5py, fiver
        assert h5py is fiver and __name__ == "__main__" and sys.argv[1:] == ["a", "-m"] and sys.path[0].endswith(sys.argv[0].rsplit("/", 1)[0])
        print(beside.value)
        sys.exit(3)
    """, "a", "-m")
    assert (done.returncode, done.stdout) == (3, "7\n"), done.stderr
    assert done.stderr == "fiver: no file was opened\n"
    done = subprocess.run([sys.executable, "-m", "fiver", "--no-report", "-m", "beside"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_exceptions_pass_through_and_come_first(tmp_path):
    done = run(tmp_path, "raise KeyError('lost')\n")
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.index("KeyError: 'lost'") < done.stderr.index("fiver: no file was opened")


@pytest.mark.parametrize("arguments", [[], ["--report"], ["--nonsense", "x.py"], ["-m"]])
def test_wrong_usage(arguments, capsys):
    assert main(arguments) == 2
    assert "python -m fiver [" in capsys.readouterr().err


def test_figures(stack):
    facts = report_of(stack, """
        import h5py, numpy as np
        with h5py.File("stack.h5") as f:
            whole = f["data"][...]
            part = f["plain"][100:200]
            f["data"].id.read_direct_chunk((3, 0, 0))
        with h5py.File("made.h5", "w") as f:
            d = f.create_dataset("x", (8, 100), "f8", chunks=(1, 100))
            for i in range(8):
                d[i] = i
    """)
    assert [(os.path.basename(f["file"]), f["written"]) for f in facts["files"]] == [("made.h5", True), ("stack.h5", False)]
    data, plain = [next(d for d in facts["datasets"] if d["path"] == path)["reads"] for path in ("/data", "/plain")]
    size = 16 * 512 * 512 * 2
    with fiver.File(stack / "stack.h5") as f:
        stored = int(f["data"].chunk_map()["stored_size"].sum())
        third = int(f["data"].chunk_map()["stored_size"][3])
    assert (data["calls"], data["chunks"], data["distinct_chunks"], data["decoded_chunks"]) == (1, 16, 16, 16)
    assert (data["delivered_bytes"], data["used_bytes"], data["decoded_bytes"], data["stored_bytes"]) == (size, size, size, stored)
    assert 0 < data["decode_seconds"] < 60 and (data["direct_calls"], data["direct_bytes"]) == (1, third)
    assert (plain["calls"], plain["delivered_bytes"], plain["decoded_bytes"]) == (1, 800, 0)
    made = next(d for d in facts["datasets"] if d["path"] == "/x")["writes"]
    assert (made["calls"], made["bytes"], made["chunks"], made["distinct_chunks"]) == (8, 6400, 8, 8)
    assert facts["totals"]["reads"]["delivered_bytes"] == size + 800 and facts["totals"]["writes"]["bytes"] == 6400
    assert facts["advice"] == []


def test_streams_are_counted(stack):
    facts = report_of(stack, """
        import h5py
        f = h5py.File("stack.h5")
        frames = f["data"].frames(2, 10)
        def take():
            return next(frames)
        for i in range(5):
            take()
        f["data"].for_each_chunk(lambda *chunk: None)
    """)
    reads = facts["datasets"][0]["reads"]
    frame = 512 * 512 * 2
    assert reads["delivered_bytes"] == 21 * frame and reads["chunks"] == 21 and reads["distinct_chunks"] == 16
    assert reads["decoded_chunks"] >= 21  # those that were read ahead, too


def test_decoding_again_is_found(stack):
    facts = report_of(stack, """
        import h5py
        with h5py.File("stack.h5") as f:
            f["data"][:, 3, :]
    """)
    reads = facts["datasets"][0]["reads"]
    assert reads["decoded_chunks"] == 16 and reads["used_bytes"] == 16 * 512 * 2
    advice, = facts["advice"]
    assert advice["dataset"] == "/data" and "0.2 % of what was decoded was wanted" in advice["text"] and "rewrite it with chunks=(16, 32, 512)" in advice["text"]
    done = run(stack, """
        import h5py
        for i in range(4):
            with h5py.File("stack.h5") as f:
                f["data"][:, i, :]
    """)
    assert "advice stack.h5:/data  reads of (16, 1, 512) go through chunks of (1, 512, 512): 16 chunks were decoded 4 times each; read it in " \
        "blocks of whole chunks" in done.stderr, done.stderr


def test_small_calls_are_found(stack):
    done = run(stack, """
        import h5py
        with h5py.File("stack.h5", "r+") as f:
            for i in range(1000):
                f["plain"][i]
            for name, chunk in ("grown", 2500), ("tiny", 100):
                d = f.create_dataset(name, (5000,), "i4", chunks=(chunk,))
                for i in range(1000):
                    d[i] = i
    """)
    assert "advice stack.h5:/plain  1000 reads of 8 bytes each on average: it has 7.8 KiB in all, read it once, array = dataset[...]" in done.stderr
    assert "advice stack.h5:/grown  1000 writes of 4 bytes each on average: collect them in an array and write blocks of whole chunks, (2500,)" in done.stderr
    assert "collect them in an array and write larger blocks, in larger chunks, such as (5000,)" in done.stderr
    assert done.stderr.count("\n") <= 9


def test_text(stack):
    done = run(stack, """
        import h5py
        with h5py.File("stack.h5") as f:
            f["data"][:4]
    """)
    first, second = done.stderr.splitlines()
    assert first.startswith("fiver: 1 file (0 for writing) in ") and "; reads gave 2.0 MiB and took " in first
    assert second.startswith("  read   stack.h5:/data  1 read, 2.0 MiB in ") and "; 4 chunks (" in second and "decoded 4 times to 2.0 MiB in " in second
    assert run(stack, "import h5py; h5py.File('stack.h5')['data'][0]\n", options=("--no-report",)).stderr == ""


def test_children_do_not_report(stack):
    done = run(stack, """
        import h5py, os
        f = h5py.File("stack.h5")
        f["plain"][:10]
        if os.fork() == 0:
            f["plain"][:20]
            raise SystemExit(0)
        os.wait()
    """)
    assert done.stderr.count("fiver: 1 file") == 1 and "1 read, 80 bytes" in done.stderr


def test_a_report_that_cannot_be_written(tmp_path):
    done = run(tmp_path, "print(1)\n", options=("--report", "no/such/folder.txt"))
    assert (done.returncode, done.stdout) == (0, "1\n") and "fiver: the report can't be written: " in done.stderr


def test_chunks_that_are_suggested():
    assert suggested_chunk((64, 512, 512), (64, 1, 512), 2, 512 << 10) == (64, 8, 512)
    assert suggested_chunk((10**6, 100), (1, 100), 8, 100) == (64, 100)  # 64 KiB at least
    assert suggested_chunk((10**6, 10**6), (10**6, 1), 8, 1 << 20) == (125000, 1)
    assert suggested_chunk((3,), (3,), 8, 1 << 20) == (3,)


def test_missing_sources_are_said():
    reads = dict.fromkeys(("decoded_bytes", "used_bytes", "decoded_chunks", "distinct_chunks", "calls", "delivered_bytes", "onward", "seconds",
                           "decode_seconds"), 0)
    reads.update(sizes={}, missing_elements=5)
    writes = {"calls": 0, "bytes": 0, "distinct_chunks": 0}
    d = {"shape": (5,), "chunk": None, "element_size": 2, "filtered": False, "virtual": True, "reads": reads, "writes": writes}
    text, = advice_for(d)
    assert text.startswith("5 elements are fill values")
