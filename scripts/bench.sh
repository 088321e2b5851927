#!/usr/bin/env bash
# Measures this build against the other readers of HDF5, in one run on one machine: bench/run.py in the environment `bench`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/install-packages.sh build test bench
python=$(scripts/python-env.sh bench)
cmake --preset release -DFIVER_BENCH=ON > /dev/null
cmake --build --preset release --target fiver tools/all examples/all bench/all
exec "$python" bench/run.py "$@"
