"""The demo's data set, small, for tests that need real files: 12 frames of 370 x 268 pixels in four files under a master file."""
import os
import subprocess
import sys

SOURCE = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SIZE = ["--frames", "3", "--module", "64", "128"]
SKIPPED = 77


def python():
    """The interpreter with h5py; ends the test as skipped where its environment can't be made."""
    made = subprocess.run([os.path.join(SOURCE, "scripts", "python-env.sh"), "demo"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if made.returncode:
        print("skipped: the Python environment of the demo can't be made here\n" + made.stderr[-2000:])
        sys.exit(SKIPPED)
    return made.stdout.strip().splitlines()[-1]


def make(folder):
    """Makes the files in `folder`; gives the master file's path."""
    script = os.path.join(SOURCE, "scripts", "make_sample.py")
    done = subprocess.run([python(), script, folder, *SIZE], stdout=subprocess.PIPE, check=True, text=True)
    return done.stdout.strip()
