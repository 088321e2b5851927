"""What stands between brackets: the same elements, and the same kinds of exceptions, as h5py."""
import random

import h5py
import numpy as np
import pytest
from conftest import both, same

import fiver

WRONG = [np.s_[10], np.s_[-5], np.s_[::-1], np.s_[0:2, [3, 1]], np.s_[[1, 1]], np.s_[[1, 2], [1, 2]], np.s_[1, 2, 3], "a", None, 1.5,
         np.s_[..., ...], np.array([True, False]), {}, np.s_[[5]], np.s_[[[1, 2], [0, 1]]], np.s_[0, 9], b"b", np.array([0.5, 1.5]), np.s_[::0],
         "x"]
RIGHT = [np.s_[:], np.s_[...], (), np.s_[2], np.s_[-1], np.s_[1:3], np.s_[5:10], np.s_[3:1], np.s_[::2, ::3], np.s_[1, 2], np.s_[1, ..., 2],
         np.s_[[0, 2]], np.s_[[True, False, True, False]], np.array([0, 3]), np.array(2), np.int64(2), np.s_[[0, 2], ::2], np.s_[[], 1], np.s_[0:0],
         True, np.s_[[-1]], np.s_[[0, -1], 1:4], (slice(1, 3), [0, 1, 4]), ((0, 1), ), np.ones((4, 5), bool), np.zeros((4, 5), bool),
         np.s_[::2, [1, 2, 4]], np.s_[1, [0, 3]], np.arange(20).reshape(4, 5) % 3 == 0, np.s_[2, 1, ...], np.uint8(1), np.s_[np.int8(1):np.int8(3)]]


@pytest.fixture
def pair(make):
    def write(f):
        data = np.arange(20, dtype="i4").reshape(4, 5)
        f["plain"] = data
        f.create_dataset("chunked", data=data, chunks=(3, 2), compression="gzip", shuffle=True)
        f["scalar"] = 5
        f["empty"] = h5py.Empty("f4")
        f["none"] = np.zeros((0, 3))
        f["one"] = np.arange(10)

    path = make(write)
    with h5py.File(path) as theirs, fiver.File(path) as ours:
        yield ours, theirs


@pytest.mark.parametrize("name", ["plain", "chunked"])
def test_right(pair, name):
    ours, theirs = pair
    for index in RIGHT:
        same(ours[name][index], theirs[name][index])


@pytest.mark.parametrize("name", ["plain", "chunked"])
def test_wrong(pair, name):
    ours, theirs = pair
    for index in WRONG:
        both(ours[name], theirs[name], lambda d: d[index])


def test_scalar_and_empty(pair):
    ours, theirs = pair
    with pytest.raises(IndexError):
        ours["none"][0]
    for name in ("scalar", "empty", "none"):
        for index in ((), ..., 0, slice(None), (0, 0), "a", [0], ((),)):
            if name == "none" and index in (0, (0, 0), [0]):
                continue  # h5py answers as libhdf5 does
            both(ours[name], theirs[name], lambda d: d[index])
        for function in (len, list, lambda d: d.size, lambda d: d.ndim, lambda d: d.nbytes, lambda d: repr(d)):
            both(ours[name], theirs[name], function)
    for function in (lambda d: np.asarray(d), lambda d: d.shape, lambda d: d.maxshape):
        both(ours["scalar"], theirs["scalar"], function)
    with pytest.raises(TypeError):
        np.asarray(ours["empty"])


def test_blocks(pair):
    ours, theirs = pair
    for args in ((0, 2, 2, 1), (1, 3, 2, 2), (0, 4, None, 2), (2, 3, 1, 3)):
        a, b = fiver.MultiBlockSlice(*args), h5py.MultiBlockSlice(*args)
        same(ours["one"][a], theirs["one"][b])
        same(ours["plain"][1, fiver.MultiBlockSlice(0, 3, 2, 2)], theirs["plain"][1, h5py.MultiBlockSlice(0, 3, 2, 2)])
    for args in ((0, 2, 9, 1), (20, 2, None, 2)):
        with pytest.raises(ValueError):
            ours["one"][fiver.MultiBlockSlice(*args)]
    for args in ((-1,), (0, 0), (0, 1, 0), (0, 1, 1, 2)):
        with pytest.raises(ValueError):
            fiver.MultiBlockSlice(*args)


def random_index(draw, shape):
    parts, listed = [], False
    for length in shape[:draw.randint(0, len(shape))]:
        kind = draw.random()
        if kind < 0.3:
            parts.append(draw.randrange(-length, length))
        elif kind < 0.8 or listed:
            a, b = sorted((draw.randint(-length - 2, length + 2), draw.randint(-length - 2, length + 2)))
            parts.append(slice(a, b, draw.choice((None, 1, 2, 3))))
        else:
            listed = True
            parts.append(sorted(draw.sample(range(length), draw.randint(0, length))))
    if draw.random() < 0.2:
        parts.insert(draw.randint(0, len(parts)), Ellipsis)
    return tuple(parts)


@pytest.mark.parametrize("seed", range(4))
def test_random(make, seed):
    draw = random.Random(seed)
    shapes = [(7,), (5, 6), (4, 3, 5), (2, 3, 4, 3)]

    def write(f):
        for i, shape in enumerate(shapes):
            data = np.arange(np.prod(shape)).reshape(shape)
            f["plain%d" % i] = data
            f.create_dataset("chunked%d" % i, data=data, chunks=tuple(draw.randint(1, n) for n in shape), compression=1)

    path = make(write)
    with h5py.File(path) as theirs, fiver.File(path) as ours:
        for _ in range(150):
            i = draw.randrange(len(shapes))
            name = "%s%d" % (draw.choice(("plain", "chunked")), i)
            index = random_index(draw, shapes[i])
            both(ours[name], theirs[name], lambda d: d[index])


def test_iteration_and_arrays(pair):
    ours, theirs = pair
    for name in ("plain", "chunked", "one"):
        for a, b in zip(ours[name], theirs[name], strict=True):
            same(a, b)
        same(np.asarray(ours[name]), np.asarray(theirs[name]))
        same(np.asarray(ours[name], dtype="f4"), np.asarray(theirs[name], dtype="f4"))
        assert len(ours[name]) == len(theirs[name])
        assert (ours[name][:] + ours[name]).sum() == 2 * theirs[name][:].sum()
    assert list(ours["chunked"].iter_chunks()) == list(theirs["chunked"].iter_chunks())
    for selection in (np.s_[1:3, 2:5], np.s_[0:1, :], np.s_[2, 1:4], np.s_[:, 1]):
        assert list(ours["chunked"].iter_chunks(selection)) == list(theirs["chunked"].iter_chunks(selection))
    with pytest.raises(TypeError):
        ours["plain"].iter_chunks()


def test_read_direct(pair):
    ours, theirs = pair
    cases = [((4, 5), None, None), ((4, 5), np.s_[1:3], np.s_[2:4]), ((2, 5), np.s_[0:2], None), ((4, 6), None, np.s_[:, 0:5]),
             ((4, 4), None, None), ((5,), np.s_[2], None), ((3,), np.s_[0, 1:4], None), ((4, 5), np.s_[2], None)]
    for shape, source, dest in cases:
        for dtype in ("i4", "f8", ">i2"):

            def read(pair):
                d, array = pair
                d.read_direct(array, source, dest)
                return array

            both((ours["chunked"], np.zeros(shape, dtype)), (theirs["chunked"], np.zeros(shape, dtype)), read)
    turned = np.zeros((4, 5), "i4", "F")  # h5py refuses it
    ours["chunked"].read_direct(turned)
    same(turned, np.asfortranarray(theirs["chunked"][:]))
