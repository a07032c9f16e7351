"""What two runs have in common: the span that both traded, and their rows inside of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The instants from `start` to `end`, both included, in ms UTC."""

    start: int
    end: int

    @property
    def is_empty(self) -> bool:
        """Whether there is no time between them."""
        return self.end <= self.start


def span_of(manifest: Mapping[str, Any]) -> Span:
    """Return the span in which a run traded."""
    window = manifest["window"]
    return Span(start=window["trade_start"], end=window["stopped_at"])


def overlap(a: Span, b: Span) -> Span:
    """Return the span that both have; empty where they have none."""
    return Span(start=max(a.start, b.start), end=min(a.end, b.end))


def inside(table: pa.Table, time: str, span: Span) -> pa.Table:
    """Return the rows whose instant lies in the span."""
    after = pc.greater_equal(table[time], span.start)
    return table.filter(pc.and_(after, pc.less_equal(table[time], span.end)))
