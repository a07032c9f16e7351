"""The trades of two runs beside each other: the same entry is the same trade.

Trades are positions, their legs summed. Two are a pair if side and instant of entry agree, else if
side and exec bar of entry do; each trade is in one pair at most.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tradec.runtime.comparison.span import Row, Span

COMPARED = ("ts_entry", "entry_price", "qty", "ts_exit", "exit_price", "exit_reason", "net_pnl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One trade in both runs, or in one of them; `columns` are those that differ."""

    a: Row | None
    b: Row | None
    columns: tuple[str, ...]

    @property
    def ts_entry(self) -> int:
        """Return the earlier entry."""
        return min(int(row["ts_entry"]) for row in (self.a, self.b) if row is not None)

    @property
    def net_delta(self) -> float:
        """Return what B made more than A with it, an absent trade counting 0."""
        net = [0.0 if row is None else float(row["net_pnl"]) for row in (self.a, self.b)]
        return net[1] - net[0]

    @property
    def found(self) -> str:
        """Return `same`, `changed`, `only_a` or `only_b`."""
        if self.a is None or self.b is None:
            return "only_b" if self.a is None else "only_a"
        return "changed" if self.columns else "same"


def positions(trades: pa.Table, span: Span | None = None) -> list[Row]:
    """Return one row per position that was entered in the span: first entry, last exit, sums."""
    legs: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for leg in trades.to_pylist():
        legs[leg["position_id"]].append(leg)
    made = [_position(group) for group in legs.values()]
    kept = [row for row in made if span is None or span.start <= row["ts_entry"] <= span.end]
    return sorted(kept, key=lambda row: row["ts_entry"])


def _position(legs: Sequence[Row]) -> Row:
    first, last = legs[0], legs[-1]
    return {
        "side": first["side"],
        "ts_entry": first["ts_entry"],
        "entry_price": first["entry_price"],
        "qty": sum(leg["exit_qty"] for leg in legs),
        "ts_exit": last["ts_exit"],
        "exit_price": last["exit_price"],
        "exit_reason": last["exit_reason"],
        "net_pnl": sum(leg["net_pnl"] for leg in legs),
        "fees_paid": sum(leg["fees_paid"] for leg in legs),
        "funding_pnl": sum(leg["funding_pnl"] for leg in legs),
        "legs": len(legs),
    }


def aligned(a: Iterable[Row], b: Iterable[Row], exec_ms: int) -> list[Pair]:
    """Return the trades of both, in order of entry."""
    pairs, left_a, left_b = _paired(list(a), list(b), 1)
    more, left_a, left_b = _paired(left_a, left_b, exec_ms)
    alone = [(row, None) for row in left_a] + [(None, row) for row in left_b]
    made = [Pair(a=x, b=y, columns=_unlike(x, y)) for x, y in [*pairs, *more, *alone]]
    return sorted(made, key=lambda pair: (pair.ts_entry, pair.found))


def _paired(
    a: list[Row], b: list[Row], grid: int
) -> tuple[list[tuple[Row | None, Row | None]], list[Row], list[Row]]:
    """Return pairs with the side and the grid step of entry in common, and what is left of each."""
    waiting: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in b:
        waiting[row["side"], row["ts_entry"] // grid].append(row)
    pairs: list[tuple[Row | None, Row | None]] = []
    left: list[Row] = []
    for row in a:
        same = waiting[row["side"], row["ts_entry"] // grid]
        if same:
            pairs.append((row, same.pop(0)))
        else:
            left.append(row)
    return pairs, left, [row for rows in waiting.values() for row in rows]


def _unlike(a: Row | None, b: Row | None) -> tuple[str, ...]:
    if a is None or b is None:
        return ()
    return tuple(name for name in COMPARED if a[name] != b[name])
