# cython: cdivision=True
# The state of an exchange: its rules, the ledger, the entry at work, the position, and the records.
# `orders`, `exits`, `entries` and `holding` act on it; `refresh` says what it waits for.
from libc.math cimport INFINITY, NAN
from libc.stdint cimport INT64_MAX, int8_t, int32_t, int64_t
from libc.string cimport memset
from tradec.runtime.kernels.hint cimport larger, smaller
from tradec.runtime.sim.ledger cimport Ledger
from tradec.runtime.sim.margin cimport Tiers, bankruptcy_price, liquidation_price
from tradec.runtime.sim.records cimport (
    CANCELLED, FILLED, Buffer, Fill, Order, State, WORKING, buffer_push, buffer_row,
)
from tradec.runtime.sim.terms cimport (
    IGNORE, LIMIT, MARKET, Seen, Slots, TRAIL_PERCENT, TRAIL_VOLATILITY, Terms,
)
from tradec.runtime.sim.grid cimport grid_down, grid_near
from tradec.runtime.strategy cimport Account, Feed

cdef enum:
    AHEAD = 4096                # bars of mark prices that are looked through at once

cdef enum Stop:                 # why a run ends before its data do
    NO_STOP = 0
    LIQUIDATED = 1
    FLOOR_HIT = 2
    DRAWDOWN_HIT = 3

ctypedef struct Minute:         # one base bar
    int64_t t0
    int64_t t1
    double open
    double high
    double low
    double close
    double volume
    double mark_open
    double mark_high
    double mark_low
    double mark_close

ctypedef struct Working:        # the entry order at work
    Py_ssize_t number           # 0: none
    int64_t side
    int64_t kind                # what it still is: a triggered stop is a market or a limit order
    int64_t expires             # the instant, 0: never
    bint rests                  # it has arrived
    bint is_sized               # a reversal is sized when it arrives
    double limit
    double trigger
    double left
    double reference
    Seen seen

ctypedef struct Holding:        # the open position, beside what the ledger says of it
    int64_t ts
    Py_ssize_t entry_fill
    Py_ssize_t resting          # the stop that was triggered and rests as a limit order, 0: none
    int64_t stop_by             # the purpose of the stop: who moved it last
    int64_t flags
    int32_t legs
    bint trails                 # trailing is active
    bint is_even                # break-even was done
    bint is_fresh               # the entry price is new: trailing looks at it at the close
    bint is_triggered           # a stop or target is being filled
    double bought
    double first_stop
    double stop
    double target
    double liquidation
    double bankruptcy
    double min_low
    double max_high
    double other                # exit price with the first ambiguous minute the other way round
    double other_rate           # and its fee rate
    double other_funding

ctypedef struct Book:
    Account account             # what the strategy may read
    bint pending                # an order arrives at the next present bar's open
    bint stopped                # a terminal stop is executed: the loop ends
    bint ending                 # the same, once the next equity point is written
    Py_ssize_t due              # the next bar that needs the exchange, whatever trades in it
    double low                  # watched prices
    double high
    Terms terms
    Tiers tiers
    Ledger ledger
    Working work
    Holding held
    Seen seen                   # what the play showed at the last decision
    double trail_volatility     # and shows now
    Py_ssize_t closing          # the market order that closes, 0: none
    Py_ssize_t closing_last     # the last of the orders that a large one was split into
    double closing_left         # of all of them
    int64_t stopping            # the Stop that stands
    bint disabled               # entries are
    bint is_marked              # by prices of its own
    bint keeps_signals
    bint keeps_states
    int64_t exec_minutes
    int64_t positions           # opened so far; the open one has this number
    Py_ssize_t next_funding
    double mark_watch           # watched price of the mark
    double mark_seen            # a price that the mark does not reach before bar `mark_clear`
    Py_ssize_t mark_clear
    const Feed* feed
    Buffer orders
    Buffer fills
    Buffer legs
    Buffer signals
    Buffer payments
    Buffer states


cdef inline int64_t ts_open(const Feed* feed, Py_ssize_t i) noexcept nogil:
    return feed.ts0 + i * feed.base_ms


cdef inline int64_t ts_close(const Feed* feed, Py_ssize_t i) noexcept nogil:
    return feed.ts0 + (i + 1) * feed.base_ms


cdef inline Minute minute_of(const Feed* feed, Py_ssize_t i) noexcept nogil:
    """Base bar i."""
    cdef Minute m
    m.t0, m.t1 = ts_open(feed, i), ts_close(feed, i)
    m.open, m.high, m.low, m.close = feed.open[i], feed.high[i], feed.low[i], feed.close[i]
    m.volume = feed.volume[i]
    m.mark_open, m.mark_high = feed.mark_open[i], feed.mark_high[i]
    m.mark_low, m.mark_close = feed.mark_low[i], feed.mark_close[i]
    return m


# --- records ------------------------------------------------------------------------------------


cdef inline Order* order_of(const Book* b, Py_ssize_t number) noexcept nogil:
    """The row of an order."""
    return <Order*>buffer_row(<Buffer*>&b.orders, number)


cdef inline Py_ssize_t new_order(Book* b, int64_t ts, int64_t purpose, int64_t side,
                                 double reference, double qty) noexcept nogil:
    """Record a working market order; return its number."""
    cdef Order* order = <Order*>buffer_push(&b.orders)
    memset(order, 0, sizeof(Order))
    order.ts, order.reference, order.qty = ts, reference, qty
    order.price = order.trigger = NAN
    order.purpose, order.side = <int8_t>purpose, <int8_t>side
    order.position = <int32_t>b.positions if b.ledger.side != 0 else 0
    return b.orders.size


cdef inline void end_order(Book* b, Py_ssize_t number, int64_t ts, int64_t status,
                           int64_t code) noexcept nogil:
    """Say what became of an order."""
    cdef Order* order = order_of(b, number)
    order.ts_end, order.status, order.code = ts, <int8_t>status, <int8_t>code


cdef inline void new_closing(Book* b, int64_t ts, int64_t purpose, double reference, double trigger,
                             double qty) noexcept nogil:
    """Record market orders that close `qty` of the position, NaN being no trigger.

    They are as many as the instrument's largest market order asks for (rulings B9), each of that
    quantity down to the step but the last.
    """
    cdef double most = grid_down(&b.terms.step, b.terms.max_market_qty), left = qty, part
    cdef Py_ssize_t number = 0
    b.closing, b.closing_left = 0, qty
    while left > 0.0:
        part = most if 0.0 < most < left else left
        number = new_order(b, ts, purpose, -b.ledger.side, reference, part)
        order_of(b, number).trigger = trigger
        if b.closing == 0:
            b.closing = number
        left = grid_near(&b.terms.step, left - part)
    b.closing_last = number


cdef inline void end_closing(Book* b, Py_ssize_t kept, int64_t ts, int64_t code) noexcept nogil:
    """Cancel the orders that close the position, but for `kept`."""
    cdef Py_ssize_t number
    if b.closing:
        for number in range(b.closing, b.closing_last + 1):
            if number != kept:
                end_order(b, number, ts, CANCELLED, code)
    b.closing = 0


cdef inline Fill* new_fill(Book* b, Py_ssize_t number, int64_t ts, double reference, double price,
                           double qty, int64_t source, bint is_maker, bint is_last) noexcept nogil:
    """Record a fill of an order; the last one ends it."""
    cdef Order* order = order_of(b, number)
    cdef Fill* fill = <Fill*>buffer_push(&b.fills)
    fill.ts, fill.reference, fill.price, fill.qty = ts, reference, price, qty
    fill.fee = 0.0
    fill.order = <int32_t>number
    fill.purpose, fill.side, fill.source = order.purpose, order.side, <int8_t>source
    fill.is_maker = is_maker
    order.position = fill.position = <int32_t>b.positions
    order.fill = <int32_t>b.fills.size
    if is_last:
        order.filled = order.qty
        order.ts_end, order.status = ts, FILLED
    else:
        order.filled = grid_near(&b.terms.step, order.filled + qty)
    return fill


cdef inline void note_state(Book* b, int64_t ts) noexcept nogil:
    """Record the account as it is from `ts` on."""
    cdef State* state
    cdef bint is_flat = b.ledger.side == 0
    if not b.keeps_states:
        return
    state = <State*>buffer_push(&b.states)
    memset(state, 0, sizeof(State))
    state.ts, state.cash, state.reserved = ts, b.ledger.cash, b.ledger.reserved
    state.signed_qty, state.entry = b.ledger.signed_qty, b.ledger.entry
    state.margin, state.reserve = b.ledger.margin, b.ledger.reserve
    state.liquidation = NAN if is_flat else b.held.liquidation
    state.is_disabled = b.disabled or b.stopping != NO_STOP


cdef inline void end_entry(Book* b, int64_t ts, int64_t status, int64_t code) noexcept nogil:
    """End the entry order at work, unfilled or in part."""
    end_order(b, b.work.number, ts, status, code)
    b.work.number = 0
    if b.ledger.reserved != 0.0:
        b.ledger.reserved = 0.0
        note_state(b, ts)


# --- what the position hangs on -----------------------------------------------------------------


cdef inline void widen(Book* b, double low, double high) noexcept nogil:
    """Take prices into the extremes of the position."""
    b.held.min_low = smaller(low, b.held.min_low)
    b.held.max_high = larger(high, b.held.max_high)


cdef inline double best_price(const Book* b) noexcept nogil:
    """The best price since the fill: from minutes fully after it, the fill price before."""
    return b.held.max_high if b.ledger.side > 0 else b.held.min_low


cdef inline void margin_prices(Book* b) noexcept nogil:
    """Bring liquidation and bankruptcy price up to date."""
    cdef Ledger* l = &b.ledger
    b.held.bankruptcy = bankruptcy_price(l.side, l.qty, l.entry, l.margin)
    b.held.liquidation = liquidation_price(
        &b.terms, &b.tiers, l.side, l.qty, l.entry, l.margin)


# --- what the exchange waits for ----------------------------------------------------------------


cdef inline double next_best(const Book* b) noexcept nogil:
    """The price from which the stop may move, in favor of the position; +-inf: never.

    A hair too near rather than too far: `trail` tests exactly.
    """
    cdef int64_t side = b.ledger.side
    cdef double entry = b.ledger.entry, near = 1.0 - side * 1e-12, price = side * INFINITY, from_
    if b.terms.trail == TRAIL_PERCENT:
        price = entry * (1.0 + side * b.terms.trail_from_pct / 100.0) * near
        if b.held.trails:
            price = best_price(b)
    if b.terms.evens and not b.held.is_even:
        from_ = entry * (1.0 + side * b.terms.even_from_pct / 100.0) * near
        price = smaller(price, from_) if side > 0 else larger(price, from_)
    return price


cdef inline double floor_price(const Book* b) noexcept nogil:
    """The price at which equity is down to the floor, a hair too near; -+inf: there is no floor."""
    cdef int64_t side = b.ledger.side
    if b.terms.stop_equity <= 0.0 or b.stopping != NO_STOP:
        return -side * INFINITY
    return (b.ledger.entry - side * (b.ledger.cash - b.terms.stop_equity) / b.ledger.qty) * (
        1.0 + side * 1e-9)


cdef inline void watch_position(Book* b) noexcept nogil:
    """Watch what the position hangs on: stop, target, liquidation, floor, the next best price."""
    cdef int64_t side = b.ledger.side
    cdef double against = b.held.stop, favor = b.held.target, mark = b.held.liquidation, best
    cdef double floor = floor_price(b)
    if side > 0:
        mark = larger(mark, floor)
    else:
        mark = smaller(mark, floor)
    if b.held.is_triggered:
        against, favor = -side * INFINITY, side * INFINITY
    elif b.held.resting:
        against, favor = -side * INFINITY, b.held.stop
    elif b.terms.trail == TRAIL_PERCENT or b.terms.evens:
        best = next_best(b)
        favor = smaller(favor, best) if side > 0 else larger(favor, best)
    if b.is_marked:
        b.mark_watch = mark
    else:
        against = larger(against, mark) if side > 0 else smaller(against, mark)
    b.low = against if side > 0 else favor
    b.high = favor if side > 0 else against


cdef inline void watch_entry(Book* b) noexcept nogil:
    """Watch the price of an entry that rests."""
    cdef bint is_stop = b.work.kind != LIMIT
    cdef double price = b.work.trigger if is_stop else b.work.limit
    b.low, b.high = -INFINITY, INFINITY
    if is_stop == (b.work.side > 0):
        b.high = price
    else:
        b.low = price


cdef inline Py_ssize_t mark_reaches(Book* b, Py_ssize_t start) noexcept nogil:
    """The first bar from `start` on in which the mark may reach its watched price, or a later one
    that is worth looking from again."""
    cdef const Feed* f = b.feed
    cdef double price = b.mark_watch
    cdef Py_ssize_t i = start, stop = min(start + AHEAD, f.n)
    if price == b.mark_seen and start <= b.mark_clear:
        return b.mark_clear
    if b.ledger.side > 0:
        while i < stop and not f.mark_low[i] <= price:
            i += 1
    else:
        while i < stop and not f.mark_high[i] >= price:
            i += 1
    b.mark_seen, b.mark_clear = price, i
    return i


cdef inline Py_ssize_t due_of_position(Book* b, Py_ssize_t start) noexcept nogil:
    """The next bar, `start` or later, in which the position needs the exchange."""
    cdef Py_ssize_t due = INT64_MAX, reached
    if b.held.is_fresh or b.terms.trail == TRAIL_VOLATILITY:
        return start
    if b.next_funding < b.feed.fundings:
        due = max(start, (b.feed.funding_ts[b.next_funding] - b.feed.ts0) // b.feed.base_ms)
    if b.is_marked:
        reached = mark_reaches(b, start)
        due = min(due, reached)
    return due


cdef inline void refresh(Book* b, Py_ssize_t start) noexcept nogil:
    """Bring what others read up to date; `start` is the next bar that is not done."""
    cdef bint is_flat = b.ledger.side == 0
    cdef bint barred = b.disabled or b.stopping != NO_STOP
    cdef bint works = b.work.number != 0
    b.account.side = b.ledger.side
    b.pending = b.closing != 0 or (works and not b.work.rests)
    b.due = INT64_MAX
    if is_flat:
        b.account.may_enter = not barred and (not works or b.terms.replaces != 0)
        b.account.may_exit = 0
        b.low, b.high = -INFINITY, INFINITY
        if works:
            if b.work.rests:
                watch_entry(b)
            if b.work.expires:
                b.due = max(start, (b.work.expires - b.feed.ts0 - 1) // b.feed.base_ms)
        elif b.stopping == DRAWDOWN_HIT:
            b.stopped = True
        elif b.stopping != NO_STOP:
            b.ending = True
        if b.ledger.cash <= b.terms.stop_equity and b.stopping == NO_STOP:
            b.due = start
    else:
        b.account.may_exit = b.closing == 0
        b.account.may_enter = (
            b.terms.opposite != IGNORE and b.closing == 0 and b.stopping == NO_STOP)
        watch_position(b)
        b.due = due_of_position(b, start)
