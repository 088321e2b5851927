"""Exceptions of our own."""


class ClosedError(RuntimeError, ValueError, KeyError):
    """A file, or an object opened through it, was used after the file was closed. h5py raises each of the three kinds in one place or another."""

    def __str__(self):
        return str(self.args[0]) if self.args else "closed"
