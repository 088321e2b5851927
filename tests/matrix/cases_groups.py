"""Cases of groups and links: every style, size and order, names of every length, links of every class."""
import ctypes

import h5py
from h5py import h5g, h5p

from core import BOUNDS, case, native, new_file, numbers, put, VERSION

ORDERS = {"plain": 0, "tracked": h5p.CRT_ORDER_TRACKED, "indexed": h5p.CRT_ORDER_TRACKED | h5p.CRT_ORDER_INDEXED}
STYLES = [n for n in BOUNDS if n in ("earliest", "v18", "v112", "v200")]

# Names with the same lookup3 hash, which dense groups order by name.
COLLIDING = [("name0040601", "name0196931"), ("name0081696", "name0239156"), ("name0339918", "name0351774"),
             ("name0060438", "name0118845"), ("name0289352", "name0312652")]


def group_with(parent, name, *steps):
    """A group for which each step (function, arguments...) was called on its creation properties."""
    properties = h5p.create(h5p.GROUP_CREATE)
    properties.set_obj_track_times(False)
    for step, *arguments in steps:
        step(properties, *arguments)
    return h5py.Group(h5g.create(parent.id, name.encode(), gcpl=properties))


def order(properties, flags):
    properties.set_link_creation_order(flags)


def phase_change(properties, most_compact, least_dense):
    native("H5Pset_link_phase_change", properties, ctypes.c_uint(most_compact), ctypes.c_uint(least_dense))


def shuffled(count):
    """0..count-1 in an order that is neither creation's nor the names'."""
    return [i * 7919 % count for i in range(count)] if count % 7919 else list(range(count))


@case(each=[(s, o) for s in STYLES for o in ORDERS])
def links(path, chosen):
    """0, 1, 8, 9 and 1000 links: empty, compact, just dense, several levels of tree."""
    low, chosen_order = chosen
    with new_file(path, low) as file:
        target = put(file, "target", numbers("target", (3,), "<i4"))
        for count in (0, 1, 8, 9, 1000):
            group = group_with(file, f"links{count}", (order, ORDERS[chosen_order]))
            for i in shuffled(count):
                if i % 3 == 0:
                    group[f"soft{i:04}"] = h5py.SoftLink(f"/links8/soft{i:04}")
                elif i % 3 == 1:
                    group[f"hard {i}"] = target
                else:
                    group[f"external-{i}"] = h5py.ExternalLink("elsewhere.h5", f"/path/{i}")


@case(each=[(s, o) for s in STYLES if s != "earliest" for o in ORDERS])
def link_phases(path, chosen):
    """Always dense, never dense, dense and back to compact."""
    low, chosen_order = chosen
    with new_file(path, low) as file:
        dense = group_with(file, "dense", (order, ORDERS[chosen_order]), (phase_change, 0, 0))
        compact = group_with(file, "compact", (order, ORDERS[chosen_order]), (phase_change, 1000, 900))
        shrunk = group_with(file, "shrunk", (order, ORDERS[chosen_order]))
        thinned = group_with(file, "thinned", (order, ORDERS[chosen_order]))
        dense["one"] = h5py.SoftLink("/compact")
        for i in shuffled(120):
            compact[f"l{i}"] = h5py.SoftLink(f"to {i}")
            shrunk[f"l{i}"] = h5py.SoftLink(f"to {i}")
            thinned[f"l{i}"] = h5py.SoftLink(f"to {i}" * 5)
        for i in range(120):
            if i >= 5:
                del shrunk[f"l{i}"]
            if i % 4:
                del thinned[f"l{i}"]


@case(each=("earliest", "v18"))
def many_links(path, low):
    """Ten thousand long names: a tree of several levels, a heap of many rows."""
    with new_file(path, low) as file:
        group = file.create_group("wide")
        for i in shuffled(10000):
            group[f"a name long enough to make the heap grow through many of its rows, number {i:05}"] = h5py.SoftLink(f"/{i}")


@case()
def filtered_group(path):
    """A dense group whose heap is compressed."""
    with new_file(path, "v18") as file:
        for level in (1, 9):
            group = group_with(file, f"level{level}", (order, ORDERS["indexed"]),
                               (lambda p, l: native("H5Pset_deflate", p, ctypes.c_uint(l)), level))
            for i in shuffled(400):
                group[f"a rather repetitive name {i}"] = h5py.SoftLink("/a/rather/repetitive/target" * (1 + i % 5))


@case(each=STYLES)
def hints(path, low):
    """Estimates of names and of the local heap's size, which change what is allocated at first."""
    with new_file(path, low) as file:
        estimated = group_with(file, "estimated",
                               (lambda p: native("H5Pset_est_link_info", p, ctypes.c_uint(20), ctypes.c_uint(40)),),
                               (lambda p: native("H5Pset_local_heap_size_hint", p, ctypes.c_size_t(2048)),))
        for i in range(30):
            estimated[f"link{i}"] = h5py.SoftLink("x")


@case(each=STYLES)
def names(path, low):
    """Names of every length up to 65535 bytes, of any characters, with equal hashes, and such that byte order is not what people expect."""
    with new_file(path, low) as file:
        lengths = file.create_group("lengths")
        for length in (1, 2, 7, 8, 9, 15, 16, 63, 64, 255, 256, 257, 4095, 4096, 30000, 65535):
            lengths["x" * length] = h5py.SoftLink(f"length {length}")
        odd = file.create_group("odd")
        for name in ("B", "a", "A", "b", "ab", "a b", " ", "  ", "...", "..", "a.", "\u00e4", "\u65e5\u672c\u8a9e", "\U0001f680", "e\u0301", "\u00e9",
                     "tab\there", "line\nbreak", "\x01", "\x7f", "quote\"'", "back\\slash", "-rf", "*?[]", "a[1]", "$HOME", "%b"):
            odd[name] = h5py.SoftLink("t")
        odd.id.links.create_soft(b"not \xff\xfe UTF-8", b"target \xc3\x28")
        equal = file.create_group("equal hashes")
        for pair in COLLIDING:
            for name in reversed(pair):
                equal[name] = h5py.SoftLink(name)
        for i in range(20):
            equal[f"other{i}"] = h5py.SoftLink("o")


@case(each=STYLES)
def hard_links(path, low):
    """Objects with several names, and groups that contain themselves."""
    with new_file(path, low) as file:
        a = file.create_group("a")
        b = a.create_group("b")
        b["up"] = a
        b["root"] = file["/"]
        a["self"] = a
        data = put(b, "data", numbers("data", (4,), "<i2"))
        for i in range(12):
            a[f"name{i}"] = data
        a["type"] = data.dtype
        b["type too"] = a["type"]
        del b["data"]


@case(each=STYLES)
def soft_links(path, low):
    """Relative, absolute, dangling, cyclic; a chain of 17, one more than libhdf5 follows."""
    with new_file(path, low) as file:
        group = file.create_group("group")
        put(group, "data", numbers("data", (4,), "<i2"))
        for name, target in (("relative", "data"), ("absolute", "/group/data"), ("dotted", "./data/."), ("doubled", "//group///data/"),
                             ("dangling", "/nowhere"), ("self", "self"), ("long", "x" * 5000), ("through", "relative"), ("space", " "),
                             ("utf", "\u00e4\u00f6")):
            group[name] = h5py.SoftLink(target)
        chain = file.create_group("chain")
        chain["0"] = h5py.SoftLink("/group/data")
        for i in range(1, 18):
            chain[str(i)] = h5py.SoftLink(str(i - 1))


@case(each=STYLES)
def external_links(path, low):
    """To files that are there, that are not, and to one another."""
    other = path.replace(".h5", ".other.h5")
    with new_file(other, low) as file:
        put(file.create_group("here"), "data", numbers("data", (4,), "<i2"))
        file["back"] = h5py.ExternalLink(path, "/group")
    with new_file(path, low) as file:
        group = file.create_group("group")
        for name, target, inside in (("there", other, "/here/data"), ("without a slash", other, "here/data"), ("around", other, "/back/there"),
                                     ("missing file", "nowhere.h5", "/x"), ("missing object", other, "/nowhere"),
                                     ("absolute", "/nonexistent/folder/" + other, "/here"), ("long", "f" * 3000, "p" * 3000),
                                     ("utf", "d\u00e4tei.h5", "/\u00fc"), ("root", other, "/")):
            group[name] = h5py.ExternalLink(target, inside)


class LinkClass(ctypes.Structure):
    _fields_ = [("version", ctypes.c_int), ("id", ctypes.c_int), ("comment", ctypes.c_char_p)] + \
        [(n, ctypes.c_void_p) for n in ("create", "move", "copy", "traverse", "delete", "query")]


@case(each=STYLES)
def user_links(path, low):
    """Links of classes that only their writer knows."""
    traverse = ctypes.CFUNCTYPE(ctypes.c_int64)(lambda: -1)
    for number in (65, 187, 255):
        known = LinkClass(1 if VERSION >= (1, 12) else 0, number, b"made up", traverse=ctypes.cast(traverse, ctypes.c_void_p))
        native("H5Lregister", ctypes.byref(known))
    with new_file(path, low) as file:
        group = file.create_group("group")
        for number, content in ((65, b"some bytes"), (187, b""), (255, bytes(range(256)))):
            native("H5Lcreate_ud", group.id, ctypes.c_char_p(f"user{number}".encode()), ctypes.c_int(number), ctypes.c_char_p(content),
                   ctypes.c_size_t(len(content)), ctypes.c_int64(0), ctypes.c_int64(0))
    for number in (65, 187, 255):
        native("H5Lunregister", ctypes.c_int(number))


@case(each=STYLES)
def deep(path, low):
    """Two hundred groups, each in the one before."""
    with new_file(path, low) as file:
        group = file["/"]
        for i in range(200):
            group = group.create_group(f"level{i}")
        put(group, "bottom", numbers("bottom", (4,), "<i2"))
