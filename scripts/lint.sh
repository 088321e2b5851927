#!/usr/bin/env bash
# Formatting and clang's view of every source: its warnings as errors and the few checks of .clang-tidy, in parallel.
#   scripts/lint.sh [--quick] [FILES...]      (default: all sources that git knows; --quick: clang's warnings without its checks,
#                                             and of src/ none, since clang compiles that with the same warnings for AddressSanitizer)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/install-packages.sh build test lint
quick=
if [ "${1:-}" = --quick ]; then quick=yes && shift; fi
export quick
if [ $# -eq 0 ]; then
  mapfile -t all < <(git ls-files '*.cpp' '*.hpp')
else
  all=("$@")
fi
sources=()
# Tests are compiled with the same warnings elsewhere; this looks at what users run, which keeps it within minutes.
for file in "${all[@]}"; do
  if [[ $file != *.cpp || $file == *_test.cpp || $file == tests/* || (-n $quick && $file == src/*) ]]; then continue; fi
  sources+=("$file")
done

clang-format-14 --dry-run -Werror "${all[@]}"
echo "formatting: ${#all[@]} files"

nanobind=$(scripts/python-env.sh nanobind)
python_includes=(-Ipython/src -isystem "$("$nanobind" -m nanobind --include_dir)"
  -isystem "$("$nanobind" -c 'import sysconfig; print(sysconfig.get_path("include"))')" '-DFIVER_VERSION=""')

# Only what has changed since it last passed is looked at again: a source's stamp names all that its verdict depends on.
stamps=build/lint
mkdir -p "$stamps"
flags=(-std=c++20 -Iinclude -Isrc -Itools -Itools/common -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual '-DFIVER_BLOSC2_LIBRARY=""' "${python_includes[@]}")
shared=$(git ls-files '*.hpp' .clang-tidy scripts/lint.sh | xargs -r sha256sum | sha256sum)
export shared stamps
check() {
  local file=$1 stamp
  shift
  if [ -n "$quick" ]; then clang++-14 -fsyntax-only -Werror "$@" "$file"; return; fi
  stamp=$stamps/$(printf '%s' "$shared $file $(sha256sum < "$file")" | sha256sum | cut -c1-40)
  [ ! -e "$stamp" ] || return 0
  local said
  if said=$(clang-tidy-14 --quiet --warnings-as-errors='*' "$file" -- "$@" 2> /dev/null); then
    : > "$stamp"
  else
    printf '%s\n' "$said"
    return 1
  fi
}
export -f check
printf '%s\0' "${sources[@]}" | xargs -0 -r -P "$(nproc)" -I FILE bash -c 'check "$@"' check FILE "${flags[@]}"
echo "clang: ${#sources[@]} sources"
