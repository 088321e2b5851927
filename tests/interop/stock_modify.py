#!/usr/bin/env python3
"""Changes files with the libhdf5 of the Python that runs it:  stock_modify.py ROUND FILE...

Appends to what can grow, shrinks, overwrites, adds and deletes attributes, links and objects. One line for each file that fails."""
import os
import sys

import h5py
import numpy as np

try:
    import hdf5plugin  # noqa: F401  registers compression filters
except ImportError:
    pass


def can_write(dataset):
    plist = dataset.id.get_create_plist()
    ids = [plist.get_filter(i)[0] for i in range(plist.get_nfilters())]
    return all(h5py.h5z.filter_avail(i) and h5py.h5z.get_filter_info(i) & h5py.h5z.FILTER_CONFIG_ENCODE_ENABLED for i in ids)


def is_number(dataset):
    try:
        return dataset.dtype.kind in "iuf"
    except TypeError:  # NumPy has no such type
        return False


def change_dataset(dataset, number, turn):
    if number % 3 == 0:
        dataset.attrs[f"stock {turn}"] = turn
    names = sorted(dataset.attrs)
    assert len(dataset.attrs) == len(names), (dataset.name, len(dataset.attrs), names)
    if number % 4 == 1 and names:
        del dataset.attrs[names[0]]
    if dataset.shape is None or dataset.is_virtual or not is_number(dataset) or not can_write(dataset):
        return
    if dataset.chunks and dataset.maxshape != dataset.shape and "source" not in dataset.file.filename:
        step = -2 if (number + turn) % 3 == 0 else 3
        dataset.resize([n if m == n else max(1, n + step) if m is None else min(m, max(1, n + step)) for n, m in zip(dataset.shape, dataset.maxshape)])
    if dataset.shape == ():
        dataset[()] = turn + 1
    elif dataset.size:
        dataset[-1] = number % 100
        dataset[dataset.shape[0] // 2] = 17


def change_group(group, number, turn):
    name = f"stock {turn} {number}"
    if name in group:
        return
    group[name] = h5py.SoftLink("/somewhere")
    if number % 3 == 0:
        for i in range(12):
            group.attrs[f"{name} {i}"] = np.arange(i)
            group[f"{name} {i}"] = h5py.ExternalLink("other.h5", "/x")
    else:
        group.attrs[name] = "text of variable length"
    soft = [n for n in sorted(group) if not isinstance(group.get(n, getlink=True), h5py.HardLink) and not n.startswith("stock")]
    if soft and number % 2:
        del group[soft[0]]
    elif soft:
        group.move(soft[0], f"{name} moved")
    names = sorted(group.attrs)
    assert len(group.attrs) == len(names), (group.name, len(group.attrs), names)
    if len(names) > 3:
        del group.attrs[names[1]]
        group.attrs.modify(names[2], group.attrs[names[2]])


def modify(path, turn):
    with h5py.File(path, "r+") as file:
        things = []
        file.visititems(lambda name, thing: things.append(thing))
        for number, thing in enumerate([file["/"], *things]):
            if isinstance(thing, h5py.Dataset):
                change_dataset(thing, number, turn)
            elif isinstance(thing, h5py.Group):
                change_group(thing, number, turn)
        made = file.require_group(f"made by stock {turn}")
        if "growing" not in made:
            made.create_dataset("growing", (10, 3), "i4", maxshape=(None, 3), chunks=(4, 3), compression="gzip")[:] = turn
            made["plain"] = np.arange(5.0)
        for name in sorted(file):
            if name.startswith("made by") and name != f"made by stock {turn}" and turn:
                del file[name]
                break


def main(turn, *paths):
    failed = 0
    for path in paths:
        pid = os.fork()  # a crash of the library costs one file
        if pid == 0:
            try:
                modify(path, int(turn))
                os._exit(0)
            except BaseException as error:
                print(f"{os.path.basename(path)}: {type(error).__name__}: {error}", flush=True)
                os._exit(1)
        status = os.waitpid(pid, 0)[1]
        if os.WIFSIGNALED(status):
            print(f"{os.path.basename(path)}: killed by signal {os.WTERMSIG(status)}", flush=True)
        failed += status != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
