"""Tests of the Python module beside real h5py: h5py writes, both read. PYTHONPATH leads to the build's python folder."""
import numpy as np
import pytest

h5py = pytest.importorskip("h5py")

# Where older versions of h5py (the distribution's) answer otherwise, or lack what is compared.
_NEWER = {"test_hdf5plugin_is_content", "test_missing", "test_getlink", "test_walks", "test_scales", "test_right", "test_scalar_and_empty",
          "test_iteration_and_arrays", "test_conversions", "test_hdf5plugin_objects", "test_filters_by_name",
          "test_copies", "test_region_references", "test_kinds_of_refusals"}


def pytest_collection_modifyitems(items):
    if h5py.version.version_tuple[:2] >= (3, 14):
        return
    for item in items:
        if item.originalname in _NEWER or item.path.name == "test_writing.py":
            item.add_marker(pytest.mark.skip(reason="compares with a newer h5py"))


@pytest.fixture
def make(tmp_path):
    """make(function) has h5py write a file and returns its path."""

    def made(function, name="file.h5", **options):
        path = str(tmp_path / name)
        with h5py.File(path, "w", **options) as file:
            function(file)
        return path

    return made


def same(ours, theirs):
    """Asserts that two results of a read are the same in type, dtype, shape and value; references and Empty by what they say."""
    import fiver

    if isinstance(theirs, h5py.Empty):
        assert isinstance(ours, fiver.Empty) and ours.dtype == theirs.dtype
        return
    if isinstance(theirs, (h5py.Reference, h5py.RegionReference)):
        assert repr(ours) == repr(theirs).replace("(null>", "(null)>")
        return
    assert type(ours) is type(theirs), (type(ours), type(theirs))
    if not isinstance(theirs, (np.ndarray, np.generic)):
        assert ours == theirs
        return
    assert ours.dtype == theirs.dtype and ours.shape == theirs.shape
    if theirs.dtype.hasobject:
        if theirs.dtype.names:
            for name in theirs.dtype.names:
                same(ours[name], theirs[name])
        elif theirs.shape == ():
            same(ours.item(), theirs.item())
        else:
            for a, b in zip(ours.ravel(), theirs.ravel()):
                same(a, b)
        return
    np.testing.assert_array_equal(ours, theirs)


def outcome(function):
    """The result, or the class of the exception."""
    try:
        return function(), None
    except Exception as error:
        return None, type(error)


def both(ours, theirs, function, kinds=True):
    """function(object) on our object and on h5py's gives the same, or raises the same kind of exception."""
    a, failed_a = outcome(lambda: function(ours))
    b, failed_b = outcome(lambda: function(theirs))
    if failed_b is not None:
        assert failed_a is not None, "h5py raises %s; ours gave %r" % (failed_b, a)
        if kinds:
            assert issubclass(failed_a, failed_b), (failed_a, failed_b)
        return
    if failed_a is not None:
        function(ours)  # shows the exception
    same(a, b)
