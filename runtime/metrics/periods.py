"""Returns by day, ISO week and month in UTC: what `returns.json` holds (simulation.md 16)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tradec.runtime.metrics.sums import Array

_DAY_MS = 86_400_000
_MONDAY = 3
"""1970-01-01 was a Thursday: the days since the Monday before it."""


def period_returns(ts_close: Array, equity: Array) -> dict[str, list[dict[str, Any]]]:
    """Return, by `day`, `week` and `month`, each period with its return and its last equity.

    The return is the last equity of the period over the last one before it, less 1; E_0 stands
    before the first. The product of (1 + return) is E_n / E_0. A point belongs to the period in
    which its bar lies, so that one at midnight ends the day before.
    """
    days = (ts_close[1:] - 1) // _DAY_MS
    weeks = (days + _MONDAY) // 7
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    named = {"day": (days, _days), "week": (weeks, _weeks), "month": (months, _months)}
    return {name: _rows(keys, words, equity) for name, (keys, words) in named.items()}


def _days(days: Array) -> list[str]:
    return list(np.datetime_as_string(days.astype("datetime64[D]")).tolist())


def _months(months: Array) -> list[str]:
    return list(np.datetime_as_string(months.astype("datetime64[M]")).tolist())


def _weeks(weeks: Array) -> list[str]:
    """Return `2025-W01` of weeks counted by Mondays; the year is that of the week's Thursday."""
    thursdays = (weeks * 7).astype("datetime64[D]")
    years = thursdays.astype("datetime64[Y]")
    numbers = (thursdays - years.astype("datetime64[D]")).astype(np.int64) // 7 + 1
    pairs = zip(np.datetime_as_string(years).tolist(), numbers.tolist(), strict=True)
    return [f"{year}-W{number:02}" for year, number in pairs]


def _rows(keys: Array, words: Callable[[Array], list[str]], equity: Array) -> list[dict[str, Any]]:
    """Return a row per run of equal keys; they are those of the points 1..n."""
    if not keys.size:
        return []
    last = np.append(np.flatnonzero(np.diff(keys)), keys.size - 1)
    ends = equity[last + 1]
    before = np.append(equity[0], ends[:-1])
    rows = zip(words(keys[last]), ends.tolist(), before.tolist(), strict=True)
    return [
        {
            "period": name,
            "return_pct": 100.0 * (end / start - 1.0) if start > 0.0 else None,
            "equity": end,
        }
        for name, end, start in rows
    ]
