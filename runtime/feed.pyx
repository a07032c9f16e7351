# cython: boundscheck=False, wraparound=False
"""Columns of bars as C pointers, mark prices and funding included."""

from libc.stdint cimport int64_t

import numpy as np

PRICES = ("open", "high", "low", "close")
MARK_SOURCES = ("mark_kline", "last_extreme", "last_close")


cdef class Columns:
    """Bars (tradec.runtime.data.bars.Bars) as a Feed, marked as `mark_source` says.

    mark_kline      the mark-price bars; an absent one is that of the last price, its open the mark
                    at the close before
    last_extreme    the last price: its extremes are the mark's
    last_close      the close alone; between two closes the mark stands at the one before
    None            mark_kline where the bars have mark prices, else last_extreme

    `needs` are the columns that a strategy reads besides (Strategy.NEEDS): what of funding and open
    interest is known at the close of each bar. Without `funding` nothing is settled.
    """

    def __init__(self, bars, mark_source=None, *, bint funding=True, needs=()):
        last = [as_row(getattr(bars, name)) for name in PRICES]
        volume = as_row(bars.volume)
        if mark_source is None:
            mark_source = "last_extreme" if bars.mark is None else "mark_kline"
        self.mark_source = mark_source
        mark = marks_of(bars, last, mark_source)
        self.is_marked = mark is not last
        self.feed.ts0, self.feed.base_ms, self.feed.n = bars.ts0, bars.base_ms, bars.n
        self.feed.open, self.feed.high = address(last[0]), address(last[1])
        self.feed.low, self.feed.close = address(last[2]), address(last[3])
        self.feed.volume = address(volume)
        self.feed.mark_open, self.feed.mark_high = address(mark[0]), address(mark[1])
        self.feed.mark_low, self.feed.mark_close = address(mark[2]), address(mark[3])
        seen = {name: as_row(bars.seen(name)) for name in needs}
        self.feed.funding_seen = known(seen, "funding_seen")
        self.feed.open_interest_seen = known(seen, "open_interest_seen")
        settled = self._take_funding(bars.funding if funding else None)
        self.kept = (last, volume, mark, seen, *settled)

    def _take_funding(self, funding):
        """Point at the settlements; return their arrays."""
        cdef const int64_t[::1] times
        self.feed.fundings = 0
        if funding is None or not len(funding.ts):
            return ()
        times, rates = np.ascontiguousarray(funding.ts), as_row(funding.rate)
        self.feed.fundings = len(times)
        self.feed.funding_ts, self.feed.funding_rate = &times[0], address(rates)
        return (times.base, rates)


cdef as_row(column):
    return np.ascontiguousarray(column, dtype=np.float64)


cdef const double* address(row) except? NULL:
    cdef const double[::1] view = row
    return &view[0] if view.shape[0] else NULL


cdef const double* known(dict rows, name) except? NULL:
    return address(rows[name]) if name in rows else NULL


cdef marks_of(bars, list last, mark_source):
    """Return the four rows of mark prices, or `last` itself where it is the mark."""
    if mark_source == "last_extreme":
        return last
    if mark_source == "last_close":
        before = np.concatenate((last[0][:1], last[3][: bars.n - 1]))
        return [before, last[3], last[3], last[3]]
    if mark_source != "mark_kline":
        raise ValueError(f"a mark source is one of {', '.join(MARK_SOURCES)}, not {mark_source!r}")
    if bars.mark is None:
        raise ValueError("there are no mark prices")
    absent = np.isnan(bars.mark.close)
    rows = [
        as_row(np.where(absent, price, getattr(bars.mark, name)))
        for name, price in zip(PRICES, last)
    ]
    before = np.concatenate((last[0][:1], rows[3][: bars.n - 1]))
    rows[0] = as_row(np.where(absent, before, bars.mark.open))
    return rows
