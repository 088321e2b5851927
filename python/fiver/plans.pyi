from typing import Any, NamedTuple

from .files import File

class PlanSource(NamedTuple):
    file: str
    dataset: str
    chunks: int
    stored_bytes: int
    decoded_bytes: int
    used_bytes: int

class MissingSource(NamedTuple):
    file: str
    dataset: str
    reason: str
    elements: int

class Plan:
    elements: int
    element_size: int
    fill_elements: int
    sources: list[PlanSource]
    missing: list[MissingSource]
    def __init__(self, facts: Any) -> None: ...
    @property
    def chunks(self) -> int: ...
    @property
    def stored_bytes(self) -> int: ...
    @property
    def decoded_bytes(self) -> int: ...
    @property
    def used_bytes(self) -> int: ...
    @property
    def useful_share(self) -> float: ...

def missing_sources(file: File) -> list[tuple[str, str, str, str]]: ...
