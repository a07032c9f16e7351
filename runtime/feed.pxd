# The columns of a run as the loop reads them; whoever keeps the Columns may use its Feed.
from libc.stdint cimport uint8_t
from tradec.runtime.strategy cimport Feed

cdef class Columns:
    cdef Feed feed
    cdef const uint8_t* flags
    cdef dict rows              # the arrays that the feed points into, by the names of its fields
    cdef object flag_row
    cdef readonly bint is_marked    # the mark price is not the last price
    cdef readonly str mark_source   # where the marks come from

    cdef int _point(self) except -1

cdef class Growing(Columns):
    cdef Py_ssize_t room            # bars that the arrays hold, fundings likewise
    cdef Py_ssize_t funding_room
    cdef readonly bint funding

    cdef void _mark(self, Py_ssize_t i, object mark) except *
