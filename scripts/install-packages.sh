#!/usr/bin/env bash
# Installs what a bare Debian 12 (or a relative of it) lacks to build and to check the project.
#   scripts/install-packages.sh [build] [test] [lint] [bench]        (default: build)
# Where everything is there already it does nothing: no network, no root.
set -euo pipefail

build=(cmake ninja-build g++ pkg-config libfmt-dev libhwy-dev libdeflate-dev liblz4-dev libzstd-dev libbz2-dev libaec-dev
  libblosc-dev libzfp-dev libcharls-dev libcli11-dev libssl-dev python3
  python3-venv python3-dev python3-numpy)
# clang builds the tests that run under AddressSanitizer, so that both compilers see every line of the library.
# hdf5-tools, libhdf5-dev and python3-h5py bring the stock HDF5 1.10: a writer of test files and something to compare with.
test=(clang-14 libclang-rt-14-dev libgtest-dev hdf5-tools libhdf5-dev python3-h5py python3-pytest)
lint=(clang-format-14 clang-tidy-14)
bench=(libhdf5-dev hdf5-tools zlib1g-dev)

wanted=()
for group in "${@:-build}"; do
  case $group in
    build | test | lint | bench) declare -n packages=$group; wanted+=("${packages[@]}") ;;
    *) echo "install-packages.sh: no group '$group' (build, test, lint, bench)" >&2; exit 2 ;;
  esac
done

# Nothing to check with: another distribution, where the packages are the user's affair; CMake names what it misses.
command -v dpkg-query > /dev/null || exit 0

missing=()
for package in "${wanted[@]}"; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo > /dev/null || { echo "Please install as root: apt-get install ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "Installing ${#missing[@]} packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for step in "update" "install --yes --no-install-recommends ${missing[*]}"; do
  # shellcheck disable=SC2086  # the step is a list of words
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 $step > "$log" 2>&1 < /dev/null; then
    tail -n 20 "$log" >&2
    echo "apt-get ${step%% *} failed" >&2
    exit 1
  fi
done
