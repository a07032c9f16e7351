"""The sections of a play in their one order, with empty lines between them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tradec.dsl.normal.remarks import Line


@dataclass(frozen=True, slots=True)
class Section:
    """The lines of one key of the root, with the comments above it."""

    name: str
    is_scalar: bool
    lines: tuple[Line, ...]

    def without_gap(self) -> "Section":
        """Return the section without an empty line before it."""
        first, *rest = self.lines
        return replace(self, lines=(replace(first, blank=False), *rest))


def in_order(sections: list[Section], order: tuple[str, ...]) -> list[Section]:
    """Return the sections sorted by name, those of other names last."""
    places = {name: at for at, name in enumerate(order)}
    return sorted(sections, key=lambda section: places.get(section.name, len(places)))


def spaced_out(head: list[Line], sections: Iterable[Section], *, has_gap: bool) -> Iterator[Line]:
    """Yield what stands at the top and the sections, of which only scalars stand together.

    `has_gap` says that an empty line parts the top of the file from its first section.
    """
    yield from head
    above: Section | None = None
    for section in sections:
        first, *rest = section.lines
        apart = above is not None and not (above.is_scalar and section.is_scalar)
        gap = bool(head) and has_gap if above is None else first.blank
        yield replace(first, blank=apart or gap)
        yield from rest
        above = section
