"""Job 13 with followers: one process appends frames in the mode swmr and flushes each, others look on. Frames a second, and how old a frame is
when a follower has it (more exactly: has read the newest frame of the first look that showed this one, too).

As a program, one side with h5py:  following.py append FILE DATASET COUNT HEIGHT WIDTH STAMPS  |  following.py follow FILE DATASET COUNT PAUSE LOOKS
"""
import subprocess
import sys
import time

import numpy as np

from measure import Aim, Comparison, Competitor

COUNT, HEIGHT, WIDTH = 10_000, 144, 240
PAUSE = 200   # microseconds between two looks of a follower
MOST_LAG = 2000


def append(path, name, count, height, width, stamps_path):
    import h5py
    count, height, width = int(count), int(height), int(width)
    stamps = np.zeros(count, "u8")
    with h5py.File(path, "w", libver="latest") as file:
        data = file.create_dataset(name, (0, height, width), "u2", maxshape=(None, height, width), chunks=(1, height, width))
        file.swmr_mode = True
        frame = np.full((height, width), 3, "u2")
        print("ready", flush=True)
        sys.stdin.readline()
        start = time.monotonic_ns()
        for i in range(count):
            stamps[i] = time.monotonic_ns()
            frame[0, 0] = i % 65536
            data.resize(i + 1, axis=0)
            data[i] = frame
            data.flush()
        end = time.monotonic_ns()
    stamps.tofile(stamps_path)
    print((end - start) * 1e-9, flush=True)


def follow(path, name, count, pause, looks_path):
    import h5py
    count, pause, seen, looks = int(count), int(pause) * 1e-6, 0, []
    with h5py.File(path, "r", swmr=True) as file:
        data = file[name]
        frame = np.empty(data.shape[1:], data.dtype)
        print("ready", flush=True)
        while seen < count:
            data.refresh()
            now = data.shape[0]
            if now > seen:
                data.read_direct(frame, np.s_[now - 1])
                looks += [time.monotonic_ns(), now]
                seen = now
                assert frame[0, 0] == (now - 1) % 65536 and frame[-1, -1] == 3, f"frame {now - 1} is wrong"
            time.sleep(pause)
    np.array(looks, "u8").tofile(looks_path)


class Scene:
    """A writer and its followers, by name: ours or h5py."""

    def __init__(self, writer, followers=(), label=""):
        self.writer, self.followers, self.label = writer, followers, label
        self.rates = Competitor(label, [])
        self.lags = {number: Competitor(f"{label}: lag, {title}", []) for number, title in ((50, "median"), (99, "p99"))}

    def command(self, who, what, peers, path, *arguments):
        ours = {"append": [peers["ours"], "append_and_stamp", 1], "follow": [peers["ours"], "follow", 1]}
        start = ours[what] if who == "ours" else [*peers["python"][:-1], __file__, what]
        return [str(part) for part in (*start, path, "data", COUNT, *arguments)]

    def run(self, peers, target):
        path = target / "followed.h5"
        path.unlink(missing_ok=True)
        stamps, looks = target / "stamps", [target / f"looks{i}" for i in range(len(self.followers))]
        start = lambda command: subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        writer = start(self.command(self.writer, "append", peers, path, HEIGHT, WIDTH, stamps))
        others = []
        try:
            ready = [writer.stdout.readline()]
            others = [start(self.command(who, "follow", peers, path, PAUSE, place)) for who, place in zip(self.followers, looks)]
            ready += [other.stdout.readline() for other in others]
            if any(line.strip() != "ready" for line in ready):
                raise RuntimeError("somebody did not start")
            writer.stdin.write("go\n")
            writer.stdin.flush()
            seconds = float(writer.stdout.readline())
            if any(other.wait(60) for other in others) or writer.wait(60):
                raise RuntimeError("somebody failed")
        except (RuntimeError, ValueError, subprocess.TimeoutExpired) as error:
            for process in (writer, *others):
                process.kill()
            said = [line for process in (writer, *others) for line in process.stderr.read().splitlines()[-1:]]
            self.rates.trouble = "; ".join([str(error), *said])
            return
        finally:
            for process in (writer, *others):
                process.communicate()
        self.rates.units, self.rates.size = COUNT, path.stat().st_size
        self.rates.seconds.append(seconds)
        ages = [self.ages(np.fromfile(stamps, "u8"), np.fromfile(place, "u8").reshape(-1, 2)) for place in looks]
        for number, lag in self.lags.items():
            if ages:
                lag.units = 1
                lag.seconds.append(float(max(np.percentile(age, number) for age in ages)))
        for place in (path, stamps, *looks):
            place.unlink()

    @staticmethod
    def ages(stamps, looks):
        """Of each frame, in seconds, when it was seen."""
        look = np.searchsorted(looks[:, 1], np.arange(len(stamps)), side="right")
        return (looks[look, 0] - stamps) * 1e-9


def comparison(target, peers):
    scenes = [Scene("ours", (), "ours"), Scene("ours", ("ours",), "ours, 1 follower"), Scene("ours", ("ours",) * 4, "ours, 4 followers"),
              Scene("ours", ("h5py",), "ours, h5py follows"), Scene("h5py", (), "h5py"), Scene("h5py", ("h5py",), "h5py, 1 follower"),
              Scene("h5py", ("h5py",) * 4, "h5py, 4 followers"), Scene("h5py", ("ours",), "h5py, ours follows")]

    def run(rounds):
        for _ in range(rounds):
            for scene in scenes:
                if not scene.rates.trouble:
                    scene.run(peers, target)

    lags = [lag for scene in scenes for lag in scene.lags.values() if scene.followers]
    return Comparison(13, "SWMR: frames of 69 kB appended, each flushed, with followers", [scene.rates for scene in scenes] + lags,
                      [Aim("ours", "h5py", 3), Aim("ours, 1 follower", "h5py, 1 follower", 3), Aim("ours, 4 followers", "ours", 0.95)],
                      most_time={"ours, 1 follower: lag, p99": MOST_LAG, "ours, 4 followers: lag, p99": MOST_LAG}, own_run=run,
                      note=f"Each follower looks every {PAUSE} us and reads the newest frame. Lag: of all frames, from when the writer begins with one "
                           "to when the follower has the newest frame of the first look that showed it; of several followers the worst.")


if __name__ == "__main__":
    {"append": append, "follow": follow}[sys.argv[1]](*sys.argv[2:])
