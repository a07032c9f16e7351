"""The first instant at which two runs differ, for each thing they consist of.

Causes come before effects: data, decisions, orders, fills, equity. Rows are compared in their
order; numbers that only count rows (ids) are not compared. Floats are compared exactly.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

import numpy as np
import pyarrow as pa

from tradec.runtime.comparison.span import Row, Span, inside
from tradec.runtime.data.bars import Bars

LEVELS: Final = ("data", "decision", "order", "fill", "equity")

_DECIDED = ("ts_close", "action", "percent", "block", "case")
_SUBMITTED = (
    "ts_submit",
    "type",
    "tif",
    "reason",
    "side",
    "ref_price",
    "price",
    "trigger_price",
    "qty",
    "cap",
)
_BECAME = ("ts_end", "qty_filled", "status", "code")
_FILLED = ("ts_fill", "side", "reason", "ref_price", "price", "qty", "fee", "liquidity")
_WORTH = ("ts_close", "equity")
_BAR = ("open", "high", "low", "close", "volume", "flags")


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """Where two runs part: the instant, the columns that differ, the row of each (None: absent)."""

    level: str
    ts: int
    columns: tuple[str, ...]
    a: Row | None
    b: Row | None


def first(found: Iterable[Divergence | None]) -> Divergence | None:
    """Return the earliest; of several at one instant the cause, not the effect."""
    there = [one for one in found if one is not None]
    return min(there, key=lambda one: (one.ts, LEVELS.index(one.level)), default=None)


def decisions(a: pa.Table, b: pa.Table, span: Span) -> Divergence | None:
    """Return where two tables `signals` part."""
    return _parted("decision", _rows(a, b, "ts_close", span), _DECIDED)


def orders(a: pa.Table, b: pa.Table, span: Span) -> Divergence | None:
    """Return where two tables `orders` part: an order submitted otherwise, or another fate."""
    pairs = _rows(a, b, "ts_submit", span)
    submitted = _parted("order", pairs, _SUBMITTED)
    both = [pair for pair in pairs if not _unlike(*pair, _SUBMITTED)]
    fates = (_difference("order", *pair, _BECAME) for pair in both)
    return first([submitted, *fates])


def fills(a: pa.Table, b: pa.Table, span: Span) -> Divergence | None:
    """Return where two tables `fills` part."""
    return _parted("fill", _rows(a, b, "ts_fill", span), _FILLED)


def equity(a: pa.Table, b: pa.Table, span: Span) -> Divergence | None:
    """Return where two tables `equity` part."""
    return _parted("equity", _rows(a, b, "ts_close", span), _WORTH)


def data(a: Bars, b: Bars) -> Divergence | None:
    """Return the first base bar that differs in the time that both have, by its opening time."""
    step = max(a.base_ms, b.base_ms)
    start, end = max(a.ts0, b.ts0), min(a.end, b.end)
    if a.base_ms != b.base_ms:
        return _bar_difference(start, a, b, ("base_ms",))
    one, two = (bars.slice(bars.position(start), bars.position(end)) for bars in (a, b))
    unlike = [np.flatnonzero(getattr(one, name) != getattr(two, name)) for name in _BAR]
    places = [int(where[0]) for where in unlike if where.size]
    if not places:
        return None
    place = min(places)
    return _bar_difference(
        start + place * step,
        one,
        two,
        tuple(n for n, w in zip(_BAR, unlike, strict=True) if w.size and w[0] == place),
        place,
    )


def _bar_difference(
    ts: int, a: Bars, b: Bars, columns: tuple[str, ...], place: int = 0
) -> Divergence:
    def row(bars: Bars) -> Row:
        if "base_ms" in columns:
            return {"ts_open": ts, "base_ms": bars.base_ms}
        return {"ts_open": ts, **{n: getattr(bars, n)[place].item() for n in _BAR}}

    return Divergence(level="data", ts=ts, columns=columns, a=row(a), b=row(b))


def _rows(a: pa.Table, b: pa.Table, time: str, span: Span) -> list[tuple[Row | None, Row | None]]:
    both = (inside(table, time, span).to_pylist() for table in (a, b))
    return list(zip_longest(*both))


def _parted(
    level: str, pairs: Sequence[tuple[Row | None, Row | None]], columns: tuple[str, ...]
) -> Divergence | None:
    """Return the first pair that differs; after it rows no longer correspond."""
    found = (_difference(level, a, b, columns) for a, b in pairs)
    return next((one for one in found if one is not None), None)


def _difference(
    level: str, a: Row | None, b: Row | None, columns: tuple[str, ...]
) -> Divergence | None:
    unlike = _unlike(a, b, columns)
    if not unlike:
        return None
    time = columns[0]
    instants = [row[time] for row in (a, b) if row is not None and row[time] is not None]
    shown = [row and {name: row[name] for name in _shown(level)} for row in (a, b)]
    return Divergence(level=level, ts=min(instants), columns=unlike, a=shown[0], b=shown[1])


def _shown(level: str) -> tuple[str, ...]:
    return {
        "decision": (*_DECIDED, "outcome"),
        "order": (*_SUBMITTED, *_BECAME),
        "fill": _FILLED,
        "equity": _WORTH,
    }[level]


def _unlike(a: Row | None, b: Row | None, columns: tuple[str, ...]) -> tuple[str, ...]:
    if a is None or b is None:
        return columns
    return tuple(name for name in columns if not _same(a[name], b[name]))


def _same(a: Any, b: Any) -> bool:
    both_missing = all(isinstance(x, float) and math.isnan(x) for x in (a, b))
    return both_missing or bool(a == b)
