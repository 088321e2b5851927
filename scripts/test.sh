#!/usr/bin/env bash
# Builds and runs every test: the tests of units and of corrupt files under AddressSanitizer and UndefinedBehaviorSanitizer,
# those of concurrency under ThreadSanitizer, and last the whole suite as released, so that its summary closes the output.
# All three run whatever the others gave; a failure of the first two is said again after the summary.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/install-packages.sh build test
scripts/fetch-blosc2.sh
if [ -z "${CMAKE_CXX_COMPILER_LAUNCHER:-}" ] && command -v ccache > /dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)} CTEST_PARALLEL_LEVEL=${CTEST_PARALLEL_LEVEL:-$(nproc)}
# Each exception walks over the memory for stacks: less of it makes tests of damaged bytes four times faster.
export ASAN_OPTIONS=detect_stack_use_after_return=1:min_uar_stack_size_log=16:max_uar_stack_size_log=16:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=second_deadlock_stack=1

failed=()
heading() { printf '\n=== %s\n' "$1"; }

# sanitized PRESET TARGETS LABELS: what is not labelled so is not built either.
sanitized() {
  heading "$1: $3"
  cmake --preset "$1" -DFIVER_TESTS=ON > /dev/null
  # shellcheck disable=SC2086  # a list of targets
  cmake --build --preset "$1" --target $2
  ctest --preset "$1" --no-tests=error --label-regex "^($3)\$" || failed+=("$1")
}
sanitized asan "tests_unit tests_corrupt" "unit|corrupt"
sanitized tsan "tests_concurrency" "concurrency"

heading "release: everything"
read -ra python_module <<< "$(scripts/python-module.sh)"
cmake --preset release -DFIVER_TESTS=ON "${python_module[@]}" > /dev/null
cmake --build --preset release
status=0
ctest --preset release --no-tests=error || status=$?
for preset in "${failed[@]}"; do
  echo "FAILED under $preset: see above, or run: ctest --preset $preset --rerun-failed --output-on-failure"
  status=1
done
exit "$status"
