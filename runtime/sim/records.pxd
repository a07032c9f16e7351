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

cdef enum Status:
    WORKING = 0
    FILLED = 1
    REJECTED = 2
    CANCELLED = 3

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

cdef enum Source:               # where the reference price of a fill stands
    AT_OPEN = 0
    AT_LEVEL = 1
    AT_CLOSE = 2

ctypedef struct Order:
    int64_t ts
    int64_t word                # the decision behind it, 0: none
    double reference            # price from which it was sized, or at which it triggers
    double qty
    int32_t position            # counted from 1, 0: none
    int32_t fill                # counted from 1, 0: none
    int8_t purpose
    int8_t side                 # 1 buys, -1 sells
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

ctypedef struct Leg:            # a closed part of a position; today always the whole
    double realized
    double entry_fee
    double net
    double low_level            # as at the entry
    double high_level
    double min_low              # extremes between entry and exit
    double max_high
    int32_t position
    int32_t entry_fill
    int32_t exit_fill
    int32_t number              # of the leg within its position, from 1
    int8_t is_final

ctypedef struct Signal:
    int64_t ts
    int64_t word
    double percent
    int32_t order               # counted from 1, 0: none

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
