"""Files and datasets open for reading travel to other processes as names."""


def reopen(path, options, swmr, name):
    """What a pickled object becomes again: the file, or the object `name` of it."""
    from .files import File

    file = File(path, "r", swmr=swmr, **options)
    return file if name is None else file[name]
