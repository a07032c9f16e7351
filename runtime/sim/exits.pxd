# cython: cdivision=True
# How a position is left (simulation.md 3, 6.3, 6.4, 8 and 11.4): at market, at a resting limit, by
# liquidation; at the open of a minute or inside it.
from libc.math cimport INFINITY, NAN
from libc.stdint cimport int8_t, int32_t, int64_t
from tradec.runtime.sim.book cimport (
    Book, LIQUIDATED, Minute, NO_STOP, end_closing, end_entry, end_order, margin_prices, new_closing,
    new_fill, new_order, note_state, order_of, widen,
)
from tradec.runtime.sim.grid cimport grid_down, grid_near
from tradec.runtime.sim.holding cimport settle_funding
from tradec.runtime.sim.ledger cimport Settled, ledger_close
from tradec.runtime.sim.prices cimport (
    impact, is_outside_band, is_traded, is_triggered, market_price,
)
from tradec.runtime.sim.records cimport (
    AT_BANKRUPTCY, AT_CLOSE, AT_LEVEL, AT_OPEN, Buffer, CANCELLED, Fill, LIQUIDATION, Leg, POSITION_CLOSED,
    Order, TAKE_PROFIT, buffer_push, buffer_row,
)
from tradec.runtime.sim.terms cimport LIMIT, Terms


cdef inline double fillable(const Terms* terms, const Minute* m, double wanted) noexcept nogil:
    """How much of a market order this minute takes: at most a share of its volume."""
    cdef double most
    if terms.volume_share == INFINITY:
        return wanted
    most = grid_down(&terms.step, terms.volume_share * m.volume)
    return most if most < wanted else wanted


cdef inline void end_of_position(Book* b, Py_ssize_t number, int64_t ts) noexcept nogil:
    """The position is gone: what was to close it dies with it, and so does the rest of its entry.

    A reversal's entry lives on: it is not sized yet.
    """
    end_closing(b, number, ts, POSITION_CLOSED)
    if b.held.resting and b.held.resting != number:
        end_order(b, b.held.resting, ts, CANCELLED, POSITION_CLOSED)
    if b.work.number and b.work.is_sized:
        end_entry(b, ts, CANCELLED, POSITION_CLOSED)
    b.held.resting = 0


cdef inline double other_net(const Book* b, double qty, double entry_fee,
                             double funding) noexcept nogil:
    """What `qty` had come to at the other exit price (rulings B7), NaN if there is none.

    side * qty * (other - entry) - qty * other * rate - entry_fee + funding; after an ambiguous
    entry minute the funding is that of then, none
    """
    cdef double price = b.held.other
    return (b.ledger.side * qty * (price - b.ledger.entry) - qty * price * b.held.other_rate
            - entry_fee + funding * b.held.other_funding)


cdef inline void settle(Book* b, Py_ssize_t number, int64_t ts, double reference, double price,
                        double qty, double rate, int64_t source, bint is_last) noexcept nogil:
    """Fill a closing order, in whole or in part, and record the leg."""
    cdef Fill* fill = new_fill(b, number, ts, reference, price, qty, source,
                               order_of(b, number).kind == LIMIT, is_last)
    cdef Leg* leg = <Leg*>buffer_push(&b.legs)
    cdef Settled settled
    cdef double entry = b.ledger.entry, other = NAN
    widen(b, price, price)
    if b.held.other == b.held.other:
        other = other_net(b, qty, b.ledger.entry_fee * (qty / b.ledger.qty),
                          b.ledger.funding * (qty / b.ledger.qty))
    settled = ledger_close(&b.ledger, &b.terms, qty, price, rate)
    fill.fee = settled.fee
    b.held.legs += 1
    leg.entry, leg.bought = entry, b.held.bought
    leg.realized, leg.entry_fee = settled.realized, settled.entry_fee
    leg.funding, leg.net, leg.other_net = settled.funding, settled.net, other
    leg.stop, leg.last_stop, leg.target = b.held.first_stop, b.held.stop, b.held.target
    leg.min_low, leg.max_high = b.held.min_low, b.held.max_high
    leg.position, leg.number = <int32_t>b.positions, b.held.legs
    leg.entry_fill, leg.exit_fill = <int32_t>b.held.entry_fill, <int32_t>b.fills.size
    leg.flags, leg.is_final = <int8_t>b.held.flags, b.ledger.side == 0
    if b.ledger.side == 0:
        end_of_position(b, number, ts)
    else:
        margin_prices(b)
        if is_last and b.closing == number:
            b.closing = number + 1 if number < b.closing_last else 0
    note_state(b, ts)


cdef inline void liquidate(Book* b, int64_t ts) noexcept nogil:
    """Settle the position at its bankruptcy price; everything that works is cancelled."""
    cdef double price = b.held.bankruptcy, qty = b.ledger.qty
    cdef Py_ssize_t number = new_order(b, ts, LIQUIDATION, -b.ledger.side, price, qty)
    if b.work.number:
        end_entry(b, ts, CANCELLED, POSITION_CLOSED)
    if b.stopping == NO_STOP and not b.terms.goes_on:
        b.stopping = LIQUIDATED
    settle(b, number, ts, price, price, qty, b.terms.taker, AT_BANKRUPTCY, True)


cdef inline double left_of_closing(const Book* b) noexcept nogil:
    """What the closing order at work has to close yet; the last of several all that is left."""
    cdef const Order* order = order_of(b, b.closing)
    if b.closing == b.closing_last:
        return b.closing_left
    return grid_near(&b.terms.step, order.qty - order.filled)


cdef inline void leave_at_market(Book* b, const Minute* m, int64_t ts, double reference,
                                 int64_t source) noexcept nogil:
    """Fill what closes at market as far as this minute takes it; the rest waits for the next.

    A fill beyond the bankruptcy price is a liquidation: no loss exceeds the margin. Orders that were
    split fill one after another at the price that the whole of them has.
    """
    cdef double part = b.closing_left, price, piece
    cdef Py_ssize_t number
    cdef bint is_last
    if source != AT_CLOSE:
        part = fillable(&b.terms, m, part)
    if part <= 0.0:
        return
    price = market_price(&b.terms, -b.ledger.side, reference,
                         impact(&b.terms, part * reference, m.volume * m.close))
    if b.ledger.side * (price - b.held.bankruptcy) < 0.0:
        liquidate(b, ts)
        return
    if b.terms.market_band < INFINITY and source != AT_CLOSE and is_outside_band(
            &b.terms, price, m.mark_open if source == AT_OPEN else m.mark_low,
            m.mark_open if source == AT_OPEN else m.mark_high):
        return
    while part > 0.0 and b.closing:
        number, piece = b.closing, left_of_closing(b)
        is_last = part >= piece
        piece = piece if is_last else part
        part = grid_near(&b.terms.step, part - piece)
        b.closing_left = grid_near(&b.terms.step, b.closing_left - piece)
        settle(b, number, ts, reference, price, piece, b.terms.taker, source, is_last)


cdef inline void trigger_exit(Book* b, const Minute* m, int64_t ts, int64_t purpose, double level,
                              double reference, int64_t source) noexcept nogil:
    """A stop or a market target acts: a market order for the whole position."""
    end_closing(b, 0, ts, POSITION_CLOSED)
    new_closing(b, ts, purpose, level, level, b.ledger.qty)
    b.held.is_triggered = True
    leave_at_market(b, m, ts, reference, source)


cdef inline void rest_stop(Book* b, int64_t ts) noexcept nogil:
    """A triggered limit stop: from here on it rests at its price."""
    cdef Py_ssize_t number = new_order(
        b, ts, b.held.stop_by, -b.ledger.side, b.held.stop, b.ledger.qty)
    cdef Order* order = order_of(b, number)
    order.kind, order.price, order.trigger = LIMIT, b.held.stop, b.held.stop
    b.held.resting = number


cdef inline void leave_at_limit(Book* b, Py_ssize_t number, int64_t ts,
                                double price) noexcept nogil:
    """A resting limit order closes the whole position at its own price, if that is not beyond
    the bankruptcy price: no loss exceeds the margin.
    """
    cdef Order* order = order_of(b, number)
    if b.ledger.side * (price - b.held.bankruptcy) < 0.0:
        liquidate(b, ts)
        return
    order.qty = b.ledger.qty
    settle(b, number, ts, price, price, b.ledger.qty, b.terms.maker, AT_LEVEL, True)


cdef inline void take_target(Book* b, int64_t ts) noexcept nogil:
    """The target that rests as a limit order fills."""
    cdef Py_ssize_t number = new_order(
        b, ts, TAKE_PROFIT, -b.ledger.side, b.held.target, b.ledger.qty)
    cdef Order* order = order_of(b, number)
    order.kind, order.price = LIMIT, b.held.target
    leave_at_limit(b, number, ts, b.held.target)


cdef inline bint reaches_target(const Book* b, double price) noexcept nogil:
    """Whether a price fills the target: as a limit order if it rests, else by reaching it."""
    if b.terms.target_rests:
        return is_traded(&b.terms, -b.ledger.side, price, b.held.target)
    return is_triggered(b.ledger.side, price, b.held.target)


# --- the open of a minute, simulation.md A3 -----------------------------------------------------


cdef inline void exit_at_open(Book* b, const Minute* m) noexcept nogil:
    """The gap tests: liquidation by the mark's open, then the stop, then the target."""
    cdef int64_t side = b.ledger.side
    if side * (m.mark_open - b.held.liquidation) <= 0.0:
        liquidate(b, m.t0)
    elif b.held.is_triggered:
        return
    elif b.held.resting:
        if is_traded(&b.terms, -side, m.open, b.held.stop):
            leave_at_limit(b, b.held.resting, m.t0, b.held.stop)
    elif side * (m.open - b.held.stop) <= 0.0:
        if b.terms.stop_rests:
            rest_stop(b, m.t0)
        else:
            trigger_exit(b, m, m.t0, b.held.stop_by, b.held.stop, m.open, AT_OPEN)
    elif reaches_target(b, m.open):
        if b.terms.target_rests:
            take_target(b, m.t0)
        else:
            trigger_exit(b, m, m.t0, TAKE_PROFIT, b.held.target, m.open, AT_OPEN)


# --- inside a minute, simulation.md B -----------------------------------------------------------


cdef inline void note_other(Book* b, double price, double rate, bint at_entry) noexcept nogil:
    """Keep the exit price that the other order of events gives, if it is the first such minute."""
    if b.held.other != b.held.other:
        b.held.other, b.held.other_rate = price, rate
        b.held.other_funding = 0.0 if at_entry else 1.0


cdef inline void note_market(Book* b, const Minute* m, double reference,
                             bint at_entry) noexcept nogil:
    """A market exit at `reference` is the other order of events; it loses no more than the margin."""
    cdef double price = market_price(
        &b.terms, -b.ledger.side, reference,
        impact(&b.terms, b.ledger.qty * reference, m.volume * m.close))
    if b.ledger.side * (price - b.held.bankruptcy) < 0.0:
        price = b.held.bankruptcy
    note_other(b, price, b.terms.taker, at_entry)


cdef inline void note_target(Book* b, const Minute* m, bint at_entry) noexcept nogil:
    """The target might have come first."""
    if b.terms.target_rests:
        note_other(b, b.held.target, b.terms.maker, at_entry)
    else:
        note_market(b, m, b.held.target, at_entry)


cdef inline double stop_inside(const Book* b, bint is_new) noexcept nogil:
    """The price at which the stop acts inside a minute: its level.

    An entry inside the minute that slipped past its own stop finds the market where it traded: a
    stop does not improve on that.
    """
    cdef const Fill* entry = <const Fill*>buffer_row(<Buffer*>&b.fills, b.held.entry_fill)
    if is_new and b.ledger.side * (entry.reference - b.held.stop) < 0.0:
        return entry.reference
    return b.held.stop


cdef inline void exit_inside(Book* b, const Minute* m, bint is_new, bint by_stop) noexcept nogil:
    """Liquidation or stop, the nearer level first, then the target.

    A position that opened inside this minute (`is_new`) is exposed to liquidation and stop alone;
    `by_stop` says that a stop order opened it, so that the adverse extreme may have come before.
    """
    cdef int64_t side = b.ledger.side, ts = m.t1 - 1
    cdef double against = m.low if side > 0 else m.high, favor = m.high if side > 0 else m.low
    cdef double mark = m.mark_low if side > 0 else m.mark_high
    cdef double stop = b.held.stop, liquidation = b.held.liquidation
    cdef double traded = stop_inside(b, is_new)
    cdef bint is_open = not b.held.is_triggered and b.held.resting == 0
    cdef bint dies = side * (mark - liquidation) <= 0.0
    cdef bint hit = is_open and side * (against - stop) <= 0.0
    cdef bint won = is_open and reaches_target(b, favor)
    cdef bint back = b.held.resting != 0 and is_traded(&b.terms, -side, favor, stop)
    if dies and not (hit and side * (stop - liquidation) >= 0.0):
        if won:
            note_target(b, m, is_new)
        elif back:
            note_other(b, stop, b.terms.maker, False)
        elif hit and b.is_marked:
            note_market(b, m, traded, is_new)
        elif by_stop:
            note_market(b, m, m.close, True)
        liquidate(b, ts)
    elif back:
        widen(b, against, against)
        leave_at_limit(b, b.held.resting, ts, stop)
    elif hit and b.terms.stop_rests:
        rest_stop(b, ts)
        if dies:
            liquidate(b, ts)
    elif hit:
        if won:
            note_target(b, m, is_new)
        elif dies and b.is_marked:
            note_other(b, b.held.bankruptcy, b.terms.taker, is_new)
        elif by_stop:
            note_market(b, m, m.close, True)
        trigger_exit(b, m, ts, b.held.stop_by, stop, traded, AT_LEVEL)
    elif won and is_new:
        note_target(b, m, True)
    elif won:
        widen(b, against, against)
        if b.terms.target_rests:
            take_target(b, ts)
        else:
            trigger_exit(b, m, ts, TAKE_PROFIT, b.held.target, b.held.target, AT_LEVEL)


cdef inline void pass_minute(Book* b, const Minute* m, bint is_new, bint by_stop) noexcept nogil:
    """Let the position live through a minute: at its open unless it opened inside, then inside.

    What of funding falls due between the two is settled between them.
    """
    cdef int64_t side = b.ledger.side
    cdef double against = m.low if side > 0 else m.high
    if not is_new:
        widen(b, m.open, m.open)
        exit_at_open(b, m)
        if b.ledger.side != 0:
            settle_funding(b, m.t1 - 1)
    if b.ledger.side != 0:
        exit_inside(b, m, is_new, by_stop)
    if b.ledger.side != 0:
        if is_new:
            widen(b, against, against)
        else:
            widen(b, m.low, m.high)
