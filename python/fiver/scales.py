"""Dimension scales, as the HDF5 high-level library keeps them: attributes CLASS and NAME of a scale, REFERENCE_LIST of the dimensions it is attached
to, and DIMENSION_LIST and DIMENSION_LABELS of the dataset."""
import numpy as np

from . import _fiver
from .attribute_writing import put
from .attributes import read_value
from .dims import is_scale, scale_name
from .dtypes import integer_type, ref_dtype, type_of, vlen_dtype
from .references import Reference

_NULL_TERMINATED, _ASCII = 0, 0


def _put_string(handle, name, value):
    stored = value.encode("utf-8") if isinstance(value, str) else bytes(value)
    type_ = _fiver.Type.make(("string", len(stored) + 1, _NULL_TERMINATED, _ASCII))
    put(handle, name, type_, (), np.array(stored, dtype="S%d" % (len(stored) + 1)))


def make_scale(dataset, name=None):
    """dataset.make_scale"""
    _check_writable(dataset)
    if dataset._c.find_attribute("DIMENSION_LIST") is not None:
        raise RuntimeError("Unspecified error: a dataset that has scales can't be a scale")
    _put_string(dataset._c, "CLASS", "DIMENSION_SCALE")
    if name is not None:
        _put_string(dataset._c, "NAME", name)


def _check_writable(dataset):
    if dataset._c.file.mode == "r":
        raise RuntimeError("Scales and labels can't be changed: the file is open for reading only")


def _same(a, b):
    return a.identity == b.identity


def _reference(handle):
    return Reference(handle.address.to_bytes(8, "little"))


def _list(dataset):
    """One list of references for each dimension."""
    attribute = dataset._c.find_attribute("DIMENSION_LIST")
    if attribute is None:
        return [[] for _ in range(dataset.ndim)]
    return [list(item) for item in read_value(attribute)]


def _put_list(dataset, lists):
    if not any(lists):
        if dataset._c.find_attribute("DIMENSION_LIST") is not None:
            dataset._c.remove_attribute("DIMENSION_LIST")
        return
    array = np.empty(len(lists), dtype=object)
    for i, references in enumerate(lists):
        item = np.empty(len(references), dtype=object)
        item[:] = references
        array[i] = item
    put(dataset._c, "DIMENSION_LIST", type_of(vlen_dtype(ref_dtype)), (len(lists),), array)


_BACK = np.dtype({"names": ["dataset", "dimension"], "formats": [ref_dtype, "<u4"], "offsets": [0, 8], "itemsize": 16})


def _back(scale):
    attribute = scale.find_attribute("REFERENCE_LIST")
    return [] if attribute is None else [(row["dataset"], int(row["dimension"])) for row in read_value(attribute)]


def _put_back(scale, rows):
    if not rows:
        if scale.find_attribute("REFERENCE_LIST") is not None:
            scale.remove_attribute("REFERENCE_LIST")
        return
    type_ = _fiver.Type.make(("compound", 16, (("dataset", 0, type_of(ref_dtype)), ("dimension", 8, integer_type(4, False)))))
    array = np.empty(len(rows), dtype=_BACK)
    for i, row in enumerate(rows):
        array[i] = row
    put(scale, "REFERENCE_LIST", type_, (len(rows),), array)


def attach_scale(dataset, dimension, scale):
    """dims[dimension].attach_scale"""
    _check_writable(dataset)
    if is_scale(dataset._c):
        raise RuntimeError("Unspecified error: a scale has no scales of its own")
    if _same(dataset._c, scale._c) or scale._c.find_attribute("DIMENSION_LIST") is not None:
        raise RuntimeError("Unspecified error: a dataset that has scales can't be a scale")
    if not is_scale(scale._c):
        make_scale(scale)
    lists = _list(dataset)
    reference = _reference(scale._c)
    if reference in lists[dimension]:
        return
    lists[dimension].append(reference)
    _put_list(dataset, lists)
    _put_back(scale._c, _back(scale._c) + [(_reference(dataset._c), dimension)])


def detach_scale(dataset, dimension, scale):
    """dims[dimension].detach_scale"""
    lists = _list(dataset)
    reference = _reference(scale._c)
    if reference not in lists[dimension]:
        raise RuntimeError("Unspecified error: the scale is not attached to this dimension")
    lists[dimension].remove(reference)
    _put_list(dataset, lists)
    rows = _back(scale._c)
    mine = (_reference(dataset._c), dimension)
    if mine in rows:
        rows.remove(mine)
    _put_back(scale._c, rows)


def set_label(dataset, dimension, label):
    """dims[dimension].label = label"""
    _check_writable(dataset)
    attribute = dataset._c.find_attribute("DIMENSION_LABELS")
    labels = [""] * dataset.ndim if attribute is None else list(read_value(attribute))
    labels[dimension] = label
    array = np.empty(len(labels), dtype=object)
    array[:] = labels
    put(dataset._c, "DIMENSION_LABELS", _fiver.Type.make(("text", 16, _NULL_TERMINATED, _ASCII)), (len(labels),), array)


del scale_name
