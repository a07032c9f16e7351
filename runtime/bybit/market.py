"""Bybit's public market data as rows: klines, mark price, funding, open interest, ratios.

Every function pages backwards from the end of what is asked for and yields pages, newest first,
each a tuple of rows in order of time. A page that cannot be read is refused (BadAnswerError);
whether prices can be true is judged where they are stored. Times are ms UTC, spans half open. Only
klines that have closed by the exchange's own clock are returned.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from tradec.runtime.bybit.client import Answer, Client
from tradec.runtime.bybit.endpoints import (
    FUNDING,
    INSTRUMENTS,
    KLINE,
    LONG_SHORT,
    MARK_KLINE,
    OPEN_INTEREST,
    RISK_LIMIT,
    Endpoint,
)
from tradec.runtime.bybit.errors import BadAnswerError
from tradec.runtime.bybit.paging import paged

Row: TypeAlias = tuple[float, ...]
"""The time, ms UTC, and the values in the order of the kind's columns."""

Page: TypeAlias = tuple[Row, ...]

CATEGORY = "linear"
MINUTE_MS = 60_000
KLINE_ROWS, EVENT_ROWS, RATIO_ROWS = 1000, 200, 500

INTERVALS = {
    "1m": ("1", MINUTE_MS),
    "3m": ("3", 3 * MINUTE_MS),
    "5m": ("5", 5 * MINUTE_MS),
    "15m": ("15", 15 * MINUTE_MS),
    "30m": ("30", 30 * MINUTE_MS),
    "1h": ("60", 60 * MINUTE_MS),
    "2h": ("120", 120 * MINUTE_MS),
    "4h": ("240", 240 * MINUTE_MS),
    "6h": ("360", 360 * MINUTE_MS),
    "12h": ("720", 720 * MINUTE_MS),
    "D": ("D", 1440 * MINUTE_MS),
}
"""Timeframe -> (Bybit's word, ms)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A half-open stretch of time, ms UTC."""

    start: int
    end: int


def klines(client: Client, symbol: str, span: Span, timeframe: str = "1m") -> Iterator[Page]:
    """Yield (ts, open, high, low, close, volume, turnover) of the closed bars in a span."""
    yield from _bars(client, KLINE, symbol, span, (timeframe, 7))


def mark_klines(client: Client, symbol: str, span: Span, timeframe: str = "1m") -> Iterator[Page]:
    """Yield (ts, open, high, low, close) of the closed mark-price bars in a span."""
    yield from _bars(client, MARK_KLINE, symbol, span, (timeframe, 5))


def _bars(
    client: Client, endpoint: Endpoint, symbol: str, span: Span, form: tuple[str, int]
) -> Iterator[Page]:
    (word, step_ms), width = INTERVALS[form[0]], form[1]
    last = span.end - step_ms  # `end` of a request includes the bar that opens at it
    while last >= span.start:
        first = max(span.start, last - (KLINE_ROWS - 1) * step_ms)
        answer = client.call(
            endpoint,
            category=CATEGORY,
            symbol=symbol,
            interval=word,
            start=first,
            end=last,
            limit=KLINE_ROWS,
        )
        closed_by = answer.time_ms - step_ms
        rows = _page(endpoint, answer, lambda item: _bar(item, width, step_ms))
        yield tuple(row for row in rows if first <= row[0] <= min(last, closed_by))
        last = first - step_ms


def funding(client: Client, symbol: str, span: Span) -> Iterator[Page]:
    """Yield (ts, rate) of the settlements in a span; the rate is a fraction."""

    def ask(last: int) -> Answer:
        return client.call(
            FUNDING,
            category=CATEGORY,
            symbol=symbol,
            startTime=span.start,
            endTime=last,
            limit=EVENT_ROWS,
        )

    def row(item: Any) -> Row:
        return int(item["fundingRateTimestamp"]), _finite(item["fundingRate"])

    yield from _events(FUNDING, ask, row, span)


def open_interest(client: Client, symbol: str, span: Span) -> Iterator[Page]:
    """Yield (ts, both sides, one side) of the 5-minute series, NaN where one is not told."""

    def ask(last: int) -> Answer:
        return client.call(
            OPEN_INTEREST,
            category=CATEGORY,
            symbol=symbol,
            intervalTime="5min",
            startTime=span.start,
            endTime=last,
            limit=EVENT_ROWS,
        )

    def row(item: Any) -> Row:
        single = item.get("singleOpenInterest")
        one = _finite(single) if single else math.nan
        return int(item["timestamp"]), _finite(item["openInterest"]), one

    yield from _events(OPEN_INTEREST, ask, row, span)


def long_short(client: Client, symbol: str, span: Span) -> Iterator[Page]:
    """Yield (ts, share of accounts long, share short) of the 5-minute series."""

    def ask(last: int) -> Answer:
        return client.call(
            LONG_SHORT,
            category=CATEGORY,
            symbol=symbol,
            period="5min",
            startTime=span.start,
            endTime=last,
            limit=RATIO_ROWS,
        )

    def row(item: Any) -> Row:
        return int(item["timestamp"]), _finite(item["buyRatio"]), _finite(item["sellRatio"])

    yield from _events(LONG_SHORT, ask, row, span)


def _events(
    endpoint: Endpoint, ask: Callable[[int], Answer], row: Callable[[Any], Row], span: Span
) -> Iterator[Page]:
    """Page backwards over rows that have no fixed step: each page ends before the last one begins.

    An empty page ends it: there is nothing older.
    """
    last = span.end - 1
    while last >= span.start:
        rows = _page(endpoint, ask(last), row)
        page = tuple(one for one in rows if span.start <= one[0] <= last)
        if not page:
            return
        yield page
        last = int(page[0][0]) - 1


def instruments(client: Client) -> Iterator[dict[str, Any]]:
    """Yield every linear contract as Bybit describes it, numbers as strings."""
    yield from paged(client, INSTRUMENTS, {"category": CATEGORY, "limit": 1000})


def instrument(client: Client, symbol: str) -> dict[str, Any]:
    """Return one contract as Bybit describes it; BadAnswerError where it knows none."""
    for item in paged(client, INSTRUMENTS, {"category": CATEGORY, "symbol": symbol}):
        if item.get("symbol") == symbol:
            return item
    raise BadAnswerError(
        INSTRUMENTS.path, f"Bybit knows no linear contract {symbol}", symbol=symbol
    )


def risk_tiers(client: Client, symbol: str) -> Iterator[dict[str, Any]]:
    """Yield the risk tiers of a symbol as Bybit describes them."""
    for item in paged(client, RISK_LIMIT, {"category": CATEGORY, "symbol": symbol}):
        if item.get("symbol", symbol) == symbol:
            yield item


# --- reading an answer ----------------------------------------------------------------------------


def _items(endpoint: Endpoint, answer: Answer) -> list[Any]:
    items = answer.result.get("list") if isinstance(answer.result, dict) else None
    if not isinstance(items, list):
        raise BadAnswerError(endpoint.path, "the answer holds no list")
    return items


def _page(endpoint: Endpoint, answer: Answer, read: Callable[[Any], Row]) -> Page:
    """Return the rows of an answer in order of time, each time once."""
    rows: dict[float, Row] = {}
    for item in _items(endpoint, answer):
        try:
            row = read(item)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            what = f"{endpoint.path} sent a row that cannot be read: {str(item)[:120]}"
            raise BadAnswerError(endpoint.path, what, reason=str(error)) from None
        if rows.setdefault(row[0], row) != row:
            what = f"{endpoint.path} sent two different rows of one time"
            raise BadAnswerError(endpoint.path, what, ts=row[0])
    return tuple(rows[ts] for ts in sorted(rows))


def _bar(item: Any, width: int, step_ms: int) -> Row:
    ts = int(item[0])
    values = tuple(_finite(text) for text in item[1:width])
    if ts % step_ms or len(values) != width - 1:
        raise ValueError("the row does not open on its timeframe, or lacks columns")
    return (ts, *values)


def _finite(text: Any) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is not finite")
    return value
