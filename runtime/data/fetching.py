"""One span of one series from Bybit, in batches that can be written and need not be asked again.

Pages arrive newest first, so a batch covers the stretch down from where the one before it began.
Minutes that a page lacks are asked for again until two answers in a row bring none: only then are
they absent on the exchange. They are stored as flat bars (rulings B1) where a close precedes them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tradec.runtime.bybit import market
from tradec.runtime.bybit.client import Client
from tradec.runtime.bybit.market import Page, Row, Span
from tradec.runtime.data.checks import Checked, Refused, Rows, check_rows
from tradec.runtime.data.kinds import (
    FLAG_FLAT,
    FLAG_SUSPICIOUS,
    SOURCE_REST,
    Kind,
    conform,
    kind_named,
)
from tradec.runtime.data.manifest import lacking
from tradec.runtime.data.timestamps import moments

BATCH_ROWS = 50_000
CONFIRMATIONS = 2
SUSPICIOUS_RETURN = 0.5

Pages: TypeAlias = Callable[[Client, str, Span], Iterator[Page]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows that conform to their kind, the span they answer for, and what was refused of it."""

    table: Any
    span: Span
    absent: int
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetcher:
    """How one kind is asked for; rows further apart than `spacing_ms` have lost some in between."""

    kind: Kind
    pages: Pages
    spacing_ms: int

    def batches(self, client: Client, symbol: str, span: Span, settled: int) -> Iterator[Batch]:
        """Yield the batches of a span, newest first; the last one ends where the span begins.

        Before `settled` (ms UTC) the exchange has published everything: an absent row is absent.
        """
        held: list[Row] = []
        upper = span.end
        asked = span.end
        for page in self.pages(client, symbol, span):
            lower = self._lower(page, asked, span)
            limits = Span(start=lower, end=min(asked, settled))
            held.extend(self._confirmed(client, symbol, page, limits))
            asked = lower
            if len(held) >= BATCH_ROWS:
                yield self._batch(held, Span(start=lower, end=min(upper, settled)))
                held, upper = [], lower
        if upper > span.start:
            yield self._batch(held, Span(start=span.start, end=min(upper, settled)))

    def _lower(self, page: Page, asked: int, span: Span) -> int:
        """Return where the stretch that a page answers for begins."""
        if self.kind.step_ms is None:
            return int(page[0][0])
        return max(span.start, asked - market.KLINE_ROWS * self.kind.step_ms)

    def _confirmed(self, client: Client, symbol: str, page: Page, limits: Span) -> Page:
        """Return a page with what a second and a third asking found of its absent rows.

        All of them lie within one page: one request asks for them, however many they are.
        """
        rows = {row[0]: row for row in page}
        silent = 1
        while silent < CONFIRMATIONS and (absent := self._absent(rows, limits)):
            span = Span(start=absent[0].start, end=absent[-1].end)
            found = {row[0]: row for row in self._again(client, symbol, span)}
            silent = 1 if found.keys() - rows.keys() else silent + 1
            rows |= found
        return tuple(rows.values())

    def _absent(self, rows: Mapping[float, Row], limits: Span) -> list[Span]:
        """Return the spans between the limits in which rows should be and are not.

        Where rows lie closer together than they must, the closest two tell how close they should.
        """
        times = [int(ts) for ts in sorted(rows)]
        spacing = min((b - a for a, b in pairwise(times)), default=self.spacing_ms)
        spacing = min(spacing, self.spacing_ms)
        spans = tuple((ts, ts + spacing) for ts in times)
        return [Span(start=a, end=b) for a, b in lacking(spans, limits.start, limits.end)]

    def _again(self, client: Client, symbol: str, span: Span) -> Iterator[Row]:
        for page in self.pages(client, symbol, span):
            yield from page

    def _batch(self, rows: list[Row], span: Span) -> Batch:
        return _BATCHES[self.kind.name](rows, span, self.kind)


# --- rows to tables -------------------------------------------------------------------------------


def _columns(rows: list[Row], width: int) -> NDArray[np.float64]:
    array = np.array(rows, np.float64).reshape(len(rows), width)
    return array[np.argsort(array[:, 0], kind="stable")]


def _checked(found: NDArray[np.float64], kind: Kind) -> Checked:
    """Return the rows sorted into usable and refused; without columns of volume it is 0."""
    nothing = np.zeros(len(found))
    rows = Rows(
        times=moments(found[:, 0].astype(np.int64)),
        open=found[:, 1].copy(),
        high=found[:, 2].copy(),
        low=found[:, 3].copy(),
        close=found[:, 4].copy(),
        volume=found[:, 5].copy() if found.shape[1] > 5 else nothing,
        turnover=found[:, 6].copy() if found.shape[1] > 6 else nothing,
    )
    assert kind.step_ms is not None
    return check_rows(rows, kind.step_ms)


def _traded(rows: list[Row], span: Span, kind: Kind) -> Batch:
    """Return the bars of a batch: the good ones, and flat ones for those that are absent."""
    found = _columns(rows, 7)
    checked = _checked(found, kind)
    suspicious = np.zeros(len(checked.ts), np.bool_)
    if len(checked.ts) > 1:
        jump = np.abs(checked.close[1:] / checked.close[:-1] - 1.0) > SUSPICIOUS_RETURN
        suspicious[1:] = jump
    real: dict[str, NDArray[Any]] = {
        "ts": checked.ts,
        "open": checked.open,
        "high": checked.high,
        "low": checked.low,
        "close": checked.close,
        "volume": checked.volume,
        "turnover": checked.turnover,
        "flags": np.where(suspicious, FLAG_SUSPICIOUS, 0).astype(np.uint8),
    }
    flat = _flat_bars(real, found[:, 0], span, kind.step_ms or 0)
    columns = {name: np.concatenate([real[name], flat[name]]) for name in real}
    columns["src"] = np.full(len(columns["ts"]), SOURCE_REST, np.uint8)
    return Batch(
        table=_table(columns, kind),
        span=span,
        absent=len(flat["ts"]),
        refused=checked.refused,
    )


def _flat_bars(
    real: Mapping[str, NDArray[Any]], sent: NDArray[np.float64], span: Span, step: int
) -> dict[str, NDArray[Any]]:
    """Return flat bars at the close before them for the bars that were not sent at all."""
    ts = real["ts"]
    grid = np.arange(ts[0], span.end, step, dtype=np.int64) if len(ts) else ts
    absent = grid[~np.isin(grid, sent.astype(np.int64))]
    close = real["close"][np.searchsorted(ts, absent) - 1] if len(absent) else np.empty(0)
    nothing = np.zeros(len(absent))
    return {
        "ts": absent,
        **dict.fromkeys(("open", "high", "low", "close"), close),
        "volume": nothing,
        "turnover": nothing,
        "flags": np.full(len(absent), FLAG_FLAT, np.uint8),
    }


def _priced(rows: list[Row], span: Span, kind: Kind) -> Batch:
    checked = _checked(_columns(rows, 5), kind)
    columns = {name: getattr(checked, name) for name, _ in kind.columns}
    return Batch(table=_table(columns, kind), span=span, absent=0, refused=checked.refused)


def _events(rows: list[Row], span: Span, kind: Kind) -> Batch:
    names = [name for name, _ in kind.columns]
    found = _columns(rows, len(names))
    columns = {name: found[:, place] for place, name in enumerate(names)}
    return Batch(table=_table(columns, kind), span=span, absent=0)


def _settlements(rows: list[Row], span: Span, kind: Kind) -> Batch:
    """Return funding rates with the minutes since the one before, 0 where that is unknown."""
    found = _columns(rows, 2)
    ts = found[:, 0].astype(np.int64)
    since = np.zeros(len(ts), np.int64)
    since[1:] = np.diff(ts) // market.MINUTE_MS
    columns = {"ts": ts, "rate": found[:, 1], "interval_min": since}
    return Batch(table=_table(columns, kind), span=span, absent=0)


def _table(columns: Mapping[str, NDArray[Any]], kind: Kind) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - deferred: heavy

    arrays = {
        name: columns[name].astype(np.int64) if text == "int64" else columns[name]
        for name, text in kind.columns
    }
    return conform(pa.table(arrays), kind)


_BATCHES: Mapping[str, Callable[[list[Row], Span, Kind], Batch]] = MappingProxyType(
    {
        "kline_1m": _traded,
        "mark_1m": _priced,
        "funding": _settlements,
        "open_interest": _events,
        "ls_ratio": _events,
    }
)

FETCHERS: Mapping[str, Fetcher] = MappingProxyType(
    {
        name: Fetcher(kind=kind_named(name), pages=pages, spacing_ms=spacing * market.MINUTE_MS)
        for name, pages, spacing in (
            ("kline_1m", market.klines, 1),
            ("mark_1m", market.mark_klines, 1),
            ("funding", market.funding, 480),  # the longest interval that Bybit settles at
            ("open_interest", market.open_interest, 5),
            ("ls_ratio", market.long_short, 5),
        )
    }
)
"""Kind -> how it is fetched; snapshots (instruments, tiers) are not spans."""
