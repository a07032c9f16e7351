# cython: cdivision=True
# Isolated margin (simulation.md 11, rulings B5): tiers, bankruptcy, liquidation. Each docstring
# fixes the order of the float operations. `side` is that of the position.
from libc.math cimport INFINITY
from libc.stdint cimport int64_t
from tradec.runtime.sim.terms cimport Terms

ctypedef struct Tier:
    double limit                # largest notional of this tier, +inf in the last
    double mmr                  # maintenance margin rate
    double deduction
    double max_leverage

ctypedef struct Tiers:
    Py_ssize_t n                # at least 1
    Tier* rows                  # by rising limit


cdef inline const Tier* tier_of(const Tiers* tiers, double notional) noexcept nogil:
    """The tier of a notional: the first whose limit it does not exceed."""
    cdef Py_ssize_t k = 0
    while k + 1 < tiers.n and notional > tiers.rows[k].limit:
        k += 1
    return &tiers.rows[k]


cdef inline double notional_cap(const Tiers* tiers, double leverage) noexcept nogil:
    """The largest notional that may be opened with this leverage, 0 where none may."""
    cdef double cap = 0.0
    cdef Py_ssize_t k = 0
    while k < tiers.n and leverage <= tiers.rows[k].max_leverage:
        cap = tiers.rows[k].limit
        k += 1
    return cap


cdef inline double maintenance(const Tiers* tiers, double notional) noexcept nogil:
    """max(0, notional * mmr - deduction) of the notional's tier."""
    cdef const Tier* tier = tier_of(tiers, notional)
    cdef double kept = notional * tier.mmr - tier.deduction
    return kept if kept > 0.0 else 0.0


cdef inline double bankruptcy_price(int64_t side, double qty, double entry,
                                    double margin) noexcept nogil:
    """The price at which the margin is lost: entry - side * margin / qty, at least 0.

    An average entry is rounded: without leverage the difference may come out a digit below 0.
    """
    cdef double price = entry - side * margin / qty
    return price if price > 0.0 else 0.0


cdef inline double liquidation_price(const Terms* terms, const Tiers* tiers, int64_t side, double qty,
                                     double entry, double margin) noexcept nogil:
    """The mark price at which what is left of the margin is the maintenance margin.

    (qty * entry - side * (margin + deduction)) / (qty * (1 - side * mmr)), of the first tier whose
    limit qty times that price does not exceed. By entry value, with the tier of qty * entry:
    entry - side * (margin - (qty * entry * mmr - deduction)) / qty. Never beyond the bankruptcy
    price. At or below 0 a long cannot be liquidated.
    """
    cdef double price = 0.0, bankrupt = bankruptcy_price(side, qty, entry, margin)
    cdef const Tier* tier
    cdef Py_ssize_t k
    if terms.entry_value:
        tier = tier_of(tiers, qty * entry)
        price = entry - side * (margin - (qty * entry * tier.mmr - tier.deduction)) / qty
    else:
        for k in range(tiers.n):
            tier = &tiers.rows[k]
            price = (qty * entry - side * (margin + tier.deduction)) / (
                qty * (1.0 - side * tier.mmr))
            if qty * price <= tier.limit:
                break
    return bankrupt if side * (price - bankrupt) < 0.0 else price


cdef inline double safe_distance(double reference, double liquidation) noexcept nogil:
    """How far a stop may lie: |reference - liquidation| * 0.999; +inf without a liquidation."""
    cdef double distance = reference - liquidation
    if liquidation <= 0.0:
        return INFINITY
    return (distance if distance > 0.0 else -distance) * 0.999
