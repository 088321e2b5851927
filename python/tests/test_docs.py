"""docs/python.md does what it says."""
import doctest
import os

import numpy as np


def test_page(tmp_path, monkeypatch):
    page = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "python.md")
    monkeypatch.chdir(tmp_path)
    if np.lib.NumpyVersion(np.__version__) >= "2.0.0":
        np.set_printoptions(legacy="1.25")
    try:
        failed, tried = doctest.testfile(page, module_relative=False)
    finally:
        np.set_printoptions(legacy=False)
    assert tried > 20 and failed == 0
