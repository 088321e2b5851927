"""Runs a script in which ``import h5py`` is fiver, and says at its end what it read and wrote, and what would have been cheaper.

    python -m fiver [--no-report | --report FILE] SCRIPT [arguments]
    python -m fiver [--no-report | --report FILE] -m MODULE [arguments]

--report FILE     the report into a file, as JSON where the name ends in .json; without it, to the standard error
--no-report       no report
"""
import atexit
import gc
import os
import runpy
import sys


def _usage(message):
    print("python -m fiver: %s\n\n%s" % (message, __doc__), end="", file=sys.stderr)
    return 2


def main(arguments):
    report_to, wanted = sys.stderr, True
    while arguments and arguments[0].startswith("-") and arguments[0] != "-m":
        option = arguments.pop(0)
        if option in ("-h", "--help"):
            print(__doc__, end="")
            return 0
        if option == "--no-report":
            wanted = False
        elif option == "--report" and arguments:
            report_to = arguments.pop(0)
        elif option.startswith("--report="):
            report_to = option.partition("=")[2]
        else:
            return _usage("there is no option %s" % option if option != "--report" else "--report wants the name of a file")
    is_module = arguments[:1] == ["-m"]
    if is_module:
        del arguments[0]
    if not arguments:
        return _usage("no script is named")
    from .as_h5py import install

    install()
    if wanted:
        from .io_report import IoReport

        report = IoReport()
        # After all that the script itself has registered, and after an exception has been shown.
        atexit.register(_write, report, os.path.abspath(report_to) if isinstance(report_to, str) else None)
    sys.argv = arguments
    if is_module:
        sys.path[0] = os.getcwd()
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    else:
        sys.path[0] = os.path.dirname(os.path.abspath(arguments[0]))
        runpy.run_path(arguments[0], run_name="__main__")
    return 0


def _write(report, path):
    gc.collect()  # an iterator over frames that nobody has any more says how far it came
    try:
        report.write(sys.stderr if path is None else path)
    except (OSError, ValueError) as error:  # a file that can't be written, a closed stream
        print("fiver: the report can't be written: %s" % error, file=sys.__stderr__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
