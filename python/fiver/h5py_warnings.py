"""The kinds of warnings, by the names that h5py's have."""


class H5pyWarning(UserWarning):
    """Of all warnings of the module."""


class H5pyDeprecationWarning(H5pyWarning):
    """What will go away."""
