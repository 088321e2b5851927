"""Types and values of random programs, made of a seed, and the form in which answers of h5py and of fiver are compared."""
import numpy as np

# name -> the dtype as an expression over m (the module) and np
TYPES = {
    **{name: "np.dtype(%r)" % name for name in (
        "<i1", "u1", "<i2", ">i2", "<u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8", "<u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8",
        "<c8", ">c8", "<c16", "?", "S1", "S5", "S12", "V4", "V7")},
    "g": "np.dtype(np.longdouble)",
    "utf8": "m.string_dtype()", "ascii": "m.string_dtype('ascii')",
    "utf8_6": "m.string_dtype('utf-8', 6)", "ascii_3": "m.string_dtype('ascii', 3)",
    "vlen_i4": "m.vlen_dtype('<i4')", "vlen_f8": "m.vlen_dtype('<f8')", "vlen_u1": "m.vlen_dtype('u1')",
    "vlen_vlen": "m.vlen_dtype(m.vlen_dtype('i2'))", "vlen_enum": "m.vlen_dtype(m.enum_dtype({'A': 0, 'B': 1}, 'u1'))",
    "vlen_pair": "m.vlen_dtype(np.dtype([('x', '<i2'), ('y', '<f8')]))",
    "enum": "m.enum_dtype({'RED': 0, 'GREEN': 1, 'BLUE': 5}, 'u1')", "enum_i4": "m.enum_dtype({'LOW': -3, 'HIGH': 4000}, '>i4')",
    "ref": "m.ref_dtype", "region": "m.regionref_dtype",
    "date": "m.opaque_dtype('<M8[s]')", "span": "m.opaque_dtype('>m8[ms]')", "opaque_i4": "m.opaque_dtype('<i4')",
    "pair": "np.dtype([('x', '<i4'), ('y', '<f8')])", "mixed": "np.dtype([('a', 'u1'), ('b', '>i2'), ('c', 'S4'), ('d', '?')])",
    "aligned": "np.dtype([('a', 'i1'), ('b', 'f8'), ('c', 'i2')], align=True)",
    "nested": "np.dtype([('p', [('x', '<f4'), ('y', '<i2')]), ('n', '<u4')])",
    "rows": "np.dtype([('v', '<f4', (2, 3)), ('t', '<u2')])", "complexes": "np.dtype([('z', 'c16'), ('w', 'c8')])",
    "named": "np.dtype([('name', m.string_dtype()), ('n', '<i4')])", "lists": "np.dtype([('k', '<i2'), ('l', m.vlen_dtype('<f4'))])",
    "coloured": "np.dtype([('c', m.enum_dtype({'A': 0, 'B': 1}, 'i2')), ('s', m.string_dtype('utf-8', 4))])",
    "linked": "np.dtype([('r', m.ref_dtype), ('n', '<i8')])", "apart": "np.dtype({'names': ['q', 'p'], 'formats': ['<i4', '<f4'], 'offsets': [8, 2], 'itemsize': 16})",
    "array": "np.dtype(('<i2', (3,)))", "array_2d": "np.dtype(('>f4', (2, 2)))",
}
SIMPLE = ("<i4", "<f8", "<i2", "u1", "<f4")
WORDS = ("", "a", "text", "a longer text", "\u00fc\u20ac", "naïve", "42", "1.5", "tab\tbed", "  ")


def dtype_of(m, name):
    """The dtype that a name of TYPES has in a module."""
    return eval(TYPES[name], {"m": m, "np": np})


def values(m, f, name, shape, seed):
    """An array of that type and shape; references lead to objects of the file."""
    dtype = dtype_of(m, name) if isinstance(name, str) else name
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    rng = np.random.default_rng(seed)
    if dtype.subdtype is not None:
        return _filled(m, f, dtype.subdtype[0], shape + dtype.subdtype[1], rng)
    return np.asarray(_filled(m, f, dtype, shape, rng), dtype)


def _filled(m, f, dtype, shape, rng):
    if dtype.names is not None:
        made = np.zeros(shape, dtype)
        for name in dtype.names:
            field = dtype.fields[name][0]
            base, inner = field.subdtype or (field, ())
            made[name] = _filled(m, f, base, shape + inner, rng)
        return made
    count = int(np.prod(shape))
    kind = dtype.kind
    if kind == "O":
        made = np.empty(count, dtype)
        for i in range(count):
            made[i] = _object(m, f, dtype, rng)
        return made.reshape(shape)
    enum = m.check_enum_dtype(dtype)
    if enum is not None:
        return rng.choice(np.array(list(enum.values())), shape).astype(dtype)
    if kind in "iu":
        small = rng.integers(0, 100, shape)
        wide = rng.integers(0, 256, (count, dtype.itemsize), np.uint8).view(dtype).reshape(shape) if count else small.astype(dtype)
        return (small.astype(dtype) if rng.random() < 0.7 else wide).astype(dtype)
    if kind == "f":
        made = (rng.integers(-400, 400, shape) / 4).astype(dtype)
        if count and rng.random() < 0.1:
            made.flat[0] = (np.nan, np.inf, -np.inf, 0.1)[rng.integers(4)]
        return made
    if kind == "c":
        return (rng.integers(-9, 9, shape) + 1j * rng.integers(-9, 9, shape)).astype(dtype)
    if kind == "b":
        return rng.random(shape) < 0.5
    if kind == "S":
        utf8 = (m.check_string_dtype(dtype) or m.check_string_dtype(np.dtype("S1"))).encoding == "utf-8"
        words = [word.encode() for word in WORDS if utf8 or word.isascii()]
        return np.array([words[i] for i in rng.integers(0, len(words), count)], dtype).reshape(shape)
    if kind in "Mm":
        return rng.integers(0, 2 ** 31, shape).astype("<i8").astype("%s8[%s]" % (kind, np.datetime_data(dtype)[0])).astype(dtype)
    if kind == "V":
        return np.frombuffer(rng.bytes(count * dtype.itemsize), dtype).reshape(shape)
    raise ValueError(dtype)


def _object(m, f, dtype, rng):
    vlen = m.check_vlen_dtype(dtype)
    if vlen is bytes or vlen is str:
        word = WORDS[rng.integers(len(WORDS))]
        if vlen is bytes and not word.isascii():
            word = "plain"
        return word.encode() if vlen is bytes or rng.random() < 0.3 else word
    if vlen is not None:
        return _filled(m, f, np.dtype(vlen), (int(rng.integers(0, 4)),), rng)
    names = sorted(f)[:8] if f else []
    if m.check_ref_dtype(dtype) is m.Reference:
        found = [f.get(name) for name in names]
        found = [item for item in found if item is not None]
        return found[rng.integers(len(found))].ref if found and rng.random() < 0.8 else m.Reference() if rng.random() < 0.5 else f["/"].ref
    found = [item for item in (f.get(name) for name in names) if isinstance(item, m.Dataset) and item.shape]
    if not found:
        return m.RegionReference()
    item = found[rng.integers(len(found))]
    return item.regionref[0:int(rng.integers(1, 4))]


# --- answers ---------------------------------------------------------------------------------------------------------------------------

def type_form(m, dtype):
    """A dtype with all that the module has written on it."""
    if dtype.names is not None:
        return ("compound", dtype.itemsize, tuple((n, dtype.fields[n][1], type_form(m, dtype.fields[n][0])) for n in dtype.names))
    if dtype.subdtype is not None:
        return ("array", dtype.subdtype[1], type_form(m, dtype.subdtype[0]))
    facts = [dtype.str]
    text, vlen, enum, ref = m.check_string_dtype(dtype), m.check_vlen_dtype(dtype), m.check_enum_dtype(dtype), m.check_ref_dtype(dtype)
    if text is not None:
        facts.append((text.encoding, text.length))
    elif vlen is not None:
        facts.append(("vlen", type_form(m, np.dtype(vlen))))
    if enum is not None and (dtype.itemsize > 1 or len(enum) != 2):  # "vlen_enum": h5py loses the names
        facts.append(tuple(sorted((key, int(value)) for key, value in enum.items())))
    if ref is not None:
        facts.append(ref.__name__)
    if m.check_opaque_dtype(dtype):
        facts.append("opaque")
    return tuple(facts)


def form(m, f, value, depth=0):
    """What is compared of an answer: no addresses, no identities; a reference is what it leads to."""
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes, slice, range, type(Ellipsis), bytearray)):
        return "%s %r" % (type(value).__name__, value)
    if depth > 8:
        return "deep"
    if isinstance(value, np.dtype):
        return ("dtype", type_form(m, value))
    if isinstance(value, (np.ndarray, np.generic)):
        kind = "array" if isinstance(value, np.ndarray) else "scalar"
        return (kind, type_form(m, value.dtype), value.shape, _content(m, f, np.asarray(value), depth))
    if isinstance(value, m.Empty):
        return ("empty", type_form(m, value.dtype))
    if isinstance(value, m.RegionReference):
        return ("region",) + _led(m, f, value, True)
    if isinstance(value, m.Reference):
        return ("reference",) + _led(m, f, value, False)
    if isinstance(value, m.SoftLink):
        return ("soft", value.path)
    if isinstance(value, m.ExternalLink):
        return ("external", value.filename, value.path)
    if isinstance(value, m.HardLink):
        return ("hard",)
    if isinstance(value, type):
        return ("class", value.__name__)
    if isinstance(value, m.Dataset) and value:
        return ("Dataset", _name(m, value), value.shape, type_form(m, value.dtype))
    if isinstance(value, (m.Group, m.Dataset, m.Datatype)):
        return (type(value).__name__, _name(m, value) if value else "closed")
    if hasattr(value, "chunk_offset") and hasattr(value, "filter_mask"):
        return ("chunk", value.chunk_offset)  # fiver leaves out a filter that makes a chunk no smaller
    if isinstance(value, dict):
        return ("dict", tuple((form(m, f, key, depth + 1), form(m, f, item, depth + 1)) for key, item in value.items()))
    if isinstance(value, (list, tuple)) or hasattr(value, "__next__") or type(value).__name__.endswith("ViewHDF5"):
        return (type(value).__name__, [form(m, f, item, depth + 1) for item in value])
    return (type(value).__name__,)


def _name(m, item):
    """An object's name; of those that have several, any may be found."""
    return item.name if m.h5o.get_info(item.id).rc <= 1 else "one of several"


def _content(m, f, array, depth):
    dtype = array.dtype
    if dtype.names is not None:
        return tuple(_content(m, f, array[name], depth) for name in dtype.names)
    if dtype.hasobject:
        return [form(m, f, _plain(item), depth + 1) for item in array.ravel()]
    if dtype.kind == "b":
        return (array.view("u1") != 0).tobytes()  # integers may be stored there that are neither
    if dtype.kind in "fc" and dtype.itemsize > 8:
        return repr(array.ravel().tolist())  # a long double has bytes that mean nothing
    if dtype.kind == "f":
        array = np.where(np.isnan(array), np.nan, array).astype(dtype)  # whatever is in a NaN
    return array.tobytes()


def _plain(item):
    """The items of a sequence as h5py has them: without names of integers. (In the other order of bytes they are wrong there; no type here has that.)"""
    if isinstance(item, np.ndarray) and item.dtype.kind == "O":
        plain = np.empty(item.shape, object)
        plain[...] = item
        return plain
    return item.view(item.dtype.str) if isinstance(item, np.ndarray) and item.dtype.kind in "iu" else item


def _led(m, f, reference, region):
    if not reference:
        return ("null",)
    try:
        item = f[reference] if not region else m.h5i.get_name(m.h5r.dereference(reference, f.id))
    except Exception:
        return ("nowhere",)
    if not region:
        return (type(item).__name__, _name(m, item))
    dataset = f[item]
    return (_name(m, dataset), dataset.regionref.shape(reference), dataset.regionref.selection(reference))
