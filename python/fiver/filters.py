"""Filters by h5py's names."""
DEFLATE, SHUFFLE, FLETCHER32, SZIP, NBIT, SCALEOFFSET, LZF = 1, 2, 3, 4, 5, 6, 32000

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
    """(compression, compression_opts) as h5py says them: of h5py's own three names, else (None, None)."""
    for number, _flags, values, _name in filters:
        if number in _COMPRESSORS:
            return _COMPRESSORS[number], _settings(number, values)
    return None, None
