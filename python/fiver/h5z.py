"""Low-level filters."""
from . import _fiver

FILTER_ERROR, FILTER_NONE, FILTER_ALL, FILTER_DEFLATE, FILTER_SHUFFLE, FILTER_FLETCHER32, FILTER_SZIP, FILTER_NBIT, \
    FILTER_SCALEOFFSET = -1, 0, 0, 1, 2, 3, 4, 5, 6
FILTER_LZF = 32000
FILTER_RESERVED, FILTER_MAX = 256, 65535
FLAG_DEFMASK, FLAG_MANDATORY, FLAG_OPTIONAL, FLAG_INVMASK, FLAG_REVERSE, FLAG_SKIP_EDC = 0xFF, 0, 1, 0xFF00, 0x100, 0x200
FILTER_CONFIG_ENCODE_ENABLED, FILTER_CONFIG_DECODE_ENABLED = 1, 2
DISABLE_EDC, ENABLE_EDC, NO_EDC = 0, 1, 2
SZIP_EC_OPTION_MASK, SZIP_NN_OPTION_MASK, SZIP_MAX_PIXELS_PER_BLOCK = 4, 32, 32
SO_FLOAT_DSCALE, SO_FLOAT_ESCALE, SO_INT, SO_INT_MINBITS_DEFAULT = 0, 1, 2, 0


def _known():
    return {number: encodes for number, _name, encodes in _fiver.filters()}


def filter_avail(filter_code):
    """True when chunks of this filter can be read."""
    return filter_code in _known()


def get_filter_info(filter_code):
    """What can be done: FILTER_CONFIG_DECODE_ENABLED, and FILTER_CONFIG_ENCODE_ENABLED."""
    known = _known()
    if filter_code not in known:
        raise RuntimeError("Filter info not retrieved (required filter %d is not available)" % filter_code)
    return FILTER_CONFIG_DECODE_ENABLED | (FILTER_CONFIG_ENCODE_ENABLED if known[filter_code] else 0)


def register_filter(cls_pointer_address):
    """The address of a filter of libhdf5's plugin interface. The engine's own filters take its place: True when the number in it is known."""
    import ctypes

    if not cls_pointer_address:
        raise ValueError("no filter at this address")
    return filter_avail(ctypes.c_int.from_address(cls_pointer_address + 4).value)


def unregister_filter(filter_code):
    """Built-in filters stay: False."""
    return False
