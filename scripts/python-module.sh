#!/usr/bin/env bash
# Prints the CMake options that build the Python module. Its one build tool that no package of Debian 12 has, nanobind, comes from PyPI into
# build/venv/nanobind at the first run; where it can't be had, the rest of the project is built without the module, and this says so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if python=$(scripts/python-env.sh nanobind); then
  echo "-DFIVER_PYTHON=ON -Dnanobind_DIR=$("$python" -m nanobind --cmake_dir)"
else
  echo "nanobind can't be fetched now: the Python module is not built" >&2
  echo "-DFIVER_PYTHON=OFF"
fi
