# What a run leaves behind: rows in buffers that grow, without the GIL and without exceptions.
# `records.py` holds the same layouts as NumPy types and the words behind the codes.
from libc.stdint cimport int8_t, int32_t, int64_t
from libc.stdlib cimport free, malloc, realloc

cdef enum Purpose:              # why an order was made, and the reason of its fill
    ENTRY = 0
    SIGNAL = 1
    STOP_LOSS = 2
    TAKE_PROFIT = 3
    END_OF_RUN = 4
    MAX_DRAWDOWN = 5
    TRAILING = 6                # a stop that trailing moved last
    BREAK_EVEN = 7
    LIQUIDATION = 8
    EQUITY_FLOOR = 9
    OPPOSITE = 10               # an entry of the other side

cdef enum Status:
    WORKING = 0
    FILLED = 1
    REJECTED = 2
    CANCELLED = 3               # with what was filled until then

cdef enum Code:
    NO_CODE = 0
    ENTRIES_DISABLED = 1
    BELOW_MIN_NOTIONAL = 2
    INSUFFICIENT_MARGIN = 3
    STOP_UNAVAILABLE = 4
    MAX_LEVERAGE = 5
    ENTRY_ORDER_WORKING = 6
    END_OF_DATA = 7
    POSITION_CLOSED = 8         # a close request dies with its position, simulation.md 3.3
    SL_BEYOND_LIQUIDATION = 9
    LIQUIDITY_EXCEEDED = 10
    POST_ONLY_REJECT = 11
    IOC_CANCEL = 12
    FOK_CANCEL = 13
    EXPIRED = 14
    REPLACED = 15               # by a new entry, entry.on_resignal
    MARKET_BAND = 16            # the fill would lie too far from the mark

cdef enum Source:               # where the reference price of a fill stands
    AT_OPEN = 0
    AT_LEVEL = 1
    AT_CLOSE = 2
    AT_BANKRUPTCY = 3

ctypedef struct Order:
    int64_t ts
    int64_t ts_end              # when it was filled, rejected or cancelled, 0: it works
    int64_t word                # the decision behind it, 0: none
    double reference            # price from which it was sized, or at which it triggers
    double price                # its limit, NaN: none
    double trigger              # NaN: none
    double qty
    double filled
    int32_t position            # counted from 1, 0: none
    int32_t fill                # the last one, counted from 1, 0: none
    int8_t purpose
    int8_t side                 # 1 buys, -1 sells
    int8_t kind
    int8_t in_force
    int8_t status
    int8_t code
    int8_t cap

ctypedef struct Fill:
    int64_t ts
    double reference
    double price
    double qty
    double fee
    int32_t order
    int32_t position
    int8_t purpose
    int8_t side
    int8_t source
    int8_t is_maker

ctypedef struct Leg:            # a closed part of a position
    double entry                # average entry price
    double bought               # what was entered in all
    double realized
    double entry_fee
    double funding
    double net
    double other_net            # with the first ambiguous minute the other way round, NaN: none
    double stop                 # the first one; infinite: none, as the target
    double last_stop
    double target
    double min_low              # extremes between entry and exit
    double max_high
    int32_t position
    int32_t entry_fill          # the first one
    int32_t exit_fill
    int32_t number              # of the leg within its position, from 1
    int8_t flags                # levels.Flag
    int8_t is_final

ctypedef struct Signal:
    int64_t ts
    int64_t word
    double percent
    int32_t order               # counted from 1, 0: none

ctypedef struct Payment:        # of funding
    int64_t ts
    double rate
    double mark
    double signed_qty
    double pnl
    int32_t position

ctypedef struct State:          # the account from an instant on
    int64_t ts
    double cash
    double reserved
    double signed_qty
    double entry
    double margin
    double reserve
    double liquidation          # NaN: flat
    int8_t is_disabled          # entries are

ctypedef struct Buffer:
    char* rows
    Py_ssize_t width
    Py_ssize_t size
    Py_ssize_t room
    bint failed                 # memory ran out: rows were lost


cdef inline bint buffer_init(Buffer* buffer, Py_ssize_t width, Py_ssize_t room) noexcept nogil:
    """Take memory for `room` rows (at least one); return whether there was any."""
    buffer.width = width
    buffer.size = 0
    buffer.room = room if room > 0 else 1
    buffer.rows = <char*>malloc(buffer.room * width)
    buffer.failed = buffer.rows == NULL
    return not buffer.failed


cdef inline void buffer_free(Buffer* buffer) noexcept nogil:
    """Give the memory back."""
    free(buffer.rows)
    buffer.rows = NULL


cdef inline void* buffer_row(Buffer* buffer, Py_ssize_t number) noexcept nogil:
    """Row `number`, counted from 1."""
    return buffer.rows + (number - 1) * buffer.width


cdef inline void* buffer_push(Buffer* buffer) noexcept nogil:
    """A new row, not cleared; when memory runs out, the last row again, and `failed` is set."""
    cdef char* grown
    if buffer.size == buffer.room:
        grown = <char*>realloc(buffer.rows, 2 * buffer.room * buffer.width)
        if grown == NULL:
            buffer.failed = True
            return buffer_row(buffer, buffer.size)
        buffer.rows = grown
        buffer.room *= 2
    buffer.size += 1
    return buffer_row(buffer, buffer.size)
