"""Low-level dimension scales."""
from . import dims
from .attributes import read_value


def is_scale(dset):
    """True for a dimension scale."""
    return dims.is_scale(dset._handle)


def get_scale_name(dscale):
    """Its name, as bytes."""
    return dims.scale_name(dscale._handle).encode("utf-8", "surrogateescape")


def get_num_scales(dset, dim):
    """How many scales are attached to a dimension."""
    from .datasets import Dataset

    return len(Dataset(dset).dims[dim])


def get_label(dset, idx):
    """The label of a dimension, as bytes."""
    from .datasets import Dataset

    return Dataset(dset).dims[idx].label.encode("utf-8", "surrogateescape")


def set_label(dset, idx, label):
    """Labels a dimension."""
    from .datasets import Dataset

    Dataset(dset).dims[idx].label = label.decode("utf-8") if isinstance(label, bytes) else label


def set_scale(dset, dimname=b""):
    """Makes a dataset a scale."""
    from .datasets import Dataset

    Dataset(dset).make_scale(dimname.decode("utf-8") if isinstance(dimname, bytes) else dimname)


def is_attached(dset, dscale, idx):
    """True when the scale is attached to the dimension."""
    from .datasets import Dataset

    return any(scale.id == dscale for scale in Dataset(dset).dims[idx].values())


def attach_scale(dset, dscale, idx):
    """Attaches a scale."""
    from .datasets import Dataset

    Dataset(dset).dims[idx].attach_scale(Dataset(dscale))


def detach_scale(dset, dscale, idx):
    """Takes a scale away."""
    from .datasets import Dataset

    Dataset(dset).dims[idx].detach_scale(Dataset(dscale))


def iterate(dset, dim, func, startidx=0):
    """Calls func(scale) for each scale of a dimension."""
    from .datasets import Dataset

    for scale in Dataset(dset).dims[dim].values()[startidx:]:
        answer = func(scale.id)
        if answer is not None:
            return answer
    return None


del read_value
