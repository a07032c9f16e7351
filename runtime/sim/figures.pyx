# cython: boundscheck=False, wraparound=False, cdivision=True
"""What an entry, its levels, an exit and a moved stop come to, outside of a run.

A session on a real exchange asks these figures; they are those of the simulated exchange, from the
same headers (rulings B9).
"""

from libc.math cimport NAN
from libc.stdint cimport int64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from tradec.runtime.sim import records, terms
from tradec.runtime.sim.book cimport Book
from tradec.runtime.sim.entries cimport first_levels
from tradec.runtime.sim.holding cimport trail
from tradec.runtime.sim.ledger cimport ledger_init
from tradec.runtime.sim.levels cimport Levels
from tradec.runtime.sim.margin cimport Tier
from tradec.runtime.sim.orders cimport expiry, price_entry, refusal
from tradec.runtime.sim.records cimport Order, STOP_LOSS
from tradec.runtime.sim.sizing cimport exit_qty
from tradec.runtime.sim.terms cimport Seen


cdef class Figures:
    """The figures of `rules` on `instrument`; `exec_minutes` is the exec timeframe, 0 the month.

    `seen` is what the play shows at a decision: the volatility and the long and short level of the
    stop, the volatility of the target; NaN where there is none.
    """

    cdef Book book

    def __cinit__(self, rules, instrument, *, int exec_minutes=1):
        cdef Py_ssize_t k
        memset(&self.book, 0, sizeof(self.book))
        self.book.terms = terms.terms_of(rules, instrument)
        self.book.exec_minutes = exec_minutes
        tiers = terms.tiers_of(rules, instrument)
        self.book.tiers.rows = <Tier*>malloc(len(tiers) * sizeof(Tier))
        if self.book.tiers.rows == NULL:
            raise MemoryError("no memory for the risk tiers")
        self.book.tiers.n = len(tiers)
        for k, tier in enumerate(tiers):
            self.book.tiers.rows[k] = tier

    def __dealloc__(self):
        free(self.book.tiers.rows)

    def entry(self, int64_t side, double close, double equity, tuple seen not None, int64_t ts):
        """Return an entry decided at `close` by a flat account: kind, prices, qty, levels, code.

        `code` is a word of `records.CODES`, "" where nothing refuses it; `expires` is an instant,
        0 never.
        """
        cdef Order order
        cdef Levels levels
        cdef int64_t code
        memset(&order, 0, sizeof(order))
        order.side = <int>side
        order.price = order.trigger = NAN
        ledger_init(&self.book.ledger, equity)
        self.book.work.seen = self._seen(seen)
        price_entry(&self.book, &order, close)
        code = refusal(&self.book, &order)
        levels = first_levels(&self.book, side, order.qty, order.reference)
        return {
            "kind": records.KINDS[order.kind],
            "in_force": records.IN_FORCE[order.in_force],
            "reference": order.reference,
            "price": order.price,
            "trigger": order.trigger,
            "qty": order.qty,
            "cap": records.CAPS[order.cap],
            "stop": levels.stop,
            "target": levels.target,
            "expires": expiry(&self.book, ts),
            "code": records.CODES[code],
        }

    def levels(self, int64_t side, double qty, double price, tuple seen not None):
        """Return (stop, target, flags, is_valid) of a position entered at an average price."""
        cdef Levels levels
        self.book.work.seen = self._seen(seen)
        levels = first_levels(&self.book, side, qty, price)
        return levels.stop, levels.target, levels.flags, bool(levels.is_valid)

    def exit_qty(self, double qty, double percent, double reference):
        """Return what an exit of so many percent closes, 0 where that is too little."""
        return exit_qty(&self.book.terms, qty, percent, reference)

    def trailed(self, int64_t side, double entry, tuple state not None, double volatility):
        """Return the state of a stop after a minute: (stop, best, trails, is_even).

        `best` is the best price since the fill, from minutes that were held in full.
        """
        self.book.ledger.side, self.book.ledger.entry = side, entry
        stop, best, trails, is_even = state
        self.book.held.stop, self.book.held.stop_by = stop, STOP_LOSS
        self.book.held.max_high = self.book.held.min_low = best
        self.book.held.trails, self.book.held.is_even = trails, is_even
        self.book.held.is_triggered, self.book.held.resting = False, 0
        self.book.trail_volatility = volatility
        trail(&self.book)
        return self.book.held.stop, best, bool(self.book.held.trails), bool(self.book.held.is_even)

    cdef Seen _seen(self, tuple seen):
        cdef Seen shown
        (shown.stop_volatility, shown.long_level, shown.short_level,
         shown.target_volatility) = seen
        return shown
