"""Measuring: competitors that do the same job alternate, pass by pass, in processes that stay alive (protocol: serve.h)."""
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess


@dataclasses.dataclass
class Competitor:
    label: str
    command: list
    environment: dict = dataclasses.field(default_factory=dict)
    group: str = ""        # results must be equal within a group; a slow peer that does a fraction of the job has its own
    most_rounds: int = 99
    output: pathlib.Path = None  # the file that it writes,
    reader: list = None          # and what reads it for the check
    # measured
    seconds: list = dataclasses.field(default_factory=list)
    units: int = 0
    check: str = ""
    peak: int = 0          # KiB resident
    trouble: str = ""
    size: int = 0          # bytes of the file that it wrote

    @property
    def best(self):
        return min(self.seconds) / self.units if self.seconds else None

    @property
    def median(self):
        return statistics.median(self.seconds) / self.units if self.seconds else None


@dataclasses.dataclass
class Aim:
    ours: str
    peer: str
    least: float           # ours must be this many times as fast


@dataclasses.dataclass
class Comparison:
    job: int
    title: str
    competitors: list
    aims: list = dataclasses.field(default_factory=list)
    unit: str = "us"       # or "ms", "s": time per unit of work; or "GB/s"
    unit_bytes: int = 0    # decoded bytes of a unit, for GB/s
    rounds: int = 5
    most_memory: dict = dataclasses.field(default_factory=dict)  # label -> MB
    most_time: dict = dataclasses.field(default_factory=dict)    # label -> microseconds a unit
    most_size: tuple = ()  # label, peer, how many times the peer's file at most
    own_run: object = None  # measures it, given the number of rounds, where passes of lasting programs don't
    note: str = ""
    probe: str = ""        # what the scaling probes said right after
    scaling: float = 0     # the lower of the two

    def find(self, label):
        return next((c for c in self.competitors if c.label == label and c.seconds), None)


class Program:
    """A competitor's running process."""

    def __init__(self, competitor):
        self.competitor = competitor
        self.errors = os.memfd_create("errors")
        self.process = subprocess.Popen([str(part) for part in competitor.command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors, text=True, bufsize=1, env={**os.environ, **competitor.environment})
        first = self.answer()
        if first:
            competitor.check, competitor.units = first["check"], first["units"]
            if competitor.reader:
                self.read_back()

    def answer(self):
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        self.process.wait()
        os.lseek(self.errors, 0, os.SEEK_SET)
        text = os.read(self.errors, 100_000).decode(errors="replace").strip()
        self.competitor.trouble = text.splitlines()[-1] if text else f"ended with {self.process.returncode}"
        return None

    def read_back(self):
        competitor = self.competitor
        done = subprocess.run([str(part) for part in competitor.reader], stdin=subprocess.DEVNULL, text=True, capture_output=True)
        if done.returncode == 0:
            competitor.check = json.loads(done.stdout)["check"]
        else:
            competitor.trouble = f"what it wrote can't be read: {done.stderr.strip()}"

    def timed_pass(self):
        if self.competitor.output:
            self.competitor.output.unlink(missing_ok=True)
        self.process.stdin.write("pass\n")
        answer = self.answer()
        if answer:
            self.competitor.seconds.append(answer["seconds"])
        return answer

    def end(self):
        if self.process.poll() is None:
            with open(f"/proc/{self.process.pid}/status") as status:
                self.competitor.peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        os.close(self.errors)
        if self.competitor.output:
            self.competitor.size = self.competitor.output.stat().st_size if self.competitor.output.exists() else 0
            self.competitor.output.unlink(missing_ok=True)


def measure(comparison):
    """All rounds; a competitor with `most_rounds` sits out the later ones."""
    if comparison.own_run:
        comparison.own_run(comparison.rounds)
        return comparison
    programs = []
    for competitor in comparison.competitors:
        programs.append(Program(competitor))
    sums = {}
    for competitor in comparison.competitors:
        if not competitor.check:
            continue
        expected, who = sums.setdefault(competitor.group, (competitor.check, competitor.label))
        if competitor.check != expected:
            competitor.trouble = f"another result than {who}"
    for number in range(comparison.rounds):
        for program in programs:
            if not program.competitor.trouble and number < program.competitor.most_rounds:
                program.timed_pass()
    for program in programs:
        program.end()
    return comparison
