#!/usr/bin/env bash
# The main job on a real-looking data set: how fast detector frames are written, what is in the files, where the chunks are, and how fast the
# frames can be read. The data set is made under build/demo.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=$(scripts/python-env.sh demo)
PATH=$PWD/build/release/bin:$PATH
peer_script=$PWD/scripts/demo_peer.py
rm -rf build/demo
mkdir -p build/demo
cd build/demo

if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold='' plain=''; fi
say() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
show() { say "\$ $*"; "$@"; }
# glibc gives a frame's worth of memory back to the system after each use by default, which halves the rate of libhdf5: not here.
peer() { MALLOC_TRIM_THRESHOLD_=2000000000 MALLOC_MMAP_THRESHOLD_=2000000000 "$python" "$peer_script" "$@"; }
field() { "$python" -c 'import json, sys; print(json.loads(sys.argv[1])[sys.argv[2]])' "$1" "$2"; }

say 'Detector frames, made in memory and then written: this library, all threads'
demo_write .
say 'The same frames written by h5py with hdf5plugin'
written=$(peer write sample_master.h5 /entry/data/data peer_)
printf '%s\n  dataset[i] = frame      %6s GB/s\n' "$(field "$written" writer)" "$(field "$written" rate)"

show h5 info sample_master.h5
show h5 ls --tree sample_master.h5
say '$ h5 chunks sample_master.h5/entry/data/data | head -n 6'
h5 chunks sample_master.h5/entry/data/data | awk 'NR <= 6'   # reads to the end: a closed pipe would end the demo

say 'Every frame decoded: this library, one thread and all'
demo_read sample_master.h5 /entry/data/data

say 'The same file, h5py with hdf5plugin'
read=$(peer read sample_master.h5 /entry/data/data)
printf '%s\n  dataset[i]              %6s GB/s\n  read_direct, one buffer %6s GB/s\n' "$(field "$read" reader)" "$(field "$read" index)" \
  "$(field "$read" read_direct)"

last=$(($(field "$read" frames) - 1))
ours=$(h5 cat --raw "sample_master.h5/entry/data/data[$last]" | sha256sum | cut -d' ' -f1)
[ "$ours" = "$(field "$read" sha256)" ] || { echo "The last frame differs between the two readers" >&2; exit 1; }
printf '\nThe last frame has the same bytes from both readers (sha256 %.16s...)\n' "$ours"
