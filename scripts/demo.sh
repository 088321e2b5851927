#!/usr/bin/env bash
# The main job on a real-looking data set: what is in the file, where its chunks are, and how fast its frames can be read.
# The data set is made once, under build/demo.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=$(scripts/python-env.sh demo)
PATH=$PWD/build/release/bin:$PATH

stamp=$(sha256sum < scripts/make_sample.py)
if [ "$(cat build/demo/.stamp 2> /dev/null)" != "$stamp" ]; then
  echo "Making the sample: 120 detector frames in four files (some seconds)"
  rm -rf build/demo
  "$python" scripts/make_sample.py build/demo > /dev/null
  printf '%s\n' "$stamp" > build/demo/.stamp
fi
cd build/demo

if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold='' plain=''; fi
say() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
show() { say "\$ $*"; "$@"; }

show h5 info sample_master.h5
show h5 ls --tree sample_master.h5
say '$ h5 chunks sample_master.h5/entry/data/data | head -n 6'
h5 chunks sample_master.h5/entry/data/data | awk 'NR <= 6'   # reads to the end: a closed pipe would end the demo

say 'Every frame decoded: this library, one thread and all'
demo_read sample_master.h5 /entry/data/data

# glibc gives a frame's worth of memory back to the system after each read by default, which halves the rate of libhdf5: not here.
say 'The same file, h5py with hdf5plugin'
peer=$(MALLOC_TRIM_THRESHOLD_=2000000000 MALLOC_MMAP_THRESHOLD_=2000000000 \
  "$python" ../../scripts/demo_peer.py sample_master.h5 /entry/data/data)
field() { "$python" -c 'import json, sys; print(json.loads(sys.argv[1])[sys.argv[2]])' "$peer" "$1"; }
printf '%s\n  dataset[i]              %6s GB/s\n  read_direct, one buffer %6s GB/s\n' "$(field reader)" "$(field index)" "$(field read_direct)"

last=$(($(field frames) - 1))
ours=$(h5 cat --raw "sample_master.h5/entry/data/data[$last]" | sha256sum | cut -d' ' -f1)
[ "$ours" = "$(field sha256)" ] || { echo "The last frame differs between the two readers" >&2; exit 1; }
printf '\nThe last frame has the same bytes from both readers (sha256 %.16s...)\n' "$ours"
