# cython: cdivision=True
"""How an entry came to its size: every number on the way, by the functions that size entries."""

from libc.math cimport NAN
from libc.stdint cimport int8_t, int64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from tradec.runtime.sim import records, terms
from tradec.runtime.sim.rules import MOST_USDT
from tradec.runtime.sim.book cimport Book
from tradec.runtime.sim.levels cimport Levels, levels_at
from tradec.runtime.sim.margin cimport Tier, liquidation_price
from tradec.runtime.sim.orders cimport price_entry
from tradec.runtime.sim.records cimport Order
from tradec.runtime.sim.sizing cimport (
    CAPS, NO_CAP, Size, entry_caps, intended_notional, least_notional, order_cost, size_entry,
)

SEEN = ("stop_volatility", "target_volatility", "long_level", "short_level")


def sized(rules, instrument, int side, double close, double cash, seen):
    """Return how an entry decided at `close` by a flat account with `cash` USDT is sized.

    `seen` maps names of SEEN to what the play showed. `notional` is what is left of
    `intended_notional` under the caps of `caps`, of which `cap` binds; `qty` is
    `qty_before_rounding` down to the step. A number that does not apply is None.
    """
    cdef Book book
    cdef Order order
    cdef Levels levels
    cdef Size size
    cdef double[CAPS] bounds
    cdef double reference, intended, liquidation
    cdef Py_ssize_t k
    memset(&book, 0, sizeof(book))
    memset(&order, 0, sizeof(order))
    book.terms = terms.terms_of(rules, instrument)
    book.seen.stop_volatility = seen.get("stop_volatility", NAN)
    book.seen.target_volatility = seen.get("target_volatility", NAN)
    book.seen.long_level = seen.get("long_level", NAN)
    book.seen.short_level = seen.get("short_level", NAN)
    order.side = <int8_t>side
    price_entry(&book, &order, close)
    reference = order.reference
    levels = levels_at(&book.terms, &book.seen, side, reference)
    rows = terms.tiers_of(rules, instrument)
    book.tiers.rows = <Tier*>malloc(len(rows) * sizeof(Tier))
    if book.tiers.rows == NULL:
        raise MemoryError("no memory for the risk tiers")
    try:
        book.tiers.n = len(rows)
        for k, row in enumerate(rows):
            book.tiers.rows[k] = row
        intended = intended_notional(&book.terms, cash, cash, reference, levels.stop)
        size = size_entry(&book.terms, &book.tiers, order.kind, side, cash, cash, reference,
                          levels.stop)
        liquidation = liquidation_price(&book.terms, &book.tiers, side, size.qty, reference,
                                        size.qty * reference / book.terms.leverage)
        entry_caps(&book.terms, &book.tiers, order.kind, side, cash, cash, reference, bounds)
    finally:
        free(book.tiers.rows)
    notional = intended if size.cap == NO_CAP else bounds[size.cap]
    return {
        "equity": cash,
        "available": cash,
        "leverage": book.terms.leverage,
        "reference": reference,
        "stop_loss": known(levels.stop),
        "take_profit": known(levels.target),
        "stop_distance": known(abs(reference - levels.stop)),
        "is_stop_valid": bool(levels.is_valid),
        "intended_notional": known(intended),
        "caps": {name: known(bounds[k]) for k, name in enumerate(records.CAPS) if name},
        "cap": records.CAPS[size.cap] or None,
        "notional": known(notional),
        "qty_before_rounding": known(notional / reference),
        "qty": size.qty,
        "risk_usdt": known(size.qty * abs(reference - levels.stop)),
        "min_notional": least_notional(&book.terms, reference),
        "order_cost": order_cost(&book.terms, side, size.qty * reference),
        "liquidation_price": known(liquidation),
    }


cdef object known(double value):
    """Return a number, None where it is missing or stands for no bound."""
    return value if abs(value) < MOST_USDT else None
