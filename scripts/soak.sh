#!/usr/bin/env bash
# The exhaustive forms of what the tests sample (tests look at FIVER_SOAK), then every fuzz target for SECONDS_EACH seconds (60),
# starting from the cases kept in fuzz/found/TARGET; what it learns stays in build/fuzz/corpus/TARGET for the next time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/install-packages.sh build test lint
seconds=${SECONDS_EACH:-60}
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)} CTEST_PARALLEL_LEVEL=${CTEST_PARALLEL_LEVEL:-$(nproc)}

cmake --preset release -DFIVER_TESTS=ON > /dev/null
cmake --build --preset release
FIVER_SOAK=1 ctest --preset release --no-tests=error --timeout 14400

cmake --preset fuzz > /dev/null
cmake --build --preset fuzz
fuzz_one() {
  local name=${1##*/} learned found log
  learned=build/fuzz/corpus/$name found=fuzz/found/$name log=build/fuzz/$name.log
  mkdir -p "$learned" build/fuzz/crashes
  local seeds=()
  [ ! -d "$found" ] || seeds=("$found")
  if "$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="build/fuzz/crashes/$name-" "$learned" \
    "${seeds[@]}" > "$log" 2>&1; then
    echo "$name: no fault, $(find "$learned" -type f | wc -l) inputs kept"
  else
    echo "$name: FAULT, see $log and build/fuzz/crashes/"
    return 1
  fi
}
export -f fuzz_one
export seconds
find build/fuzz/bin -maxdepth 1 -type f -executable -print0 | sort -z | xargs -0 -r -P "$(nproc)" -I TARGET bash -c 'fuzz_one TARGET'
