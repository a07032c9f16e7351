# The columns of a run as the loop reads them; whoever keeps the Columns may use its Feed.
from tradec.runtime.strategy cimport Feed

cdef class Columns:
    cdef Feed feed
    cdef object kept            # the arrays whose memory the feed points into
    cdef readonly bint is_marked    # the mark price is not the last price
    cdef readonly str mark_source   # where the marks come from
