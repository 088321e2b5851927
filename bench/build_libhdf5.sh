#!/usr/bin/env bash
# Builds libhdf5 2.2.0, a peer that the distribution does not have, from the C source inside the crate hdf5-metno-src, and prints its
# folder. Once: later calls find it under build/bench. Wants cargo, a C compiler, ninja and the network; exit 1 with a line on stderr without.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$root/build/bench/libhdf5
installed=$work/2.2.0
crate=0.10.4

if [ ! -e "$installed/.complete" ]; then
  command -v cargo > /dev/null || { echo "no cargo" >&2; exit 1; }
  mkdir -p "$work"
  exec > >(tee "$work/build.log" >&2) 3>&1
  # The crate is only unpacked, never compiled; the manifest is what `cargo vendor` asks for.
  mkdir -p "$work/crate/src"
  : > "$work/crate/src/lib.rs"
  printf '[package]\nname = "peer"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n[dependencies]\nhdf5-metno-src = "=%s"\n' "$crate" > "$work/crate/Cargo.toml"
  (cd "$work/crate" && cargo vendor --quiet vendor > /dev/null)

  # Its CMake lists want a newer CMake than Debian 12's.
  [ -x "$work/cmake/bin/cmake" ] || { /usr/bin/python3 -m venv "$work/cmake" && "$work/cmake/bin/pip" install --quiet --disable-pip-version-check cmake==3.31.6; }
  "$work/cmake/bin/cmake" -S "$work/crate/vendor/hdf5-metno-src/ext/hdf5" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_INSTALL_PREFIX="$installed" -DCMAKE_INSTALL_LIBDIR=lib -DBUILD_SHARED_LIBS=ON -DBUILD_STATIC_LIBS=OFF -DBUILD_TESTING=OFF \
    -DHDF5_BUILD_TOOLS=OFF -DHDF5_BUILD_UTILS=OFF -DHDF5_BUILD_EXAMPLES=OFF -DHDF5_BUILD_CPP_LIB=OFF -DHDF5_BUILD_HL_LIB=OFF \
    -DHDF5_ENABLE_ZLIB_SUPPORT=ON -DHDF5_ENABLE_SZIP_SUPPORT=OFF -DHDF5_NO_PACKAGES=ON > /dev/null
  ninja --quiet -C "$work/build" install > /dev/null
  rm -rf "$work/build" "$work/crate"
  touch "$installed/.complete"
  exec >&3
fi
echo "$installed"
