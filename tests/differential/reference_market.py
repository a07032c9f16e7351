"""The bars of a run as the reference exchange reads them, with their mark prices."""

from math import isnan, nan
from typing import Any

from tradec.runtime.data.bars import Bars

Row = dict[str, Any]
SHOWN = ("stop_volatility", "long_level", "short_level", "target_volatility", "trail_volatility")


def rows_of(bars: Bars, source: str | None) -> list[Row]:
    """Return every bar with its mark prices (simulation.md 1)."""
    columns = ("open", "high", "low", "close", "volume")
    rows = [
        {name: float(getattr(bars, name)[i]) for name in columns}
        | {"t0": bars.ts_open(i), "t1": bars.ts_close(i), "present": bars.flags[i] == 0}
        for i in range(bars.n)
    ]
    source = source or ("last_extreme" if bars.mark is None else "mark_kline")
    before = rows[0]["open"] if rows else nan
    for i, row in enumerate(rows):
        row["mark_before"] = before
        row.update(_mark_of(bars, i, row, source))
        before = row["mark_close"]
    return rows


def _mark_of(bars: Bars, i: int, row: Row, source: str) -> Row:
    names, values = ("open", "high", "low", "close"), Row()
    own = source == "mark_kline" and bars.mark is not None
    if own and not isnan(bars.mark.close[i]):  # type: ignore[union-attr]
        values = {name: float(getattr(bars.mark, name)[i]) for name in names}
    elif source == "last_close":
        values = dict.fromkeys(names, row["close"]) | {"open": row["mark_before"]}
    else:
        values = {name: row[name] for name in names}
        if own:
            values["open"] = row["mark_before"]
    marks = {f"mark_{name}": value for name, value in values.items()}
    return marks | {"mark_at_open": nan if source == "last_extreme" else values["open"]}


def settlements_of(bars: Bars) -> list[tuple[int, float]]:
    """Return instant and rate of every settlement of funding."""
    if bars.funding is None:
        return []
    return list(zip(bars.funding.ts.tolist(), bars.funding.rate.tolist(), strict=True))
