#!/usr/bin/env bash
# Makes the private Python environment build/venv/NAME of scripts/requirements/NAME.txt and prints the path of its python.
#   scripts/python-env.sh NAME
# An environment that is up to date (its stamp is the requirements' checksum) is left alone: no network then.
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: python-env.sh NAME" >&2; exit 2; }
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
name=$1
requirements=$root/scripts/requirements/$name.txt
[ -e "$requirements" ] || { echo "python-env.sh: no file $requirements" >&2; exit 2; }

# The distribution's Python first: wheels of old HDF5 versions exist for 3.11, and not for whatever a version manager offers.
python=/usr/bin/python3
[ -x "$python" ] || python=$(command -v python3)
stamp="$("$python" --version) $(sha256sum < "$requirements")"
folder=$root/build/venv/$name

mkdir -p "$root/build/venv"
exec 9> "$root/build/venv/.$name.lock"
flock 9
if [ "$(cat "$folder/.stamp" 2> /dev/null)" != "$stamp" ]; then
  echo "Making the Python environment $name" >&2
  rm -rf "$folder"
  "$python" -m venv "$folder" >&2
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: -r "$requirements" >&2
  printf '%s' "$stamp" > "$folder/.stamp"
fi
echo "$folder/bin/python"
