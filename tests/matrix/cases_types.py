"""Cases of datatypes: every class, size, byte order, precision and offset, and what they are made of."""
import ctypes

import h5py
import numpy as np
from h5py import h5d, h5t

from core import VERSION, case, native, native_id, new_file, numbers, put, put_raw
from cases_groups import STYLES


def bytes_for(name, count):
    return numbers(name, (count * 3,), "u1").tobytes()[:count]


def integer(size, order="LE", signed=True, precision=None, offset=0, pads=None):
    made = (h5t.STD_I8LE if signed else h5t.STD_U8LE).copy()
    made.set_size(size)
    made.set_order(h5t.ORDER_LE if order == "LE" else h5t.ORDER_BE)
    made.set_precision(precision or 8 * size)
    made.set_offset(offset)
    if pads:
        made.set_pad(*pads)
    return made


def readable(low, size, precision):
    """Since 1.14.4 libhdf5 refuses to open types of the first version of which more than half is unused."""
    return low != "earliest" or VERSION < (1, 14, 4) or size == 1 or 2 * precision > 8 * size


@case(each=STYLES)
def integers(path, low):
    """One to eight bytes and more, either order, signed and not; precisions and offsets that leave bits out."""
    with new_file(path, low) as file:
        for size in (1, 2, 3, 4, 5, 6, 7, 8):
            for order in ("LE", "BE"):
                for signed in (True, False):
                    name = f"{'i' if signed else 'u'}{size}{order}"
                    put_raw(file, name, integer(size, order, signed), (9,), bytes_for(name, 9 * size))
        for size, precision, offset in ((1, 5, 0), (1, 5, 3), (2, 12, 0), (2, 12, 4), (2, 1, 15), (4, 24, 0), (4, 17, 5), (4, 31, 1), (8, 48, 8),
                                        (8, 63, 0), (8, 33, 30), (3, 20, 2), (7, 50, 3)):
            for order in ("LE", "BE") if readable(low, size, precision) else ():
                for signed in (True, False):
                    name = f"{'i' if signed else 'u'}{size}{order} {precision} bits at {offset}"
                    put_raw(file, name, integer(size, order, signed, precision, offset), (9,), bytes_for(name, 9 * size))
        put_raw(file, "padded by ones", integer(4, "LE", True, 20, 4, (h5t.PAD_ONE, h5t.PAD_ONE)), (9,), bytes_for("ones", 36))


def floating(size, fields, bias, order="LE", norm=None, offset=0, precision=None):
    """A float of any format: fields are the positions and widths of sign, exponent and mantissa."""
    made = h5t.IEEE_F64LE.copy()
    wide = max(size, 8)
    made.set_size(wide)
    if wide > 8:
        made.set_precision(8 * wide)
    if order != "LE":
        made.set_order(h5t.ORDER_BE)
    made.set_fields(*fields)
    made.set_ebias(bias)
    made.set_norm(h5t.NORM_IMPLIED if norm is None else norm)
    made.set_precision(precision or 8 * size)
    made.set_offset(offset)
    if wide != size:
        made.set_size(size)
    return made


FORMATS = {
    "binary16": (2, (15, 10, 5, 0, 10), 15), "bfloat16": (2, (15, 7, 8, 0, 7), 127), "e4m3": (1, (7, 3, 4, 0, 3), 7), "e5m2": (1, (7, 2, 5, 0, 2), 15),
    "tf32": (4, (18, 10, 8, 0, 10), 127), "binary128": (16, (127, 112, 15, 0, 112), 16383), "short": (3, (23, 16, 7, 0, 16), 63),
    "mantissa first": (4, (0, 24, 8, 1, 23), 127), "wide exponent": (8, (63, 48, 15, 0, 48), 16383),
}


@case(each=STYLES)
def floats(path, low):
    with new_file(path, low) as file:
        values = np.array([0.0, -0.0, 1.0, -2.5, np.inf, -np.inf, np.nan, 5e-324, 1e-40, 65504.0, 65520.0, 1e300, np.pi, -1e-5], "<f8")
        with np.errstate(over="ignore"):
            for kind in ("<f2", ">f2", "<f4", ">f4", "<f8", ">f8"):
                put(file, kind.replace("<", "le ").replace(">", "be "), values.astype(kind))
        put(file, "long double", values.astype(np.longdouble))
        for name, (size, fields, bias) in FORMATS.items():
            for order in ("LE", "BE"):
                put_raw(file, f"{name} {order}", floating(size, fields, bias, order, precision=max(fields[0], fields[1] + fields[2] - 1, fields[3] + fields[4] - 1) + 1),
                        (16,), bytes_for(name, 16 * size))


@case(each=STYLES)
def vax_floats(path, low):
    with new_file(path, low) as file:
        for name in ("H5T_VAX_F32_g", "H5T_VAX_F64_g"):
            made = h5t.TypeFloatID(native_copy(native_id(name)))
            put_raw(file, name[4:11], made, (12,), bytes_for(name, 12 * made.get_size()))


def native_copy(identifier):
    return native("H5Tcopy", identifier, result=ctypes.c_int64)


@case(each=STYLES)
def strings(path, low):
    with new_file(path, low) as file:
        raw = [b"exactly8", b"abc", b"", b"a b  ", b"in\0side", b"  lead", "\u00e4\u00f6\u00fc".encode(), b"\xff\xfe"]
        for pad in ("NULLTERM", "NULLPAD", "SPACEPAD"):
            for character_set in ("ASCII", "UTF8"):
                made = h5t.C_S1.copy()
                made.set_size(8)
                made.set_strpad(getattr(h5t, f"STR_{pad}"))
                made.set_cset(getattr(h5t, f"CSET_{character_set}"))
                filler = b" " if pad == "SPACEPAD" else b"\0"
                put_raw(file, f"fixed {pad} {character_set}", made, (len(raw),), b"".join(r.ljust(8, filler) for r in raw))
                variable = h5t.C_S1.copy()
                variable.set_size(h5t.VARIABLE)
                variable.set_strpad(getattr(h5t, f"STR_{pad}"))
                variable.set_cset(getattr(h5t, f"CSET_{character_set}"))
                pointers = (ctypes.c_char_p * 5)(b"one", b"", None, b"longer " * 700, "\u00e4".encode())
                write_memory(file, f"variable {pad} {character_set}", variable, (5,), pointers)
        put(file, "large", np.array([b"x" * 40000, b"y"], "S70000"))
        file.create_dataset("never written", (3,), h5py.string_dtype())
        file.create_dataset("chunked", (7, 3), h5py.string_dtype(), chunks=(2, 2), compression="gzip")[:3] = "text"


def write_memory(parent, name, file_type, shape, memory, *steps):
    """A dataset written from a ctypes array that has the file type's own form in memory."""
    dataset = put_raw(parent, name, file_type, shape, None, *steps)
    native("H5Dwrite", dataset.id, file_type, ctypes.c_int64(0), ctypes.c_int64(0), ctypes.c_int64(0), ctypes.byref(memory))
    return dataset


class Sequence(ctypes.Structure):
    _fields_ = [("length", ctypes.c_size_t), ("start", ctypes.c_void_p)]


def sequences(keep, *contents):
    """An array of variable-length elements; the ctypes arrays they point to are kept alive by `keep`."""
    keep.extend(contents)
    return (Sequence * len(contents))(*(Sequence(len(c), ctypes.cast(c, ctypes.c_void_p)) for c in contents))


@case(each=STYLES)
def variable_length(path, low):
    """Sequences of numbers, of sequences, of strings, of records; empty ones; ones larger than a heap's usual collection."""
    keep = []

    def shorts(*values):
        return (ctypes.c_int16 * len(values))(*values)

    with new_file(path, low) as file:
        of_shorts = h5t.vlen_create(h5t.STD_I16LE)
        write_memory(file, "numbers", of_shorts, (4,), sequences(keep, shorts(1, 2, 3), shorts(), shorts(*range(9000)), shorts(-1)))
        inner = [sequences(keep, shorts(1), shorts(2, 3)), sequences(keep), sequences(keep, shorts(), shorts(*range(50)))]
        write_memory(file, "nested", h5t.vlen_create(of_shorts), (3,), sequences(keep, *inner))
        text = h5t.C_S1.copy()
        text.set_size(h5t.VARIABLE)
        write_memory(file, "strings", h5t.vlen_create(text), (2,),
                     sequences(keep, (ctypes.c_char_p * 2)(b"one", b"two"), (ctypes.c_char_p * 1)(b"")))
        arrays = h5t.vlen_create(h5t.array_create(h5t.STD_U8LE, (2, 3)))
        write_memory(file, "arrays", arrays, (2,), sequences(keep, ((ctypes.c_uint8 * 6) * 2)((1, 2, 3, 4, 5, 6), (7, 8, 9, 10, 11, 12)), ((ctypes.c_uint8 * 6) * 0)()))

        class Record(ctypes.Structure):
            _fields_ = [("number", ctypes.c_int32), ("text", ctypes.c_char_p), ("list", Sequence)]

        record = h5t.create(h5t.COMPOUND, ctypes.sizeof(Record))
        record.insert(b"number", Record.number.offset, h5t.STD_I32LE)
        record.insert(b"text", Record.text.offset, text)
        record.insert(b"list", Record.list.offset, of_shorts)
        listed = sequences(keep, shorts(5, 6))[0]
        records = (Record * 2)(Record(1, b"first", listed), Record(2, None, Sequence(0, None)))
        write_memory(file, "records", record, (2,), records)
        if VERSION >= (1, 14):    # older h5py crashes on reading this
            write_memory(file, "lists of records", h5t.vlen_create(record), (1,), sequences(keep, records))
        ragged = file.create_dataset("ragged chunks", (20,), h5py.vlen_dtype("<f4"), chunks=(6,), compression="gzip", maxshape=(None,))
        for i in range(0, 20, 3):
            ragged[i] = np.arange(i * 40, dtype="<f4")
        ragged[3] = np.arange(2, dtype="<f4")
        write_memory(file, "compact", of_shorts, (2,), sequences(keep, shorts(1), shorts(2, 2)), ("layout", h5d.COMPACT))


@case(each=STYLES)
def opaque(path, low):
    with new_file(path, low) as file:
        for tag in ("", "7 bytes", "8 bytes!", "x" * 16, "y" * 200, "\u00e4"):
            for size in (1, 5, 300):
                made = h5t.create(h5t.OPAQUE, size)
                made.set_tag(tag.encode())
                put_raw(file, f"{len(tag.encode())} in tag, {size} bytes", made, (3,), bytes_for(tag, 3 * size))


@case(each=STYLES)
def bit_fields(path, low):
    with new_file(path, low) as file:
        for name in ("B8LE", "B16LE", "B16BE", "B32LE", "B32BE", "B64LE", "B64BE"):
            made = getattr(h5t, f"STD_{name}")
            put_raw(file, name, made, (5,), bytes_for(name, 5 * made.get_size()))
        for precision, offset in ((3, 2), (10, 5)):
            if not readable(low, 2, precision):
                continue
            made = native_copy(ctypes.c_int64(h5t.STD_B16LE.id))
            native("H5Tset_precision", ctypes.c_int64(made), ctypes.c_size_t(precision))
            native("H5Tset_offset", ctypes.c_int64(made), ctypes.c_size_t(offset))
            put_raw(file, f"{precision} at {offset}", h5t.TypeBitfieldID(made), (5,), bytes_for("partial", 10))


@case(each=STYLES)
def time_types(path, low):
    with new_file(path, low) as file:
        for name in ("D32LE", "D32BE", "D64LE", "D64BE"):
            made = getattr(h5t, f"UNIX_{name}")
            put_raw(file, name, made, (5,), bytes_for(name, 5 * made.get_size()))


@case(each=STYLES)
def enumerations(path, low):
    with new_file(path, low) as file:
        for name, base in (("i1", "i1"), ("u1", "u1"), ("le i2", "<i2"), ("be i4", ">i4"), ("le u8", "<u8"), ("be i8", ">i8")):
            members = {"ZERO": 0, "one": 1, "a name of some length": 100, "exact8ch": 7}
            if np.dtype(base).kind == "i":
                members["negative"] = -5
            put(file, name, np.array([0, 1, 100, 7, 55], base), file_type=h5t.py_create(h5py.enum_dtype(members, base), logical=True))
        put(file, "boolean", np.array([True, False, True]))
        many = h5py.enum_dtype({f"member {i}": i * 3 for i in range(500)}, "<i4")
        put(file, "many", np.arange(0, 60, 3, dtype="<i4"), file_type=h5t.py_create(many, logical=True))


@case(each=STYLES)
def compounds(path, low):
    """Members in any order, with gaps, nested; offsets of one to three bytes; hundreds of members."""
    with new_file(path, low) as file:
        plain = np.dtype([("a", "<i4"), ("b", ">f8"), ("c", "S5"), ("d", "u1")])
        nested = np.dtype([("inner", plain), ("list", plain, (2, 2)), ("x", "<i2", (3,))])
        for name, kind in (("plain", plain), ("aligned", np.dtype(plain.descr, align=True)), ("nested", nested),
                           ("twice nested", np.dtype([("n", nested), ("m", [("k", [("z", ">u2")])])]))):
            put(file, name, np.frombuffer(bytes_for(name, 4 * kind.itemsize), kind))
        gaps = h5t.create(h5t.COMPOUND, 70000)
        gaps.insert(b"last", 69990, h5t.STD_I64BE)
        gaps.insert(b"first", 3, h5t.STD_I16LE)
        gaps.insert(b"middle", 300, h5t.IEEE_F32LE)
        put_raw(file, "gaps", gaps, (2,), bytes_for("gaps", 140000))
        many = np.dtype([(f"member {i} {'x' * (i % 9)}", ("<i2", ">f4", "S3", "u1")[i % 4]) for i in range(400)])
        put(file, "many members", np.frombuffer(bytes_for("many", 3 * many.itemsize), many))
        put(file, "one member", np.frombuffer(bytes_for("one", 20), np.dtype([("\u00fc", "<i4")])))
        put(file, "in chunks", np.frombuffer(bytes_for("chunks", 50 * plain.itemsize), plain), ("chunk", (16,)), ("shuffle",), ("deflate", 3))
        put(file, "complex", np.array([1 + 2j, np.nan * 1j], "<c16"))
        put(file, "complex be", np.array([1 + 2j, 3], ">c8"))
        variable = np.dtype([("text", h5py.string_dtype()), ("n", "<i4"), ("list", h5py.vlen_dtype("<i2")), ("on", "?")])
        rows = np.empty(3, variable)
        for i in range(3):
            rows[i] = (f"text {i}" * i, i, np.arange(i, dtype="<i2"), i % 2)
        file.create_dataset("with variable parts", data=rows, dtype=variable)


@case(each=STYLES)
def arrays(path, low):
    with new_file(path, low) as file:
        for dims in ((1,), (3,), (2, 3), (2, 1, 3, 2), (1,) * 31 + (2,)):
            made = h5t.array_create(h5t.STD_I16BE, dims)
            put_raw(file, f"rank {len(dims)} of {dims[0]}", made, (2,), bytes_for("array", 2 * made.get_size()))
        made = h5t.array_create(h5t.array_create(h5t.IEEE_F32LE, (2,)), (3,))
        put_raw(file, "array of arrays", made, (2,), bytes_for("array of arrays", 2 * made.get_size()))
        text = h5t.C_S1.copy()
        text.set_size(h5t.VARIABLE)
        write_memory(file, "array of strings", h5t.array_create(text, (2,)), (2,), (ctypes.c_char_p * 4)(b"a", b"", b"ccc", b"d"))
        record = h5t.py_create(np.dtype([("a", "<i4"), ("b", "u1")]))
        made = h5t.array_create(record, (2, 2))
        put_raw(file, "array of records", made, (3,), bytes_for("array of records", 3 * made.get_size()))


@case(each=STYLES)
def committed_types(path, low):
    with new_file(path, low) as file:
        kinds = {"integer": np.dtype("<i4"), "record": np.dtype([("a", "<i4"), ("b", ">f8")]), "text": h5py.string_dtype(),
                 "list": h5py.vlen_dtype("<i2"), "enum": h5py.enum_dtype({"a": 1, "b": 2}, "<i2"), "array": np.dtype(("<i2", (3,)))}
        for name, kind in kinds.items():
            file[f"types {name}"] = kind
            for i in range(2):
                file.create_dataset(f"{name} {i}", (3,), dtype=file[f"types {name}"], chunks=(2,) if i else None)
        file["integer 0"][:] = (1, 2, 3)
        file["record 1"][1] = (5, 2.5)
        file["text 0"][1] = "text"
        file["list 1"][2] = np.arange(4, dtype="<i2")
        file["types record"].attrs["note"] = "on a type"
        del file["types enum"]


@case(each=("v200",), since=(2, 0))
def complex_numbers(path, low):
    """The class for complex numbers that HDF5 2.0 has, alone and inside others."""
    with new_file(path, low) as file:
        for name in ("F16LE", "F16BE", "F32LE", "F32BE", "F64LE", "F64BE"):
            made = getattr(h5t, f"COMPLEX_IEEE_{name}")
            put_raw(file, name, made, (5,), bytes_for(name, 5 * made.get_size()))
        put_raw(file, "array", h5t.array_create(h5t.COMPLEX_IEEE_F32LE, (3,)), (2,), bytes_for("array", 48))
        record = h5t.create(h5t.COMPOUND, 24)
        record.insert(b"z", 0, h5t.COMPLEX_IEEE_F64BE)
        record.insert(b"n", 16, h5t.STD_I64LE)
        put_raw(file, "record", record, (4,), bytes_for("record", 96), ("chunk", (3,)), ("deflate", 2))


@case(each=STYLES)
def spaces(path, low):
    """Scalars, null spaces, empty extents and 32 dimensions, for data of several classes."""
    with new_file(path, low) as file:
        for name, kind in (("number", "<i4"), ("text", h5py.string_dtype()), ("record", np.dtype([("a", "<i4"), ("b", "S2")]))):
            file.create_dataset(f"{name} scalar", (), kind)
            file.create_dataset(f"{name} null", dtype=kind, shape=None, data=h5py.Empty(kind))
            file.create_dataset(f"{name} empty", (0,), kind)
            file.create_dataset(f"{name} empty to grow", (0, 4), kind, maxshape=(None, 4), chunks=(2, 2))
        put(file, "scalar", np.float64(2.5))
        put(file, "rank 32", numbers("rank 32", (2,) * 5 + (1,) * 27, "<i2"))
        put(file, "rank 32 in chunks", numbers("rank 32", (3,) * 4 + (1,) * 28, "<i2"), ("chunk", (2,) * 4 + (1,) * 28))
