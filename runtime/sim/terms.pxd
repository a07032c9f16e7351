# What a run trades on: the rules of the account and of the instrument, as plain numbers.
from libc.stdint cimport int64_t
from tradec.runtime.sim.grid cimport Grid

cdef enum Measure:
    NO_LEVEL = 0
    PERCENT = 1             # of the margin: value / 100 / leverage of the entry price
    PRICE_PERCENT = 2       # of the entry price

ctypedef struct Distance:
    int64_t measure
    double value

ctypedef struct Terms:
    Grid tick
    Grid step
    double min_qty
    double max_qty              # +inf: none
    double min_notional         # the larger of the instrument's and the play's
    double mmr
    double leverage
    double taker
    double slippage
    double position_pct
    double share_pct            # margin share of equity, simulation.md 10
    double max_margin           # +inf: none
    double max_notional         # +inf: none
    double max_drawdown_pct     # 100: off
    Distance stop
    Distance target
