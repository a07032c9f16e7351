# cython: boundscheck=False, wraparound=False
"""A strategy stepped minute by minute with an account that is told: audits, demo and live."""

from tradec.runtime.feed cimport Growing
from tradec.runtime.strategy cimport Account, Decision, Strategy


cdef class Stepper:
    """`strategy` over bars that are added to `columns`; `step` takes the next one."""

    cdef readonly Strategy strategy
    cdef readonly Growing columns
    cdef readonly Py_ssize_t at         # the next bar

    def __init__(self, Strategy strategy not None, bars, *, mark_source=None, Py_ssize_t at=0):
        self.strategy = strategy
        self.columns = Growing(bars, mark_source, needs=strategy.NEEDS)
        self.at = at

    def warm_up(self):
        """Step the bars that are there, as nobody who may trade."""
        while self.at < self.columns.feed.n:
            self.step((0, False, False))

    def step(self, tuple account not None):
        """Step the next bar with (side, may_enter, may_exit); return (action, word, percent)."""
        cdef Account given
        cdef Decision decision
        if self.at >= self.columns.feed.n:
            raise IndexError("there is no bar to step")
        given.side, given.may_enter, given.may_exit = account
        decision.action = decision.word = 0
        decision.percent = 0.0
        self.strategy.step(&self.columns.feed, self.at, &given, &decision)
        self.at += 1
        self.strategy.check()
        return decision.action, decision.word, decision.percent
