"""Low-level filter plugins: none are loaded, since the filters are built in. The search path is kept."""
import os

_paths = [os.fsencode(path) for path in os.environ.get("HDF5_PLUGIN_PATH", "").split(os.pathsep) if path]


def size():
    return len(_paths)


def get(index):
    return _paths[index]


def append(search_path):
    _paths.append(search_path)


def prepend(search_path):
    _paths.insert(0, search_path)


def insert(search_path, index):
    _paths.insert(index, search_path)


def replace(search_path, index):
    _paths[index] = search_path


def remove(index):
    del _paths[index]
