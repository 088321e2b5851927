"""group.copy"""
import posixpath

from .base import HLObject, name_of, wrap
from .datasets import Dataset
from .files import File
from .groups import ExternalLink, Group, SoftLink, _link_object


def copy(group, source, dest, name=None, shallow=False, expand_soft=False, expand_external=False, expand_refs=False, without_attrs=False):
    """Copies an object, or the one at a path, to a path, or into a group under `name` or its own."""
    if not isinstance(dest, (Group, str, bytes)):
        raise TypeError("The destination of a copy is a path or a Group, not %r" % (dest,))
    if not isinstance(source, HLObject):
        if not isinstance(dest, Group):
            try:
                source = group[source]
            except KeyError as error:
                raise RuntimeError("Unable to copy object: %s" % error.args[0]) from None
        else:
            source = group[source]
    if isinstance(dest, Group):
        target = dest
        if name is not None:
            path = name_of(name)
        elif source.name in (None, "/"):
            raise RuntimeError("an object without a name needs one in the copy")
        else:
            path = posixpath.basename(source.name)
    else:
        target, path = group, name_of(dest)
        if name is not None:
            raise TypeError("name is only for copies into a group")
    if isinstance(source, File):
        source = source["/"]
    if expand_refs:
        raise NotImplementedError("expand_refs is not done: the copied references lead to copies where these are part of the same copy")
    if not (shallow or expand_soft or expand_external) or not isinstance(source, Group):
        try:
            target._c.copy(source._c, path)
        except (KeyError, ValueError) as error:
            raise RuntimeError("Unable to copy object: %s" % error) from None
        copied = target[path]
    else:
        links = {source._c.identity: source._c.links("creation")}  # before the copy is among them
        try:
            copied = target.create_group(path)
        except (KeyError, ValueError) as error:
            raise RuntimeError("Unable to copy object: %s" % error) from None
        _fill(source, copied, shallow, expand_soft, expand_external, {source._c.identity: copied}, links)
        _copy_attributes(source, copied)
    if without_attrs:
        _strip(copied)


def _fill(source, copied, shallow, expand_soft, expand_external, done, links):
    """Copies what is in a group. `done`: the copies made so far, by the identity of their originals, so that each object is copied once; `links`: what
    groups had in them before. A copy inside of what is copied is left out."""
    made = {copied._c.identity for copied in done.values()}
    for name, target, _order, _charset in links.get(source._c.identity) or source._c.links("creation"):
        link = _link_object(target)
        follow = isinstance(link, SoftLink) and expand_soft or isinstance(link, ExternalLink) and expand_external
        if isinstance(link, (SoftLink, ExternalLink)) and not (follow and source.get(name) is not None):
            copied[name] = link
            continue
        member = source[name]
        if member._c.identity in made:
            continue
        known = done.get(member._c.identity)
        if known is not None:
            copied[name] = known
        elif isinstance(member, Group):
            below = done[member._c.identity] = copied.create_group(name)
            if not shallow:
                _fill(member, below, shallow, expand_soft, expand_external, done, links)
            _copy_attributes(member, below)
        else:
            copied._c.copy(member._c, name)
            done[member._c.identity] = copied[name]


def _copy_attributes(source, copied):
    from .attribute_writing import put
    from .attributes import read_value
    from .empty import Empty

    for name in source._c.attribute_names("creation"):
        attribute = source._c.find_attribute(name)
        value = read_value(attribute)
        if isinstance(value, Empty):
            put(copied._c, name, attribute.type, None, None)
        else:
            from .dtypes import translation
            from .values import array_of

            put(copied._c, name, attribute.type, attribute.space[0], array_of(value, translation(attribute.type).dtype))


def _strip(obj):
    handles = [obj._c]
    if isinstance(obj, Group):
        handles += [handle for _path, handle in obj._below()]
    for handle in handles:
        for name in handle.attribute_names():
            handle.remove_attribute(name)


del Dataset, wrap
