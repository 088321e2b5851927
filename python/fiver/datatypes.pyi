from typing import Any

import numpy as np

from .base import HLObject

class Datatype(HLObject):
    def __init__(self, bind: Any) -> None: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...
