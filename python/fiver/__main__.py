"""python -m fiver SCRIPT [arguments]: runs a script in which ``import h5py`` is fiver."""
import runpy
import sys


def main():
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        return 0 if len(sys.argv) > 1 else 2
    from .as_h5py import install

    install()
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main())
