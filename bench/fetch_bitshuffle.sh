#!/usr/bin/env bash
# Fetches the stock bitshuffle sources (and the LZ4 they carry) that the expert readers are compiled with, and prints their folder.
#   bench/fetch_bitshuffle.sh PYTHON
# Once: later calls find them under build/bench. They are linked into peers only.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=0.5.2
folder=$root/build/bench/bitshuffle-$version

if [ ! -e "$folder/src/bitshuffle.c" ]; then
  mkdir -p "$root/build/bench/download"
  "$1" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary bitshuffle -d "$root/build/bench/download" "bitshuffle==$version" >&2
  tar -xzf "$root/build/bench/download/bitshuffle-$version.tar.gz" -C "$root/build/bench"
fi
echo "$folder"
