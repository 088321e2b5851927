#!/usr/bin/env bash
# Builds the wheel, installs it into an empty virtual environment and has wheel_smoke.py use every filter there, where the distribution's
# libraries of the same kind can't be loaded. Only with FIVER_SOAK: everything is compiled once more. Exit status 77: skipped.
set -euo pipefail
[ -n "${FIVER_SOAK:-}" ] || { echo "skipped: only with FIVER_SOAK"; exit 77; }
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
"$tests/../../scripts/wheel.sh"
wheel=$(echo "$tests"/../../build/wheel/fiver-*.whl)

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
/usr/bin/python3 -m venv "$folder/venv"
python=$folder/venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check --only-binary :all: "$wheel"
cp "$tests/wheel_smoke.py" "$folder"
cd "$folder"
unset PYTHONPATH LD_LIBRARY_PATH

# Each carried library is hidden behind an empty file where the system has it, in a name space of our own; but for those of the interpreter.
hidden=() own=$(ldd "$(readlink -f "$python")")
for library in "$folder"/venv/lib/python3*/site-packages/fiver/libraries/*-fiver.so*; do
  name=$(basename "$library")
  for path in /lib/*-linux-gnu/"${name/-fiver/}" /usr/lib/*-linux-gnu/"${name/-fiver/}" /usr/local/lib/"${name/-fiver/}"; do
    if [ -e "$path" ] && [[ $own != *"${name/-fiver/}"* ]]; then hidden+=("$(readlink -f "$path")"); fi
  done
done
[ ${#hidden[@]} -gt 0 ] || { echo "the system has none of the libraries, so that nothing can be said"; exit 1; }
apart=(unshare --mount)
[ "$(id -u)" -eq 0 ] || apart+=(--map-root-user)
if ! "${apart[@]}" true 2> /dev/null; then
  echo "no name space of our own can be had: where each library comes from is all that is looked at"
  "$python" -I wheel_smoke.py
  exit
fi
# shellcheck disable=SC2016  # expanded inside
"${apart[@]}" bash -euc '
  python=$1 && shift
  for library; do mount --bind /dev/null "$library"; done
  if "$python" -c "import ctypes; ctypes.CDLL(\"libdeflate.so.0\")" 2> /dev/null; then echo "libdeflate can still be loaded"; exit 1; fi
  "$python" -I wheel_smoke.py' wheel "$python" "${hidden[@]}"
