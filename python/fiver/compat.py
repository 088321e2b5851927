"""Names of files as bytes and as text."""
import os


def filename_encode(filename):
    """A path as bytes."""
    return os.fsencode(os.fspath(filename))


def filename_decode(filename):
    """A path as str."""
    return os.fsdecode(filename)
