#!/bin/sh
# Puts the library of Blosc 2 where the build looks for it: scripts/fetch-blosc2.sh [folder, by default build/blosc2]
# Debian 12 has no package of it; the wheel on PyPI carries it. Run again, it does nothing.
set -eu
version=4.14.1
folder=${1:-"$(dirname "$0")/../build/blosc2"}
[ -f "$folder/libblosc2.so" ] && [ -f "$folder/LICENSE.txt" ] && exit 0

case $(uname -m) in
  x86_64) sum=d5e65efe80740651c3b39a9fd98478f073c57bed51f7eebe1fdfe248dc259e37 ;;
  aarch64) sum=411d9fa31c559f0b016c16611101ccd0e03d38dc89ab1bc94178aa3757ce756a ;;
  *) echo "no wheel of Blosc 2 is known for $(uname -m)" >&2; exit 1 ;;
esac
wheel_folder=$(mktemp -d)
trap 'rm -rf "$wheel_folder"' EXIT
# A bare Debian has pip only inside a virtual environment.
python3 -m venv "$wheel_folder/venv"
"$wheel_folder/venv/bin/python" -m pip download --quiet --no-deps --only-binary :all: --dest "$wheel_folder" "blosc2==$version"
wheel=$(echo "$wheel_folder"/blosc2-*.whl)
echo "$sum  $wheel" | sha256sum --check --quiet
mkdir -p "$folder"
python3 - "$wheel" "$folder" "$version" <<'PYTHON'
import os, sys, zipfile
wheel, folder, version = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in "blosc2-%s.dist-info/licenses/LICENSE.txt" % version, "blosc2/lib/libblosc2.so":
        target = os.path.join(folder, os.path.basename(name))
        with open(target + ".part", "wb") as out:
            out.write(archive.read(name))
        os.replace(target + ".part", target)
PYTHON
