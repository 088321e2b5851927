"""What a read touches, said beforehand."""
from collections import namedtuple

PlanSource = namedtuple("PlanSource", "file dataset chunks stored_bytes decoded_bytes used_bytes")
MissingSource = namedtuple("MissingSource", "file dataset reason elements")


class Plan:
    """The elements that a read selects, and for each dataset that supplies them: chunks, bytes read, bytes decoded, bytes used."""

    def __init__(self, facts):
        self.elements, self.element_size, self.fill_elements, sources, missing, self._text = facts
        self.sources = [PlanSource(*source) for source in sources]
        self.missing = [MissingSource(*source) for source in missing]

    @property
    def chunks(self):
        """Chunks that are read."""
        return sum(source.chunks for source in self.sources)

    @property
    def stored_bytes(self):
        """Bytes that are read from files."""
        return sum(source.stored_bytes for source in self.sources)

    @property
    def decoded_bytes(self):
        """Bytes that the filters make of them."""
        return sum(source.decoded_bytes for source in self.sources)

    @property
    def used_bytes(self):
        """Bytes of those that were asked for."""
        return sum(source.used_bytes for source in self.sources)

    @property
    def useful_share(self):
        """Used bytes of decoded bytes, 0 to 1."""
        return self.used_bytes / self.decoded_bytes if self.decoded_bytes else 1.0

    def __str__(self):
        return self._text.rstrip("\n")

    def __repr__(self):
        return "<Plan: %d elements, %d chunks, %d bytes stored, %d decoded, %d used>" % (
            self.elements, self.chunks, self.stored_bytes, self.decoded_bytes, self.used_bytes)


def missing_sources(file):
    """What the virtual datasets of a file lack: [(dataset, file, source dataset, reason)]."""
    from . import _fiver

    found = []
    for path, handle in file._below():
        if isinstance(handle, _fiver.Dataset) and handle.is_virtual:
            plan = Plan(handle.plan(_fiver.Selection.all()))
            found += [("/" + path, source.file, source.dataset, source.reason) for source in plan.missing]
    return found
