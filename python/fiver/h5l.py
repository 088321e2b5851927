"""Low-level links."""
import posixpath
from collections import namedtuple

from .base import name_of

TYPE_HARD, TYPE_SOFT, TYPE_EXTERNAL = 0, 1, 64
SAME_LOC = 0
LinkInfo = namedtuple("LinkInfo", "type corder_valid corder cset u")
_TYPES = {"hard": TYPE_HARD, "soft": TYPE_SOFT, "external": TYPE_EXTERNAL}


class LinkProxy:
    """The links of a group."""

    def __init__(self, group_id):
        self._id = group_id

    def _group(self):
        from .groups import Group

        return Group(self._id)

    def _find(self, name):
        link = self._group()._link(name)
        if link is None:
            raise KeyError("no link of the name %r" % (name,))
        return link

    def exists(self, name, lapl=None):
        return self._group()._link(name) is not None

    def get_info(self, name, index=-1, lapl=None):
        _name, target, order, charset = self._find(name)
        kind = target[1] if target[0] == "user" else _TYPES[target[0]]
        return LinkInfo(kind, order is not None, order or 0, charset, target[1] if target[0] == "hard" else 0)

    def get_val(self, name, lapl=None):
        """The path of a soft link; (file, path) of an external one."""
        target = self._find(name)[1]
        values = tuple(part.encode("utf-8", "surrogateescape") for part in target[1:])
        return values if target[0] == "external" else values[0]

    def visit(self, func, idx_type=0, order=0, obj_name=".", lapl=None, info=False):
        """Calls func(name), or func(name, LinkInfo), for every link below."""
        for path, target in self._group()._links_below():
            name = path.encode("utf-8", "surrogateescape")
            kind = target[1] if target[0] == "user" else _TYPES[target[0]]
            answer = func(name, LinkInfo(kind, False, 0, 0, 0)) if info else func(name)
            if answer is not None:
                return answer
        return None

    def iterate(self, func, idx_type=0, order=0, obj_name=".", startidx=0, lapl=None, info=False):
        for name in self._id._handle.names()[startidx:]:
            raw = name.encode("utf-8", "surrogateescape")
            answer = func(raw, self.get_info(name)) if info else func(raw)
            if answer is not None:
                return answer
        return None

    def unlink(self, name, lapl=None):
        self._id.unlink(name)

    def _make(self, name, link):
        from .creating import set_item

        set_item(self._group(), name, link)

    def create_soft(self, new_name, target, lcpl=None, lapl=None):
        """A soft link to a path."""
        from .groups import SoftLink

        self._make(new_name, SoftLink(target))

    def create_external(self, link_name, file_name, obj_name, lcpl=None, lapl=None):
        """A link to a path in another file."""
        from .groups import ExternalLink

        self._make(link_name, ExternalLink(file_name, obj_name))

    def create_hard(self, new_name, cur_loc, cur_name, lcpl=None, lapl=None):
        """Another name for the object at cur_name."""
        from .groups import Group

        self._make(new_name, Group(cur_loc)[cur_name])

    def move(self, src_name, dst_loc, dst_name, lcpl=None, lapl=None):
        """Gives a link another name, below another group."""
        from .groups import Group

        target = Group(dst_loc)
        if target.file != self._group().file:
            raise ValueError("links move within a file")
        self._group()._c.move(src_name, posixpath.join(target.name, name_of(dst_name)))
