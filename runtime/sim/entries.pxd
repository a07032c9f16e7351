# cython: cdivision=True
# How an entry becomes a position (simulation.md 4, 5 and 6.1): what its arrival does, what fills it
# while it rests, and what the position starts with.
from libc.math cimport INFINITY, NAN
from libc.stdint cimport int64_t
from tradec.runtime.sim.book cimport (
    Book, Minute, end_entry, margin_prices, new_fill, note_state, order_of,
)
from tradec.runtime.sim.exits cimport fillable
from tradec.runtime.sim.grid cimport grid_near
from tradec.runtime.sim.ledger cimport ledger_available, ledger_open
from tradec.runtime.sim.levels cimport (
    Levels, STOP_ADJUSTED, STOP_BEYOND_LIQUIDATION, is_beyond, levels_at, nearer_stop,
)
from tradec.runtime.sim.margin cimport liquidation_price
from tradec.runtime.sim.orders cimport size_working
from tradec.runtime.sim.prices cimport (
    impact, is_marketable, is_outside_band, is_traded, is_triggered, market_price, within_limit,
)
from tradec.runtime.sim.records cimport (
    AT_LEVEL, AT_OPEN, CANCELLED, FOK_CANCEL, Fill, INSUFFICIENT_MARGIN, IOC_CANCEL,
    LIQUIDITY_EXCEEDED, MARKET_BAND, Order, POST_ONLY_REJECT, REJECTED, STOP_LOSS, STOP_UNAVAILABLE,
)
from tradec.runtime.sim.sizing cimport is_affordable, order_cost
from tradec.runtime.sim.terms cimport (
    ADJUST, FOK, IOC, LIMIT, MARKET, NO_TRAIL, POST_ONLY, REJECT, STOP, STOP_LIMIT,
)


cdef inline Levels first_levels(Book* b, int64_t side, double qty, double price) noexcept nogil:
    """Stop and target from the fill; a stop beyond the liquidation is moved, or told of."""
    cdef Levels levels = levels_at(&b.terms, &b.work.seen, side, price)
    cdef double liquidation
    if b.terms.beyond == REJECT:
        return levels
    liquidation = liquidation_price(
        &b.terms, &b.tiers, side, qty, price, qty * price / b.terms.leverage)
    if is_beyond(&b.terms, side, price, levels.stop, liquidation):
        if b.terms.beyond == ADJUST:
            levels.stop = nearer_stop(&b.terms, side, price, liquidation)
            levels.flags |= STOP_ADJUSTED
            levels.is_valid = levels.is_valid and side * (price - levels.stop) > 0.0
        else:
            levels.flags |= STOP_BEYOND_LIQUIDATION
    return levels


cdef inline void hold(Book* b, int64_t ts, double price) noexcept nogil:
    """A position begins: nothing moved yet, and the next settlement of funding is its first."""
    b.positions += 1
    b.held.ts, b.held.entry_fill = ts, b.fills.size + 1
    b.held.resting = b.held.flags = b.held.legs = 0
    b.held.stop_by = STOP_LOSS
    b.held.trails = b.held.is_even = b.held.is_triggered = False
    b.held.is_fresh = b.terms.trail != NO_TRAIL and b.terms.trail_from_pct <= 0.0
    b.held.bought = 0.0
    b.held.min_low = b.held.max_high = price
    b.held.other = NAN
    b.mark_clear = 0
    while b.next_funding < b.feed.fundings and b.feed.funding_ts[b.next_funding] <= ts:
        b.next_funding += 1


cdef inline void take_levels(Book* b, const Levels* levels) noexcept nogil:
    """Hang the position on its levels, unless its stop was moved already."""
    b.held.target = levels.target
    b.held.flags |= levels.flags
    if b.held.stop_by == STOP_LOSS:
        b.held.stop = b.held.first_stop = levels.stop


cdef inline bint enter(Book* b, double part, int64_t ts, double reference, double price, double rate,
                       int64_t source, bint is_maker) noexcept nogil:
    """Fill `part` of the entry at work, unless its price breaks the gate or the levels.

    A further part of an entry that fills in several minutes moves the levels with the average.
    """
    cdef int64_t side = b.work.side
    cdef bint is_first = b.ledger.side == 0, is_last = part >= b.work.left
    cdef Levels levels = first_levels(b, side, part, price)
    cdef Fill* fill
    b.ledger.reserved = 0.0
    if not is_affordable(&b.terms, side, part * price, ledger_available(&b.ledger)):
        end_entry(b, ts, REJECTED if is_first else CANCELLED, INSUFFICIENT_MARGIN)
        note_state(b, ts)
        return False
    if is_first and not levels.is_valid:
        end_entry(b, ts, REJECTED, STOP_UNAVAILABLE)
        note_state(b, ts)
        return False
    if is_first:
        hold(b, ts, price)
    fill = new_fill(b, b.work.number, ts, reference, price, part, source, is_maker, is_last)
    fill.fee = ledger_open(&b.ledger, &b.terms, side, part, price, rate)
    b.held.bought = b.ledger.qty if is_first else grid_near(&b.terms.step, b.held.bought + part)
    if not is_first:
        levels = first_levels(b, side, b.ledger.qty, b.ledger.entry)
        b.held.is_fresh = b.terms.trail != NO_TRAIL or b.terms.evens
    if levels.is_valid:
        take_levels(b, &levels)
    margin_prices(b)
    if is_last:
        b.work.number = 0
    else:
        b.work.left = grid_near(&b.terms.step, b.work.left - part)
        b.work.kind, b.work.rests = MARKET, False
    note_state(b, ts)
    return True


cdef inline bint enter_at_market(Book* b, const Minute* m, int64_t ts, double reference,
                                 int64_t source) noexcept nogil:
    """Fill a market entry as far as this minute takes it; the rest waits for the next."""
    cdef double part = fillable(&b.terms, m, b.work.left), price
    if part <= 0.0:
        b.work.kind, b.work.rests = MARKET, False
        return False
    price = market_price(&b.terms, b.work.side, reference,
                         impact(&b.terms, part * reference, m.volume * m.close))
    if b.terms.market_band < INFINITY and is_outside_band(
            &b.terms, price, m.mark_open if source == AT_OPEN else m.mark_low,
            m.mark_open if source == AT_OPEN else m.mark_high):
        end_entry(b, ts, CANCELLED, MARKET_BAND)
        return False
    return enter(b, part, ts, reference, price, b.terms.taker, source, False)


cdef inline bint take_limit(Book* b, const Minute* m, int64_t ts, double reference,
                            int64_t source) noexcept nogil:
    """Fill a limit entry that arrives marketable: at market, but never beyond its limit.

    What the minute's liquidity does not take is cancelled, all of it for fill-or-kill.
    """
    cdef Order* order = order_of(b, b.work.number)
    cdef double part = fillable(&b.terms, m, b.work.left), price
    cdef bint is_whole = part >= b.work.left
    if not is_whole and (part <= 0.0 or order.in_force == FOK):
        end_entry(b, ts, CANCELLED, LIQUIDITY_EXCEEDED)
        return False
    price = within_limit(b.work.side, market_price(
        &b.terms, b.work.side, reference,
        impact(&b.terms, part * reference, m.volume * m.close)), b.work.limit)
    if not enter(b, part, ts, reference, price, b.terms.taker, source, False):
        return False
    if not is_whole:
        end_entry(b, ts, CANCELLED, IOC_CANCEL if order.in_force == IOC else LIQUIDITY_EXCEEDED)
    return True


cdef inline bint place_limit(Book* b, const Minute* m, int64_t ts, double price,
                             int64_t source) noexcept nogil:
    """A limit entry meets the market at `price` (simulation.md 4.2); return whether it fills."""
    cdef Order* order = order_of(b, b.work.number)
    b.work.kind = LIMIT
    if is_marketable(b.work.side, price, b.work.limit):
        if order.in_force != POST_ONLY:
            return take_limit(b, m, ts, price, source)
        end_entry(b, ts, CANCELLED, POST_ONLY_REJECT)
    elif order.in_force == IOC:
        end_entry(b, ts, CANCELLED, IOC_CANCEL)
    elif order.in_force == FOK:
        end_entry(b, ts, CANCELLED, FOK_CANCEL)
    else:
        b.work.rests = True
        b.ledger.reserved = order_cost(&b.terms, b.work.side, b.work.left * b.work.limit)
        note_state(b, ts)
    return False


cdef inline bint pull_trigger(Book* b, const Minute* m, int64_t ts, double price,
                              int64_t source) noexcept nogil:
    """A stop entry triggers at `price`; return whether it fills."""
    if b.work.kind == STOP_LIMIT:
        return place_limit(b, m, ts, price, source)
    return enter_at_market(b, m, ts, price, source)


cdef inline void arrive(Book* b, const Minute* m) noexcept nogil:
    """A2: the entry reaches the market at the open of a minute."""
    if b.ledger.side != 0 and not b.work.is_sized:
        return                              # a reversal waits until the position is closed
    if not b.work.is_sized:
        size_working(b, m.t0)
        if b.work.number == 0:
            return
    if b.work.kind == MARKET:
        enter_at_market(b, m, m.t0, m.open, AT_OPEN)
    elif b.work.kind == LIMIT:
        place_limit(b, m, m.t0, m.open, AT_OPEN)
    elif is_triggered(b.work.side, m.open, b.work.trigger):
        pull_trigger(b, m, m.t0, m.open, AT_OPEN)
    else:
        b.work.rests = True


cdef inline bint fill_at_open(Book* b, const Minute* m) noexcept nogil:
    """A4: the open beyond a resting entry; a limit order trades at its own price."""
    if b.work.kind != LIMIT:
        return is_triggered(b.work.side, m.open, b.work.trigger) and pull_trigger(
            b, m, m.t0, m.open, AT_OPEN)
    return is_traded(&b.terms, b.work.side, m.open, b.work.limit) and enter(
        b, b.work.left, m.t0, b.work.limit, b.work.limit, b.terms.maker, AT_LEVEL, True)


cdef inline bint fill_inside(Book* b, const Minute* m) noexcept nogil:
    """B2: the minute's range reaches a resting entry."""
    cdef double favor = m.low if b.work.side > 0 else m.high
    cdef double against = m.high if b.work.side > 0 else m.low
    if b.work.kind != LIMIT:
        return is_triggered(b.work.side, against, b.work.trigger) and pull_trigger(
            b, m, m.t1 - 1, b.work.trigger, AT_LEVEL)
    return is_traded(&b.terms, b.work.side, favor, b.work.limit) and enter(
        b, b.work.left, m.t1 - 1, b.work.limit, b.work.limit, b.terms.maker, AT_LEVEL, True)
