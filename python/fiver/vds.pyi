from typing import Any, NamedTuple

import numpy as np
from _typeshed import StrPath
from numpy.typing import DTypeLike

from .datasets import Dataset

vds_support: bool

class VDSmap(NamedTuple):
    vspace: Any
    file_name: str
    dset_name: str
    src_space: Any

class VirtualSource:
    path: str
    name: str
    dtype: Any
    maxshape: tuple[int | None, ...] | None
    sel: Any
    def __init__(
        self,
        path_or_dataset: StrPath | Dataset,
        name: str | None = None,
        shape: int | tuple[int, ...] | None = None,
        dtype: DTypeLike | None = None,
        maxshape: int | tuple[int | None, ...] | None = None,
    ) -> None: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    def __getitem__(self, key: Any) -> VirtualSource: ...

class VirtualLayout:
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    maxshape: tuple[int | None, ...] | None
    sources: list[VDSmap]
    def __init__(
        self,
        shape: int | tuple[int, ...],
        dtype: DTypeLike,
        maxshape: int | tuple[int | None, ...] | None = None,
        filename: str | None = None,
    ) -> None: ...
    def __setitem__(self, key: Any, source: VirtualSource) -> None: ...
    def mappings(self, filename: str) -> list[tuple[str, str, Any, Any]]: ...

def virtual_sources(dataset: Dataset) -> list[VDSmap]: ...
