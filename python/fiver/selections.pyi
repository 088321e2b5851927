from typing import Any

class MultiBlockSlice:
    start: int
    stride: int
    count: int | None
    block: int
    def __init__(self, start: int = 0, stride: int = 1, count: int | None = None, block: int = 1) -> None: ...
    def indices(self, length: int) -> tuple[int, int, int, int]: ...

class Selection:
    shape: tuple[int, ...]
    chosen: Any
    array_shape: tuple[int, ...]
    mshape: tuple[int, ...]
    after: Any
    read_shape: tuple[int, ...]
    pieces: Any
    def __init__(
        self,
        shape: tuple[int, ...],
        chosen: Any,
        array_shape: tuple[int, ...],
        mshape: tuple[int, ...] | None = None,
        after: Any = None,
        read_shape: tuple[int, ...] | None = None,
        pieces: Any = None,
    ) -> None: ...
    @property
    def nselect(self) -> int: ...

def whole(shape: tuple[int, ...]) -> Selection: ...
def select(shape: tuple[int, ...], args: Any, dataset: Any = None) -> Selection: ...
def guess_shape(shape: Any) -> Any: ...
