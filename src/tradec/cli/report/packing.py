"""Columns as short JSON: whole numbers of a smallest step, as differences or as runs.

d  [first, difference, ...], null where there is no value; the next difference is to the last value
r  [length, value, length, value, ...], null where there is no value
"""

from typing import Any, Final

import numpy as np

from tradec.cli.report.bars import Array, ExecBars

RUNS_PAY: Final = 3
"""A run costs two numbers: runs are written where they are this much fewer than the rows."""

VOLUME_DIGITS: Final = 4


def packed(values: Array, decimals: int) -> dict[str, Any]:
    """Return a float column rounded to `decimals`; NaN is no value."""
    missing = np.isnan(values)
    whole = np.rint(np.where(missing, 0.0, values) * 10.0**decimals).astype(np.int64)
    changed = (np.diff(whole) != 0) | (np.diff(missing.astype(np.int8)) != 0)
    if (int(changed.sum()) + 1) * RUNS_PAY < values.size:
        return {"e": "r", "v": _runs(whole, missing, changed)}
    return {"e": "d", "v": _differences(whole, missing)}


def _runs(whole: Array, missing: Array, changed: Array) -> list[int | None]:
    starts = np.concatenate(([0], np.flatnonzero(changed) + 1))
    lengths = np.diff(np.append(starts, whole.size))
    rows = zip(lengths.tolist(), whole[starts].tolist(), missing[starts].tolist(), strict=True)
    return [cell for length, value, gap in rows for cell in (length, None if gap else value)]


def _differences(whole: Array, missing: Array) -> list[int | None]:
    made: list[int | None] = [None] * whole.size
    there = np.flatnonzero(~missing)
    steps = np.diff(whole[there], prepend=0)
    for place, step in zip(there.tolist(), steps.tolist(), strict=True):
        made[place] = step
    return made


def packed_bars(bars: ExecBars, decimals: int) -> dict[str, Any]:
    """Return the bars: the close as differences, the others by their distance to a neighbor."""
    o, h, low, c = (
        np.rint(column * 10.0**decimals).astype(np.int64)
        for column in (bars.open, bars.high, bars.low, bars.close)
    )
    before = np.concatenate(([0], c[:-1]))
    return {
        "o": (o - before).tolist(),
        "h": (h - np.maximum(o, c)).tolist(),
        "l": (np.minimum(o, c) - low).tolist(),
        "c": np.diff(c, prepend=0).tolist(),
        "v": [_short(volume) for volume in bars.volume.tolist()],
    }


def _short(value: float) -> float | int:
    rounded = float(f"{value:.{VOLUME_DIGITS}g}")
    return int(rounded) if rounded.is_integer() else rounded


def packed_times(ts_open: Array) -> dict[str, Any]:
    """Return opening times in seconds: a start and a step where they are regular."""
    seconds = ts_open // 1000
    steps = np.unique(np.diff(seconds))
    if len(steps) <= 1:
        step = int(steps[0]) if len(steps) else 0
        return {"start": int(seconds[0]) if seconds.size else 0, "step": step, "n": seconds.size}
    return {"list": np.diff(seconds, prepend=0).tolist(), "n": seconds.size}
