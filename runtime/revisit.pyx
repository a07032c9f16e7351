# cython: cdivision=True, boundscheck=False, wraparound=False
"""What a strategy showed at past instants: its bars once more, without an exchange.

What it shows does not depend on the account, so it is scanned as in warm-up, from one instant of
interest to the next.
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.math cimport INFINITY
from libc.stdint cimport int64_t

import numpy as np

from tradec.runtime.feed cimport Columns
from tradec.runtime.strategy cimport Account, Decision, Strategy, Watch

cdef enum:
    BLOCK = 1 << 18         # base bars between two looks at signals


def slots_at(Strategy strategy not None, bars, const int64_t[::1] places, mark_source=None):
    """Return what the slots showed at the close of each bar of `places`: float64 [places, slots].

    `strategy` has not been stepped yet, `bars` begin where its run began, marked as `mark_source`
    says; `places` increase strictly.
    """
    cdef Columns columns = Columns(bars, mark_source, needs=strategy.NEEDS)
    cdef Account nobody
    cdef Decision decision
    cdef Watch watch
    cdef Py_ssize_t i = 0, row, slot, stop, width = len(strategy.SLOTS)
    cdef Py_ssize_t since = 0, bars_n = bars.n
    seen = np.empty((places.shape[0], width))
    cdef double[:, ::1] view = seen
    nobody.side = nobody.may_enter = nobody.may_exit = 0
    watch.low, watch.high = -INFINITY, INFINITY
    watch.curve, watch.rows, watch.times, watch.row = NULL, NULL, NULL, 0
    for row in range(places.shape[0]):
        if not i <= places[row] < bars_n:
            raise IndexError(f"bar {places[row]} comes after bar {i - 1} of {bars_n}")
        while i <= places[row]:
            stop = min(i + BLOCK, places[row] + 1)
            since += stop - i
            with nogil:
                i = strategy.scan(&columns.feed, i, stop, &nobody, &watch, &decision)
            if since >= BLOCK:
                since = 0
                PyErr_CheckSignals()
                strategy.check()
        for slot in range(width):
            view[row, slot] = strategy.seen(slot)
    strategy.check()
    return seen
