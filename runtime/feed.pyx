# cython: boundscheck=False, wraparound=False
"""Columns of bars as C pointers, mark prices and funding included."""

from libc.stdint cimport int64_t, uint8_t

import numpy as np

from tradec.runtime.data.bars import FLAT
from tradec.runtime.kernels.missing cimport NAN

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
        if mark_source is None:
            mark_source = "last_extreme" if bars.mark is None else "mark_kline"
        self.mark_source = mark_source
        mark = marks_of(bars, last, mark_source)
        self.is_marked = mark is not last
        self.rows = {
            **dict(zip(PRICES, last)),
            "volume": as_row(bars.volume),
            **{f"mark_{name}": row for name, row in zip(PRICES, mark)},
            **{name: as_row(bars.seen(name)) for name in needs},
            **settlements(bars.funding if funding else None),
        }
        self.flag_row = np.ascontiguousarray(bars.flags)
        self.feed.ts0, self.feed.base_ms, self.feed.n = bars.ts0, bars.base_ms, bars.n
        self.feed.fundings = len(self.rows["funding_ts"])
        self._point()

    cdef int _point(self) except -1:
        """Let the feed point at the arrays."""
        cdef const uint8_t[::1] flags = self.flag_row
        cdef const int64_t[::1] times = self.rows["funding_ts"]
        rows = self.rows
        self.feed.open, self.feed.high = address(rows, "open"), address(rows, "high")
        self.feed.low, self.feed.close = address(rows, "low"), address(rows, "close")
        self.feed.volume = address(rows, "volume")
        self.feed.mark_open, self.feed.mark_high = (
            address(rows, "mark_open"), address(rows, "mark_high"))
        self.feed.mark_low, self.feed.mark_close = (
            address(rows, "mark_low"), address(rows, "mark_close"))
        self.feed.funding_seen = address(rows, "funding_seen")
        self.feed.open_interest_seen = address(rows, "open_interest_seen")
        self.feed.funding_rate = address(rows, "funding_rate")
        self.feed.funding_ts = &times[0] if times.shape[0] else NULL
        self.flags = &flags[0] if flags.shape[0] else NULL
        return 0


cdef class Growing(Columns):
    """Columns to which bars and settlements are added at the end, as they become known.

    What was added is the same as if it had been in `bars` from the start, bit for bit.
    """

    def __init__(self, bars, mark_source=None, *, bint funding=True, needs=()):
        super().__init__(bars, mark_source, funding=funding, needs=needs)
        self.funding = funding
        self._hold(max(1024, 2 * self.feed.n), max(64, 2 * self.feed.fundings))

    def append(self, double open, double high, double low, double close, double volume, *,
               mark=None, bint is_flat=False, double funding_seen=NAN,
               double open_interest_seen=NAN):
        """Add the next bar; `mark` are its mark prices (open, high, low, close), None: absent."""
        cdef Py_ssize_t i = self.feed.n
        if i == self.room:
            self._hold(2 * self.room, self.funding_room)
        put(self.feed.open, i, open)
        put(self.feed.high, i, high)
        put(self.feed.low, i, low)
        put(self.feed.close, i, close)
        put(self.feed.volume, i, volume)
        if self.is_marked:
            self._mark(i, mark)
        put(self.feed.funding_seen, i, funding_seen)
        put(self.feed.open_interest_seen, i, open_interest_seen)
        (<uint8_t*>self.flags)[i] = FLAT if is_flat else 0
        self.feed.n = i + 1

    def settle(self, int64_t ts, double rate):
        """Add a settlement of funding; it must be known before the bar in which it falls due."""
        cdef Py_ssize_t k = self.feed.fundings
        if not self.funding:
            return
        if k and ts <= self.feed.funding_ts[k - 1]:
            raise ValueError(f"a settlement at {ts} follows one at {self.feed.funding_ts[k - 1]}")
        if k == self.funding_room:
            self._hold(self.room, 2 * self.funding_room)
        (<int64_t*>self.feed.funding_ts)[k] = ts
        put(self.feed.funding_rate, k, rate)
        self.feed.fundings = k + 1

    @property
    def n(self):
        """Return the number of bars."""
        return self.feed.n

    @property
    def ts0(self):
        """Return when the first bar opens, ms UTC."""
        return self.feed.ts0

    @property
    def last(self):
        """Return the close and the mark at the last close, NaN where there is none."""
        if self.feed.n == 0:
            return NAN, NAN
        return self.feed.close[self.feed.n - 1], self.feed.mark_close[self.feed.n - 1]

    def column(self, str name):
        """Return one row of the bars so far, as a new array."""
        if name == "flags":
            return self.flag_row[: self.feed.n].copy()
        known = self.feed.fundings if name in ("funding_ts", "funding_rate") else self.feed.n
        return self.rows[name][:known].copy()

    cdef void _mark(self, Py_ssize_t i, object mark) except *:
        """Mark bar i as `marks_of` would."""
        cdef double close = self.feed.close[i], high = close, low = close, before
        if self.mark_source == "last_close":
            before = self.feed.close[i - 1] if i else self.feed.open[i]
        elif mark is None:
            before = self.feed.mark_close[i - 1] if i else self.feed.open[i]
            high, low = self.feed.high[i], self.feed.low[i]
        else:
            before, high, low, close = mark
        put(self.feed.mark_open, i, before)
        put(self.feed.mark_high, i, high)
        put(self.feed.mark_low, i, low)
        put(self.feed.mark_close, i, close)

    def _hold(self, Py_ssize_t room, Py_ssize_t funding_room):
        """Move to arrays with room for so many bars and settlements."""
        grown = {
            name: resized(row, funding_room if name.startswith("funding_") and name != "funding_seen"
                          else room)
            for name, row in self.rows.items()
            if self.is_marked or not name.startswith("mark_")
        }
        if not self.is_marked:
            grown.update({f"mark_{name}": grown[name] for name in PRICES})
        self.rows = grown
        self.flag_row = resized(self.flag_row, room)
        self.room, self.funding_room = room, funding_room
        self._point()


# noexcept: one store, which cannot raise
cdef void put(const double* column, Py_ssize_t i, double value) noexcept:
    """Write into a column of our own, if there is one."""
    if column != NULL:
        (<double*>column)[i] = value


cdef resized(row, Py_ssize_t room):
    grown = np.zeros(room, dtype=row.dtype)
    grown[: min(room, len(row))] = row[:room]
    return grown


cdef settlements(funding):
    """Return the times and the rates of the settlements."""
    if funding is None:
        return {"funding_ts": np.empty(0, np.int64), "funding_rate": np.empty(0)}
    return {
        "funding_ts": np.ascontiguousarray(funding.ts), "funding_rate": as_row(funding.rate)}


cdef as_row(column):
    return np.ascontiguousarray(column, dtype=np.float64)


cdef const double* address(dict rows, str name) except? NULL:
    """Return where a row begins, NULL if there is none or it is empty."""
    cdef const double[::1] view
    if name not in rows:
        return NULL
    view = rows[name]
    return &view[0] if view.shape[0] else NULL


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
