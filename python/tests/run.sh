#!/usr/bin/env bash
# Runs the tests of the Python module that was built in FOLDER: python/tests/run.sh (newest | system | packages) FOLDER [pytest's options]
#   newest: NumPy 2 and the newest h5py, from PyPI (scripts/requirements/python.txt)    system: the distribution's packages
#   packages: those over h5py (scripts/requirements/packages.txt), for the tests that run them; only with FIVER_SOAK
set -euo pipefail
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
case $1 in
  newest) python=$("$tests/../../scripts/python-env.sh" python) || { echo "skipped: no Python environment"; exit 77; } ;;
  system) python=/usr/bin/python3 ;;
  packages)
    [ -n "${FIVER_SOAK:-}" ] || { echo "skipped: only with FIVER_SOAK"; exit 77; }
    python=$("$tests/../../scripts/python-env.sh" packages) || { echo "skipped: no Python environment"; exit 77; }
    export FIVER_PACKAGES=1
    only=(test_packages.py test_for_packages.py test_many_packages.py) ;;
  *) echo "run.sh: no set of packages '$1'" >&2; exit 2 ;;
esac
export PYTHONPATH=$2 PYTHONDONTWRITEBYTECODE=1
shift 2
cd "$tests"
exec "$python" -m pytest -q -p no:cacheprovider ${only+"${only[@]}"} "$@"
