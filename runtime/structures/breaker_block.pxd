# Breaker blocks (formulas: breaker_block.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.zonebook cimport (
    BookZone, ZoneBook, ZoneBookOut, zonebook_add, zonebook_init, zonebook_test, zonebook_write,
)
from tradec.runtime.structures.market_structure cimport MarketStructure
from tradec.runtime.structures.order_block cimport OrderBlock

ctypedef ZoneBookOut BreakerBlockOut

ctypedef struct FailedBlock:
    int64_t side
    double upper
    double lower
    int64_t bar             # on which price closed through it

ctypedef struct BreakerBlock:
    ZoneBook book
    int64_t window
    int64_t now
    int64_t waits           # blocks in the ring, oldest first
    int64_t direction       # of the last change of character, 0 before the first
    int64_t changed         # its bar

cdef inline void breaker_block_init(BreakerBlock* s, int64_t max_active,
                                    int64_t window) noexcept nogil:
    zonebook_init(&s.book, max_active)
    s.window = window
    s.now = 0
    s.waits = 0
    s.direction = 0
    s.changed = 0

cdef inline bint breaker_block_turns(BreakerBlock* s, BookZone* active, const FailedBlock* block,
                                     double close) noexcept nogil:
    # Whether the block is done with waiting; turned around it is born if the close permits.
    if block.side + s.direction != 0 or s.now - s.changed > s.window:
        return False
    if close <= block.upper if block.side > 0 else close >= block.lower:
        zonebook_add(&s.book, active, -block.side, block.upper, block.lower, -1)
    return True

cdef inline void breaker_block_wait(BreakerBlock* s, FailedBlock* waiting,
                                    const BookZone* block) noexcept nogil:
    waiting[s.waits].side = block.side
    waiting[s.waits].upper = block.upper
    waiting[s.waits].lower = block.lower
    waiting[s.waits].bar = s.now
    s.waits += 1

cdef inline void breaker_block_step(BreakerBlock* s, BookZone* active, BookZone* mitigated,
                                    FailedBlock* waiting, const OrderBlock* blocks,
                                    const BookZone* failed, const MarketStructure* structure,
                                    double high, double low, double close,
                                    BreakerBlockOut* out) noexcept nogil:
    cdef int64_t i, kept = 0
    zonebook_test(&s.book, active, mitigated, NULL, high, low, close, 0.0)
    if structure.is_choch:
        s.direction = structure.bias
        s.changed = s.now
    while kept < s.waits and s.now - waiting[kept].bar > s.window:     # the oldest give up
        kept += 1
    s.waits -= kept
    for i in range(s.waits):
        waiting[i] = waiting[i + kept]
    for i in range(blocks.book.invalid):
        breaker_block_wait(s, waiting, &failed[i])
    kept = 0
    for i in range(s.waits):
        if not breaker_block_turns(s, active, &waiting[i], close):
            waiting[kept] = waiting[i]
            kept += 1
    s.waits = kept
    s.now += 1
    zonebook_write(&s.book, active, close, out)
