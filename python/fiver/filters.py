"""Filters by h5py's names."""
from . import _fiver, h5z  # noqa: F401  (packages look for h5z here)

DEFLATE, SHUFFLE, FLETCHER32, SZIP, NBIT, SCALEOFFSET, LZF = 1, 2, 3, 4, 5, 6, 32000

encode = decode = ("gzip", "lzf", "szip", "shuffle", "fletcher32", "scaleoffset")  #: h5py's names of what can be written, and read

_COMPRESSORS = {DEFLATE: "gzip", LZF: "lzf", SZIP: "szip"}
_KEYS = {DEFLATE: "gzip", SHUFFLE: "shuffle", FLETCHER32: "fletcher32", SZIP: "szip", SCALEOFFSET: "scaleoffset", LZF: "lzf"}
_SZIP_METHODS = {4: "ec", 32: "nn"}


class FilterRefBase:
    """What packages of filters derive from: an object that stands for a filter with its settings in ``compression=``."""

    filter_id = None
    filter_options = ()

    @property
    def _kwargs(self):
        return {"compression": self.filter_id, "compression_opts": self.filter_options}

    def __hash__(self):
        return hash((self.filter_id, self.filter_options))

    def __eq__(self, other):
        return isinstance(other, FilterRefBase) and self.filter_id == other.filter_id and self.filter_options == other.filter_options

    def __len__(self):
        return len(self._kwargs)

    def __iter__(self):
        return iter(self._kwargs)

    def __getitem__(self, key):
        return self._kwargs[key]

    def keys(self):
        return self._kwargs.keys()


class Gzip(FilterRefBase):
    """Deflate at a level of 0 to 9."""

    filter_id = DEFLATE

    def __init__(self, level=4):
        self.filter_options = (level,)


_NAMES = {"gzip": DEFLATE, "lzf": LZF, "szip": SZIP}


def _levels():
    from . import datasets

    return datasets._LEGACY_GZIP_COMPRESSION_VALS


def pipeline(compression, compression_opts, shuffle, fletcher32, scaleoffset, dtype, unknown=False):
    """([(number, flags, values)], whether they need chunks) for the keywords of create_dataset. Raises ValueError and TypeError as h5py."""
    optional = 1
    if compression is True:
        compression = "gzip"
    if compression is False:
        compression = None
    if isinstance(compression, FilterRefBase) or hasattr(compression, "filter_id"):
        compression, compression_opts = compression.filter_id, compression.filter_options
    elif compression is not None and not isinstance(compression, (str, int)) and hasattr(compression, "keys"):
        given = dict(compression)
        compression, compression_opts = given.get("compression"), given.get("compression_opts")
    if isinstance(compression, int) and not isinstance(compression, bool) and compression in _levels() and compression not in (4, ) + (
            () if compression_opts is None else (DEFLATE,)):
        if compression_opts is not None:
            raise TypeError("Conflict in compression_opts")
        compression, compression_opts = "gzip", compression
    elif compression == 4 and compression_opts is None and 4 in _levels():
        compression, compression_opts = "gzip", 4
    if compression is None and compression_opts is not None:
        raise TypeError("Compression method must be specified")
    steps = []
    if scaleoffset is not None and scaleoffset is not False:
        steps.append(_scaleoffset(scaleoffset, dtype))
    lossy = bool(steps)
    if lossy and fletcher32:
        raise ValueError("fletcher32 cannot be used with potentially lossy scale/offset filter")
    if shuffle:
        steps.append((SHUFFLE, optional, ()))
    steps += _compressor(compression, compression_opts, unknown)
    if fletcher32:
        steps.append((FLETCHER32, 0, ()))
    return steps, bool(steps)


def _scaleoffset(scaleoffset, dtype):
    if scaleoffset is True:
        if dtype.kind == "f":
            raise ValueError("integer must be provided for scaleoffset: the number of digits of a floating-point type")
        scaleoffset = 0
    if scaleoffset < 0:
        raise ValueError("scale factor must be >= 0")
    if dtype.kind == "f":
        return SCALEOFFSET, 1, (0, int(scaleoffset))
    if dtype.kind in "ui":
        return SCALEOFFSET, 1, (2, int(scaleoffset))
    raise TypeError("scale/offset filter only supported for integer and floating-point types")


def _compressor(compression, options, unknown=False):
    if compression is None:
        return []
    if compression == "gzip":
        level = 4 if options is None else options
        if not isinstance(level, int) or not 0 <= level <= 9:
            raise ValueError("GZIP setting must be an integer from 0-9, not %r" % (options,))
        return [(DEFLATE, 1, (level,))]
    if compression == "lzf":
        if options is not None:
            raise ValueError("LZF compression filter accepts no options")
        return [(LZF, 1, ())]
    if compression == "szip":
        method, pixels = ("nn", 8) if options is None else options
        if method not in ("ec", "nn"):
            raise ValueError("SZIP method must be one of 'ec' or 'nn', not %r" % (method,))
        if not (0 < pixels <= 32 and pixels % 2 == 0):
            raise ValueError("SZIP pixels-per-block (2nd option) must be an even number up to 32")
        return [(SZIP, 1, (4 if method == "ec" else 32, pixels))]
    if isinstance(compression, int):
        known = {number for number, _name, _encodes in _fiver.filters()}
        if not 0 <= compression <= 65535:
            raise ValueError("Invalid filter number: %s" % compression)
        if compression not in known and not unknown:
            raise ValueError("Unknown compression filter number: %s" % compression)
        values = () if options is None else ((options,) if isinstance(options, int) else tuple(options))
        return [(compression, 1, values)]
    try:
        made = _fiver.parse_filters(compression)
    except ValueError as error:
        raise ValueError('Compression filter "%s" is unavailable: %s' % (compression, error)) from None
    if options is not None:
        values = (options,) if isinstance(options, int) else tuple(options)
        made = [(number, flags, values if i == len(made) - 1 else old) for i, (number, flags, old) in enumerate(made)]
    return [tuple(step) for step in made]


def _settings(number, values):
    if number == DEFLATE:
        return values[0] if values else None
    if number == LZF:
        return None
    if number == SZIP:
        method = next((name for bit, name in _SZIP_METHODS.items() if values and values[0] & bit), None)
        return method, values[1] if len(values) > 1 else None
    return values


def describe(filters):
    """{name or number: settings}, in the order of writing."""
    return {_KEYS.get(number, str(number)): (_settings(number, values) if number in _COMPRESSORS else values)
            for number, _flags, values, _name in filters}


def compression_of(filters):
    """(compression, compression_opts) as h5py says them: of h5py's own three names, ('unknown', None) for others."""
    for number, _flags, values, _name in filters:
        if number in _COMPRESSORS:
            return _COMPRESSORS[number], _settings(number, values)
    if any(number not in _KEYS for number, _flags, _values, _name in filters):
        return "unknown", None
    return None, None
