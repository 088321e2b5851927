"""How files, groups and datasets look in notebooks."""
from html import escape

_STYLE = ("border-collapse:collapse;font-size:90%", "padding:1px 10px 1px 0;text-align:left;vertical-align:top")


def _size(count):
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB"):
        if count < 1024 or unit == "TiB":
            return ("%d %s" if unit == "bytes" else "%.1f %s") % (count, unit)
        count /= 1024


def _table(title, rows):
    cells = "".join('<tr><td style="%s"><b>%s</b></td><td style="%s">%s</td></tr>' % (_STYLE[1], escape(k), _STYLE[1], v) for k, v in rows)
    return '<div><div><b>%s</b></div><table style="%s">%s</table></div>' % (title, _STYLE[0], cells)


def _attributes(obj):
    items = []
    for i, name in enumerate(obj.attrs):
        if i == 20:
            items.append("&hellip;")
            break
        try:
            value = repr(obj.attrs[name])
        except Exception as error:  # shown, since a notebook must show the rest
            value = "(%s)" % error
        items.append("%s = %s" % (escape(name), escape(value if len(value) <= 80 else value[:77] + "...")))
    return "<br>".join(items)


def dataset_html(dataset):
    """A table of what the dataset is."""
    if not dataset:
        return escape(repr(dataset))
    handle = dataset._c
    stored = handle.stored_size()
    rows = [("shape", escape(str(dataset.shape))), ("dtype", escape(str(dataset.dtype)))]
    if dataset.chunks:
        rows.append(("chunks", escape(str(dataset.chunks))))
    names = [name or str(number) for number, _f, _v, name in handle.filters]
    if names:
        rows.append(("filters", escape(" + ".join(names))))
    ratio = "" if not stored or dataset.nbytes == stored else " (%.1f times smaller)" % (dataset.nbytes / stored) if stored < dataset.nbytes else ""
    rows.append(("size", "%s, stored in %s%s" % (_size(dataset.nbytes), _size(stored), ratio)))
    if dataset.is_virtual:
        rows.append(("virtual", "%d mappings" % len(handle.virtual_mappings())))
    attributes = _attributes(dataset)
    if attributes:
        rows.append(("attributes", attributes))
    return _table("Dataset %s" % escape(str(dataset.name)), rows)


def group_html(group):
    """A list of the first members of the group."""
    if not group:
        return escape(repr(group))
    rows = []
    for i, (name, target, _order, _charset) in enumerate(group._c.links("name")):
        if i == 100:
            rows.append(("&hellip;", "%d more" % (len(group) - 100)))
            break
        member = group.get(name) if target[0] == "hard" else None
        rows.append((name, escape(repr(member) if target[0] == "hard" else " -> ".join(["link"] + [str(part) for part in target[1:]]))))
    attributes = _attributes(group)
    if attributes:
        rows.append(("attributes", attributes))
    title = "File %s" % escape(group.filename) if hasattr(group, "filename") else "Group %s" % escape(str(group.name))
    return _table(title, rows)
