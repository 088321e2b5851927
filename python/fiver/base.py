"""What groups, datasets, committed types and files have in common."""
import posixpath
from collections.abc import ItemsView, KeysView, MutableMapping, ValuesView

from . import _fiver
from .empty import Empty  # noqa: F401  (where h5py has it)


def name_of(value):
    """A name given as str or bytes."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, str):
        return value
    raise TypeError("A name should be string or bytes, not %s" % type(value))


def product(numbers):
    """The product of integers, however large."""
    result = 1
    for number in numbers:
        result *= number
    return result


def is_hdf5(name):
    """True when the file exists and is an HDF5 file."""
    from .files import is_hdf5 as asked

    return asked(name)


def is_empty_dataspace(obj_id):
    """True when a dataset or attribute has a null dataspace."""
    return obj_id._handle.space[0] is None


class HLObject:
    """An open object of a file. False once its file is closed."""

    def __init__(self, oid):
        self._id = oid
        self._c = oid._handle

    @property
    def id(self):
        """The identifier for low-level calls."""
        return self._id

    def __bool__(self):
        return self._c.is_open

    @property
    def name(self):
        """The path by which the object was opened; None for an object without a name."""
        if not self._c.is_open:
            return None
        path = self._c.path
        # Opened by its address, or by way of what was; or moved, or removed since.
        if path.startswith("?") or self._c.file.mode != "r" and not _leads_to(path, self._c):
            path = _find_path(self)
        return path

    @property
    def file(self):
        """A File for the file that holds the object."""
        from .files import File

        opened = self.__dict__.get("_opened_by")
        return opened if opened is not None else File._of(self._c)

    @property
    def parent(self):
        """The group that holds the object under its name."""
        name = self.name
        if name is None:
            raise ValueError("Parent of an anonymous object is undefined")
        return self.file[posixpath.dirname(name)]

    @property
    def ref(self):
        """A Reference to the object."""
        from .references import Reference

        return Reference((self._c.address).to_bytes(8, "little"))

    @property
    def regionref(self):
        """Makes region references: ``dataset.regionref[0:10]``."""
        from .regions import RegionReferences

        return RegionReferences(self)

    def __eq__(self, other):
        if isinstance(other, HLObject):
            return self._id == other._id
        return NotImplemented

    def __hash__(self):
        return hash(self._id)

    def __reduce__(self):
        if self._c.is_open and self.file.mode == "r":
            from .pickling import reopen

            return reopen, self.file._opened_as() + (self.name,)
        raise TypeError("h5py objects cannot be pickled unless their file is open for reading only")


def _leads_to(path, handle):
    if handle.own_file_name != handle.file.name:
        return True
    found = handle.file.root().find(path)
    return found is not None and found.address == handle.address


def _find_path(item):
    """The first path that leads to an object that was opened by its address."""
    wanted = item._c.address
    root = item.file._root()
    if root.address == wanted:
        return "/"
    seen, todo = {root.address}, [("", root, iter(root.links()))]
    while todo:
        path, group, links = todo[-1]
        link = next(links, None)
        if link is None:
            todo.pop()
            continue
        name, target = link[:2]
        if target[0] != "hard":
            continue
        if target[1] == wanted:
            return path + "/" + name
        if target[1] not in seen:
            seen.add(target[1])
            below = group.find(name)
            if isinstance(below, _fiver.Group):
                todo.append((path + "/" + name, below, iter(below.links())))
    return None


def wrap(handle):
    """The Group, Dataset or Datatype of a handle of the extension."""
    return _WRAPPERS[type(handle)](handle)


_WRAPPERS = {}  # filled by the modules of the classes


class KeysViewHDF5(KeysView):
    def __iter__(self):
        return iter(self._mapping)

    def __str__(self):
        return "<KeysViewHDF5 {}>".format(list(self))

    def __reversed__(self):
        yield from reversed(self._mapping)

    __repr__ = __str__


class ValuesViewHDF5(ValuesView):
    def __contains__(self, value):
        return any(value == self._mapping.get(key) for key in self._mapping)

    def __iter__(self):
        for key in self._mapping:
            yield self._mapping.get(key)

    def __reversed__(self):
        for key in reversed(self._mapping):
            yield self._mapping.get(key)


class ItemsViewHDF5(ItemsView):
    def __contains__(self, item):
        key, value = item
        return key in self._mapping and self._mapping.get(key) == value

    def __iter__(self):
        for key in self._mapping:
            yield key, self._mapping.get(key)

    def __reversed__(self):
        for key in reversed(self._mapping):
            yield key, self._mapping.get(key)


class MappingHDF5(MutableMapping):
    """The views of groups and attributes."""

    __slots__ = ()

    def keys(self):
        """A view of the names."""
        return KeysViewHDF5(self)

    def values(self):
        """A view of the objects; None for links that lead nowhere."""
        return ValuesViewHDF5(self)

    def items(self):
        """A view of (name, object)."""
        return ItemsViewHDF5(self)

    def _ipython_key_completions_(self):
        return sorted(self.keys())
