"""Makes ``import h5py`` mean fiver, for programs and packages that can't change their import line."""
import importlib
import logging
import pkgutil
import sys
import types

# h5py's private folder: packages reach into it all the same.
_HL = {"attrs": "attributes", "base": "base", "compat": "compat", "dataset": "datasets", "datatype": "datatypes", "dims": "dims", "files": "files",
       "filters": "filters", "group": "groups", "selections": "selections", "vds": "vds"}


def _is_no_trouble(record):
    """hdf5plugin offers its filters to libhdf5, which isn't here: those that fiver has not stay unavailable, as h5z.filter_avail says."""
    return not str(record.msg).startswith(("Cannot initialize filter", "Failed to unregister filter"))


def install():
    """From here on ``import h5py`` gives fiver. Raises RuntimeError when the real h5py was imported before."""
    package = importlib.import_module(__package__)
    present = sys.modules.get("h5py")
    if present is package:
        return
    if present is not None:
        raise RuntimeError("h5py has been imported already; install fiver in its place before that")
    for info in pkgutil.iter_modules(package.__path__):
        if info.name not in ("_fiver", "__main__"):
            sys.modules["h5py." + info.name] = importlib.import_module("%s.%s" % (__package__, info.name))
    private = types.ModuleType("h5py._hl", "Where h5py has its classes.")
    private.__path__ = []
    for theirs, ours in _HL.items():
        module = sys.modules["h5py." + ours]
        setattr(private, theirs, module)
        sys.modules["h5py._hl." + theirs] = module
        # Packages tell h5py's objects from others' by the module of their class.
        for value in list(vars(module).values()):
            if isinstance(value, type) and value.__module__ == module.__name__:
                value.__module__ = "h5py._hl." + theirs
    sys.modules["h5py._hl"] = private
    package._hl = private
    sys.modules["h5py"] = package
    # By which h5netcdf tells it from other modules of this interface, and silx whose an exception is.
    package.__name__ = "h5py"
    for name, module in list(sys.modules.items()):
        if name.startswith("h5py.") and module.__name__.startswith("fiver."):
            module.__name__ = "h5py." + module.__name__[6:]
    logging.getLogger("hdf5plugin._utils").addFilter(_is_no_trouble)
