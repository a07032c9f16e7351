"""The market of a perpetual as the catalogue has it: minutes, mark prices, funding, filters."""

from dataclasses import replace
from typing import Any

import numpy as np

from tradec.runtime.data.bars import Bars
from tradec.runtime.data.catalog import Catalog
from tradec.runtime.data.marks import MARK_PRICES, Funding, Mark, OpenInterest, mark_on_grid
from tradec.runtime.data.snapshots import latest


def perpetual(
    catalog: Catalog,
    venue: str,
    symbol: str,
    start_ms: int | None = None,
    end_ms: int | None = None,
    *,
    with_heard: bool = False,
) -> Bars:
    """Return the minutes of [start, end) with the mark prices and settlements that are there.

    `with_heard` adds minutes that sessions heard and no sync has taken in yet.
    `mark`, `funding` and `open_interest` are None where the catalogue holds none in that span.
    """
    bars = catalog.read_bars(venue, symbol, start_ms, end_ms, with_heard=with_heard)
    return replace(
        bars,
        mark=_mark(catalog, venue, symbol, bars),
        funding=_funding(catalog, venue, symbol, bars),
        open_interest=_open_interest(catalog, venue, symbol, bars),
    )


def _mark(catalog: Catalog, venue: str, symbol: str, bars: Bars) -> Mark | None:
    rows = catalog.read_rows(venue, symbol, "mark_1m", bars.ts0, bars.end)
    if not len(rows):
        return None
    prices = np.column_stack([rows[name].to_numpy() for name in MARK_PRICES])
    return mark_on_grid(bars.ts0, bars.base_ms, bars.n, rows["ts"].to_numpy(), prices)


def _funding(catalog: Catalog, venue: str, symbol: str, bars: Bars) -> Funding | None:
    if not catalog.manifest(venue, symbol, "funding").known:
        return None
    rows = catalog.read_rows(venue, symbol, "funding", bars.ts0, bars.end)
    return Funding(
        ts=np.asarray(rows["ts"].to_numpy(), np.int64),
        rate=np.asarray(rows["rate"].to_numpy(), np.float64),
    )


def _open_interest(catalog: Catalog, venue: str, symbol: str, bars: Bars) -> OpenInterest | None:
    rows = catalog.read_rows(venue, symbol, "open_interest", bars.ts0, bars.end)
    if not len(rows):
        return None
    return OpenInterest(
        ts=np.asarray(rows["ts"].to_numpy(), np.int64),
        value=np.asarray(rows["oi"].to_numpy(), np.float64),
    )


def filters(
    catalog: Catalog, venue: str, symbol: str, at_ms: int | None = None
) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """Return the instrument's filters and its risk tiers as they were last known by `at_ms`."""
    found = latest(catalog, venue, symbol, "instrument", at_ms)
    return (found[0] if found else None), latest(catalog, venue, symbol, "risk_tier", at_ms)
