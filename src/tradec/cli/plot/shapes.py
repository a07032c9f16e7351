"""A picture as shapes, in pixels from the upper left; both writers draw the same ones."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Point: TypeAlias = tuple[float, float]
Anchor: TypeAlias = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Straight lines from point to point."""

    points: tuple[Point, ...]
    color: str
    width: float = 1.0
    kind: Literal["line"] = "line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A filled polygon; `opacity` from 0 to 1."""

    points: tuple[Point, ...]
    color: str
    opacity: float = 1.0
    kind: Literal["area"] = "area"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One line of text; `at` is on its baseline."""

    at: Point
    text: str
    color: str
    size: int = 12
    anchor: Anchor = "start"
    kind: Literal["text"] = "text"


Shape: TypeAlias = Line | Area | Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Shapes on a ground, drawn in their order; `title` is for those who cannot see it."""

    width: int
    height: int
    ground: str
    title: str
    shapes: tuple[Shape, ...]


def box(x0: float, y0: float, x1: float, y1: float) -> tuple[Point, ...]:
    """Return the corners of a rectangle."""
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
