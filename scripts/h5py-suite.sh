#!/usr/bin/env bash
# h5py's own tests on fiver (python/tests/h5py_suite.py). Without arguments: runs all, with h5py as control, and writes docs/h5py-compatibility.md.
#   scripts/h5py-suite.sh [--module FOLDER] [--check]      check: no control run; fails when a test fails that the page doesn't list.
# It looks at a few files of them, at all with FIVER_SOAK.
# Exit status 77: there is no Python environment to run them in.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
module=build/release/python
[ "${1:-}" != --module ] || { module=$2; shift 2; }
python=$(scripts/python-env.sh python) || { echo "skipped: no Python environment"; exit 77; }
page=docs/h5py-compatibility.md
export PYTHONDONTWRITEBYTECODE=1
run=("$python" python/tests/h5py_suite.py --module "$module" --folder build/h5py-suite)
case ${1:-} in
  --check)
    quick=--quick
    [ -z "${FIVER_SOAK:-}" ] || quick=
    exec "${run[@]}" --check "$page" $quick ;;
  "") exec "${run[@]}" --report "$page" ;;
  *) echo "h5py-suite.sh: unknown option $1" >&2; exit 2 ;;
esac
