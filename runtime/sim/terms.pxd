# What a run trades on: the rules of the account and of the instrument, as plain numbers. `terms.py`
# makes them of Rules and Instrument; the codes of the enums stand in both.
from libc.stdint cimport int64_t
from tradec.runtime.sim.grid cimport Grid

cdef enum Measure:
    NO_LEVEL = 0
    PERCENT = 1             # of the margin: value / 100 / leverage of the entry price
    PRICE_PERCENT = 2       # of the entry price
    POINTS = 3              # quote currency
    VOLATILITY = 4          # a multiple of what the play saw at the decision
    STRUCTURE = 5           # a level that the play saw at the decision
    RATIO = 6               # a multiple of the distance to the first stop

cdef enum Model:
    PERCENT_EQUITY = 0      # of free equity, as margin
    RISK_BASED = 1          # of equity, lost at the stop
    FIXED_MARGIN = 2
    FIXED_NOTIONAL = 3

cdef enum Kind:             # of an order
    MARKET = 0
    LIMIT = 1
    STOP = 2                # triggers, then a market order
    STOP_LIMIT = 3          # triggers, then a limit order

cdef enum InForce:
    GTC = 0
    IOC = 1
    FOK = 2
    POST_ONLY = 3

cdef enum Trail:
    NO_TRAIL = 0
    TRAIL_PERCENT = 1
    TRAIL_VOLATILITY = 2

cdef enum Opposite:         # what an entry of the other side does in a position
    IGNORE = 0
    CLOSE = 1
    REVERSE = 2

cdef enum Beyond:           # what becomes of an entry whose stop lies beyond its liquidation
    REJECT = 0
    ADJUST = 1
    WARN = 2

cdef enum Impact:
    NO_IMPACT = 0
    ROOT = 1
    LINEAR = 2

ctypedef struct Distance:
    int64_t measure
    double value            # NaN: a structure without a fallback
    double buffer_pct       # of the entry price, on top

ctypedef struct Slots:      # what the play shows for these rules (Strategy.seen); -1: nothing
    int64_t stop_volatility
    int64_t long_level
    int64_t short_level
    int64_t target_volatility
    int64_t trail_volatility

ctypedef struct Seen:       # and what it showed at a decision; NaN: missing
    double stop_volatility
    double long_level
    double short_level
    double target_volatility

ctypedef struct Terms:
    Grid tick
    Grid step
    double min_qty
    double max_market_qty       # +inf: none, here and below
    double max_limit_qty
    double max_leverage
    double own_min_notional     # the instrument's; what is left of a position is at least this
    double min_notional         # of an entry: the larger of the instrument's and the play's
    double leverage
    double taker
    double maker
    double slippage
    int64_t model
    double size                 # percent or USDT, as the model says
    int64_t with_costs          # risk_based counts fees and slippage as part of the distance
    double share_pct            # margin share of equity, simulation.md 10
    double max_margin
    double max_notional
    double max_drawdown_pct     # 100: off
    double stop_equity
    int64_t goes_on             # after a liquidation
    Distance stop
    Distance target
    int64_t trail
    double trail_by             # percent of the best price, or a multiple of the volatility
    double trail_from_pct
    int64_t evens               # there is a break-even rule
    double even_from_pct
    double even_pct
    int64_t stop_rests          # a triggered stop becomes a limit order
    int64_t target_rests        # the target is a limit order
    int64_t kind                # of an entry
    int64_t in_force
    double limit_pct
    double trigger_pct
    int64_t expires             # exec bars that an entry works, 0: no end
    int64_t replaces            # a new entry replaces the one at work
    int64_t opposite
    int64_t beyond
    int64_t touch               # a resting limit order fills at a touch of its price
    int64_t entry_value         # maintenance margin by entry value, as before 2025
    int64_t impact
    double impact_k
    double impact_cap           # ratio
    double volume_share         # of a minute's volume that a market order may take
    double market_band          # ratio
    Slots slots
