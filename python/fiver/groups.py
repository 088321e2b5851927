"""Groups: mappings of names to objects, and links."""
import contextlib
import posixpath

from . import _fiver
from .base import _WRAPPERS, HLObject, MappingHDF5, name_of, wrap
from .ids import ObjectID
from .references import Reference


class HardLink:
    """A name for an object of the file; what ``get(name, getlink=True)`` gives for ordinary links."""

    def __repr__(self):
        return "<HardLink>"


class SoftLink:
    """A name for a path, which need not lead anywhere."""

    def __init__(self, path):
        self._path = name_of(path)

    @property
    def path(self):
        """The path that it stands for, from the group that holds the link unless it begins with a slash."""
        return self._path

    def __repr__(self):
        return '<SoftLink to "%s">' % self.path


class ExternalLink:
    """A name for a path in another file."""

    def __init__(self, filename, path):
        if hasattr(filename, "__fspath__"):
            filename = filename.__fspath__()
        self._filename = name_of(filename)
        self._path = name_of(path)

    @property
    def filename(self):
        """The name of the other file as it was given: relative ones are looked for beside the file that holds the link."""
        return self._filename

    @property
    def path(self):
        """The path in that file."""
        return self._path

    def __repr__(self):
        return '<ExternalLink to "%s" in file "%s"' % (self.path, self.filename)


def _link_object(target):
    kind = target[0]
    if kind == "hard":
        return HardLink()
    if kind == "soft":
        return SoftLink(target[1])
    if kind == "external":
        return ExternalLink(target[1], target[2])
    raise TypeError("Unknown link type")


class GroupID(ObjectID):
    """A group, for low-level calls."""

    __slots__ = ()

    @property
    def links(self):
        """The group's links: exists, visit and the like."""
        from .h5l import LinkProxy

        return LinkProxy(self)

    def get_num_objs(self):
        return self._handle.link_count()

    def __len__(self):
        return self._handle.link_count()

    def __iter__(self):
        return (name.encode("utf-8", "surrogateescape") for name in self._handle.names())

    def __contains__(self, name):
        return self._handle.contains(name)

    def get_linkval(self, name):
        link = self._handle.find_link(name)
        if link is None or link[1][0] != "soft":
            raise ValueError("no soft link of this name")
        return link[1][1].encode("utf-8", "surrogateescape")

    def unlink(self, name):
        self._handle.remove(name_of(name))

    def get_create_plist(self):
        from .h5p import PropGCID

        return PropGCID(self._handle)


class Group(HLObject, MappingHDF5):
    """A group of a file: a mapping of names, or paths, to groups, datasets and committed types."""

    def __init__(self, bind):
        if not isinstance(bind, GroupID):
            raise ValueError("%s is not a GroupID" % (bind,))
        HLObject.__init__(self, bind)

    # --- the mapping ---------------------------------------------------------------------------------------------------------------------

    def __getitem__(self, name):
        """The Group, Dataset or Datatype at the path `name`, or the one that a Reference leads to.

        Raises KeyError where there is none, or where a link on the way leads nowhere; ValueError for a reference that leads nowhere; TypeError for other keys.
        """
        if type(name) is str or isinstance(name, (str, bytes)):
            if not name:
                raise KeyError("Unable to open object (a name must not be empty)")
            try:
                return wrap(self._c.open(name))
            except KeyError as error:
                if type(error) is not KeyError:
                    raise
                raise KeyError("Unable to open object (%s)" % error.args[0]) from None  # h5py's words: some look for them
        if isinstance(name, Reference):
            try:
                found = self._c.file.dereference(name._stored, name._type)
            except OSError as error:
                raise KeyError("Unable to open object by reference (%s)" % error) from None
            if found is None:
                raise ValueError("Invalid HDF5 object reference")
            return wrap(found)
        raise TypeError("Accessing a group is done with bytes or str, not %s" % type(name))

    def get(self, name, default=None, getclass=False, getlink=False, **elink):
        """The object at `name`, or `default`. getclass: its class instead; getlink: the SoftLink, ExternalLink or HardLink of that name.

        elink_mode, elink_swmr, elink_locking: how the file of an external link is opened; its like, which tune libhdf5, are accepted and change nothing.
        Raises ValueError where the file can't be opened in that mode from this one, and OSError where it can't be opened at all.
        """
        if elink and any(not key.startswith("elink_") for key in elink):
            raise TypeError("get() got an unexpected keyword argument %r" % next(iter(elink)))
        if not (getclass or getlink):
            try:
                asked = [elink.get("elink_" + key) for key in ("mode", "swmr", "locking")] if elink else None
                if asked and asked != [None, None, None]:
                    return self._through_link(name, *asked)
                return self[name]
            except KeyError:
                return default
        if not getlink:
            try:
                return type(self[name])
            except KeyError:
                return default
        link = self._link(name)
        if link is None:
            return default
        made = _link_object(link[1])
        return type(made) if getclass else made

    def _through_link(self, name, mode, swmr, locking):
        """The object at `name`; where an external link leads to it, by way of its file opened as asked for."""
        from .files import File

        link = self._link(name)
        if link is None or link[1][0] != "external":
            return self[name]
        here = self.file
        wanted = here.mode if mode is None else mode
        if wanted not in ("r", "r+"):
            raise ValueError("Invalid mode of an external link; must be r or r+")
        if wanted == "r+" and here.mode == "r":
            raise ValueError("The file of an external link can't be opened for writing from a file open for reading only")
        if here.mode == "r+" and here.swmr_mode and (wanted == "r" or swmr is False):
            raise ValueError("The file of an external link can't be opened otherwise than a file that is being written in SWMR mode")
        opened = File(self[name]._c.own_file_name, wanted, swmr=bool(here.swmr_mode if swmr is None else swmr), locking=locking)
        found = opened[link[1][2]]
        found._opened_by = opened
        return found

    def _link(self, path):
        """The link at a path, not followed; None where there is none."""
        path = name_of(path)
        folder, name = posixpath.split(path.rstrip("/"))
        group = self._c if not folder else self._c.find(folder)
        return group.find_link(name) if isinstance(group, _fiver.Group) else None

    def __contains__(self, name):
        """True when there is an object, or a link that leads nowhere, at the path. Raises TypeError for what is no name."""
        if isinstance(name, (str, bytes)):
            return bool(self._c.is_open and name and (self._c.contains(name) or self._link(name) is not None))
        if isinstance(name, Reference):
            return bool(name)
        raise TypeError("A name should be string or bytes, not %s" % type(name))

    def __len__(self):
        return self._c.link_count()

    def __iter__(self):
        return iter(self._c.names("creation"))  # the order of names where the group does not keep the other

    def __reversed__(self):
        return reversed(self._c.names("creation"))

    def __repr__(self):
        if not self:
            return "<Closed HDF5 group>"
        name = "(anonymous)" if self.name is None else '"%s"' % self.name
        return "<HDF5 group %s (%d members)>" % (name, len(self))

    def _repr_html_(self):
        from .html import group_html

        return group_html(self)

    # --- walking -------------------------------------------------------------------------------------------------------------------------

    def visit(self, func):
        """Calls func(path) for everything below, each object once, in the order of names. The first answer that is not None ends it and is returned.

        Paths are relative to this group. What func raises ends it too, and passes through.
        """
        for path, _handle in self._below():
            answer = func(path)
            if answer is not None:
                return answer
        return None

    def visititems(self, func):
        """As visit, with func(name, object)."""
        for path, handle in self._below():
            answer = func(path, wrap(handle))
            if answer is not None:
                return answer
        return None

    def visit_links(self, func):
        """Calls func(name) for every link below, soft and external ones included."""
        for path, _target in self._links_below():
            answer = func(path)
            if answer is not None:
                return answer
        return None

    def visititems_links(self, func):
        """As visit_links, with func(name, link)."""
        for path, target in self._links_below():
            answer = func(path, _link_object(target))
            if answer is not None:
                return answer
        return None

    def _walk(self):
        """(path, target, handle or None) of every link below, in the order of names; a group's own right behind it, each object once."""
        seen = {self._c.address}
        stack = [iter(self._children("", self._c))]
        while stack:
            entry = next(stack[-1], None)
            if entry is None:
                stack.pop()
                continue
            path, group, name, target = entry
            handle = None
            if target[0] == "hard" and target[1] not in seen:
                seen.add(target[1])
                handle = group.open(name)
            yield path, target, handle
            if isinstance(handle, _fiver.Group):
                stack.append(iter(self._children(path + "/", handle)))

    @staticmethod
    def _children(prefix, group):
        return [(prefix + name, group, name, target) for name, target, _order, _charset in group.links("name")]

    def _below(self):
        for path, _target, handle in self._walk():
            if handle is not None:
                yield path, handle

    def _links_below(self):
        for path, target, _handle in self._walk():
            yield path, target

    # --- writing -------------------------------------------------------------------------------------------------------------------------

    def __setitem__(self, name, obj):
        """Links an object or makes one: a Group, Dataset or Datatype (a hard link), SoftLink, ExternalLink, numpy.dtype (a committed type), or
        data for a new dataset. Raises OSError when the name is taken, TypeError for what can't be stored."""
        creating.set_item(self, name, obj)

    def __delitem__(self, name):
        """Removes a link; an object that no link leads to any more goes with it. Raises KeyError where there is none, or the file is read-only."""
        creating.delete_item(self, name)

    def create_group(self, name, track_order=None, *, track_times=False):
        """A new group. Groups on the way are made too. Raises ValueError when the name is taken."""
        return creating.create_group(self, name, track_order)

    def require_group(self, name):
        """The group of this name, made where there is none (ValueError in a file open for reading). Raises TypeError when something else is there."""
        return creating.require_group(self, name)

    def create_dataset(self, name, shape=None, dtype=None, data=None, **kwds):
        """A new dataset.

        shape: sizes, or an int. dtype: a dtype or a committed Datatype; that of the data, or 'f4'. data: elements. chunks: a shape, True for one of
        about a MiB. maxshape: sizes to which it may grow, None without end. compression: 'gzip' (or its level), 'lzf', 'szip', the number of a
        filter, an object of hdf5plugin, or a name of ours: 'bitshuffle-lz4', 'zstd', 'shuffle,zstd=5'. compression_opts: its settings. shuffle,
        fletcher32, scaleoffset: further filters. fillvalue: of elements never written. external: files for the elements. compact: in the header.

        Neither shape nor data, but a dtype: a dataset without elements (a null dataspace). Raises ValueError when the name is taken, when shape and data
        don't fit, chunks are larger than a dataset that can't grow, or a filter is not there; TypeError for settings that exclude each other, and for
        a dtype that can't be stored.
        """
        return creating.create_dataset(self, name, shape, dtype, data, **kwds)

    def require_dataset(self, name, shape, dtype, exact=False, **kwds):
        """The dataset of this name, made where there is none. Raises TypeError when shape or dtype don't fit the one that is there."""
        return creating.require_dataset(self, name, shape, dtype, exact, **kwds)

    def create_dataset_like(self, name, other, **kwupdate):
        """A new dataset with another's shape, dtype, chunks, filters and fill value, but for what the keywords say. Raises as create_dataset."""
        return creating.create_dataset_like(self, name, other, **kwupdate)

    def create_virtual_dataset(self, name, layout, fillvalue=None):
        """A virtual dataset of a VirtualLayout; `fillvalue` stands where it has no source. Raises ValueError when the name is taken."""
        return creating.create_virtual_dataset(self, name, layout, fillvalue)

    @contextlib.contextmanager
    def build_virtual_dataset(self, name, shape, dtype, maxshape=None, fillvalue=None):
        """``with group.build_virtual_dataset(...) as layout:`` makes the dataset at the end of the block."""
        from .vds import VirtualLayout

        layout = VirtualLayout(shape, dtype, maxshape, self.file.filename)
        yield layout
        self.create_virtual_dataset(name, layout, fillvalue)

    def move(self, source, dest):
        """Gives a link another name or place. Raises ValueError where there is no such link, or the new name is taken."""
        creating.move(self, source, dest)

    def copy(self, source, dest, name=None, shallow=False, expand_soft=False, expand_external=False, expand_refs=False, without_attrs=False):
        """Copies an object, or the one at a path, with all below it: to a path of this file, or into a group, which may be in another file.

        name: its name there. shallow: groups below stay empty. expand_soft, expand_external: links become what they lead to. without_attrs: attributes
        stay behind. Chunks are copied as they are stored. Raises RuntimeError when the name is taken or there is no such object.
        """
        from .copying import copy

        copy(self, source, dest, name, shallow, expand_soft, expand_external, expand_refs, without_attrs)


_WRAPPERS[_fiver.Group] = lambda handle: Group(GroupID(handle))

from . import creating  # noqa: E402  (it needs the classes above)
