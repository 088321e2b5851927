"""Low-level references."""
from .references import Reference, RegionReference  # noqa: F401

OBJECT, DATASET_REGION = 0, 1


def _file(id):
    return getattr(id._handle, "file", id._handle)


def _target(ref, id):
    try:
        return _file(id).dereference(ref._stored, ref._type)
    except OSError as error:
        raise KeyError("Unable to open object by reference (%s)" % error) from None


def dereference(ref, id):
    """The identifier of the object that a reference leads to; None for a null one."""
    from .base import wrap

    found = _target(ref, id)
    return None if found is None else wrap(found).id


def get_name(ref, loc):
    """A path of that object, as bytes."""
    from .base import wrap

    found = _target(ref, loc)
    name = None if found is None else wrap(found).name
    return None if name is None else name.encode("utf-8", "surrogateescape")


def get_obj_type(ref, id):
    """h5o's number of its kind."""
    from . import _fiver

    found = _target(ref, id)
    return None if found is None else 0 if isinstance(found, _fiver.Group) else 1 if isinstance(found, _fiver.Dataset) else 2


def get_region(ref, id):
    """The dataspace of a region reference, its elements selected."""
    from .h5s import SpaceID

    chosen = _file(id).decode_reference(ref._stored, ref._type)[1]
    return SpaceID.of(_target(ref, id).shape, chosen)


def create(loc, name, ref_type, space=None):
    """A reference to an object, or to the elements that `space` selects."""
    from .base import wrap
    from .writing import region_reference_to

    found = loc._handle if name in (b".", ".") else loc._handle.open(name)
    return wrap(found).ref if ref_type == OBJECT else region_reference_to(found, space._chosen)
