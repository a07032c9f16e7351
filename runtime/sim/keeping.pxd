# Snapshots of a simulated exchange, for sessions that go on after a restart.
from tradec.runtime.sim.exchange cimport Exchange
from tradec.runtime.strategy cimport Feed

cdef bytes snapshot_of(Exchange exchange)
cdef int restore(Exchange exchange, bytes snapshot, const Feed* feed, Py_ssize_t at) except -1
