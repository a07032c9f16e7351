# cython: cdivision=True, boundscheck=False, wraparound=False
"""The base class that every compiled play extends: arena, snapshot, digest and the plain scan."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy

from tradec.runtime.kernels.missing cimport NAN

import struct
import zlib

MAGIC = b"tradec01"
HEADER = struct.Struct("<8sQQII")  # magic, module id, arena bytes, crc of the parameters, crc of all


class SnapshotError(ValueError):
    """A snapshot that this strategy cannot take: of another module, other parameters, or damaged."""


class ScannedError(RuntimeError):
    """The outputs were asked of an instance that has scanned, and so has not computed them all."""


cdef class Strategy:
    """A machine that is fed closed base bars and decides; see strategy.pxd for the contract."""

    SLOTS = ()      # the outputs that `seen` gives, by name
    NEEDS = ()      # the columns of the feed that it reads besides prices and volume

    def __dealloc__(self):
        free(self.arena)

    cdef int make_arena(self, Py_ssize_t size, uint64_t module_id, int exec_minutes,
                        Py_ssize_t width, const char* params, Py_ssize_t params_size) except -1:
        free(self.arena)
        self.arena = <char*>calloc(1, size)
        if self.arena == NULL:
            raise MemoryError(f"no memory for a state of {size} bytes")
        self.arena_bytes = size
        self.module_id = module_id
        self.exec_minutes = exec_minutes
        self.width = width
        self.params_bytes = params[:params_size]
        return 0

    cdef bint step(self, const Feed* feed, Py_ssize_t i, const Account* account,
                   Decision* decision) noexcept nogil:
        return False

    cdef Py_ssize_t scan(self, const Feed* feed, Py_ssize_t i, Py_ssize_t stop,
                         const Account* account, Watch* watch, Decision* decision) noexcept nogil:
        return self.scan_by_step(feed, i, stop, account, watch, decision)

    cdef Py_ssize_t scan_by_step(self, const Feed* feed, Py_ssize_t i, Py_ssize_t stop,
                                 const Account* account, Watch* watch,
                                 Decision* decision) noexcept nogil:
        """Scan with one virtual `step` per bar; the definition of every faster scan."""
        cdef bint exec_closed
        decision.action = 0
        decision.word = 0
        decision.percent = 0.0
        watch.why = AT_END
        while i < stop:
            if touched(watch, feed.low[i], feed.high[i]):
                watch.why = TOUCHED
                break
            exec_closed = self.step(feed, i, account, decision)
            if exec_closed:
                if watch.rows != NULL:
                    self.read(watch.rows + watch.row * self.width)
                    watch.times[watch.row] = feed.ts0 + (i + 1) * feed.base_ms
                    watch.row += 1
                if equity_point(watch, feed.mark_close[i]):
                    watch.why = BREACHED
                    break
            if decision.action != 0:
                watch.why = DECIDED
                break
            i += 1
        return i

    cdef void read(self, int64_t* words) noexcept nogil:
        pass

    cdef double seen(self, Py_ssize_t slot) noexcept nogil:
        return NAN

    def slots(self) -> list:
        """Return the visible value of every slot (see strategy.pxd)."""
        return [self.seen(slot) for slot in range(len(self.SLOTS))]

    cdef bint is_whole(self) noexcept nogil:
        """Whether `read` gives every output; a scan keeps only those that rules read."""
        return True

    cdef uint64_t* digest_word(self) noexcept nogil:
        return NULL

    @property
    def digest(self) -> int:
        """The digest chain up to the last absorbed instant."""
        digest = self.digest_word()[0]
        self.check()
        return digest

    def check(self):
        """Raise what went wrong inside a run; compiled code has nothing to raise."""

    @property
    def state_bytes(self) -> int:
        """The size of the state, in bytes."""
        return self.arena_bytes

    def words(self) -> list:
        """Return the outputs as int64 words: floats by their bits, missing ints as -2**63.

        Raises ScannedError once the instance has scanned, unless rules read every output.
        """
        cdef int64_t[::1] view
        if not self.is_whole():
            raise ScannedError("a scan keeps only the outputs that rules read; step to have all")
        import array
        words = array.array("q", bytes(8 * max(1, self.width)))
        view = words
        self.read(&view[0])
        return words[: self.width].tolist()

    def values(self) -> dict:
        """Return every declared output by its name in the language; missing is None or NaN."""
        return {
            name: decode(word, kind, tokens)
            for word, (name, kind, tokens) in zip(self.words(), self.COLUMNS)
        }

    def snapshot(self) -> bytes:
        """Return the whole state as bytes that `restore` takes, in this or another process."""
        state = PyBytes_FromStringAndSize(self.arena, self.arena_bytes)
        params = zlib.crc32(self.params_bytes)
        head = HEADER.pack(MAGIC, self.module_id, self.arena_bytes, params, 0)
        return HEADER.pack(MAGIC, self.module_id, self.arena_bytes, params, zlib.crc32(head + state)) + state

    def restore(self, bytes snapshot not None):
        """Continue from `snapshot`; raise SnapshotError and change nothing if it does not fit."""
        if len(snapshot) < HEADER.size:
            raise SnapshotError("the snapshot is cut short")
        magic, module_id, size, params, crc = HEADER.unpack_from(snapshot)
        state = snapshot[HEADER.size:]
        if magic != MAGIC or module_id != self.module_id:
            raise SnapshotError("the snapshot is of another compiled play")
        if params != zlib.crc32(self.params_bytes) or size != self.arena_bytes:
            raise SnapshotError("the snapshot is of other parameter values")
        head = HEADER.pack(magic, module_id, size, params, 0)
        if len(state) != self.arena_bytes or crc != zlib.crc32(head + state):
            raise SnapshotError("the snapshot is damaged")
        memcpy(self.arena, PyBytes_AS_STRING(state), self.arena_bytes)


cdef class PythonStrategy(Strategy):
    """A strategy whose steps are made by a Python object, such as the interpreter.

    `machine` has step(ts_open, ts_close, open, high, low, close, volume, side, may_enter, may_exit,
    mark, funding, open_interest) -> (action, word, percent), `exec_closed`, words(), seen(slot),
    digest, snapshot() and restore(). An exception of its own ends the decisions of the run and is
    raised by `check`.
    """

    cdef object machine
    cdef object failure
    cdef uint64_t last_digest
    cdef readonly tuple COLUMNS
    cdef readonly tuple SLOTS
    cdef readonly tuple NEEDS

    def __init__(self, machine, int exec_minutes, tuple columns, tuple slots=(), tuple needs=()):
        self.NEEDS = needs
        self.machine = machine
        self.SLOTS = slots
        self.exec_minutes = exec_minutes
        self.width = len(columns)
        self.COLUMNS = columns

    cdef bint step(self, const Feed* feed, Py_ssize_t i, const Account* account,
                   Decision* decision) noexcept nogil:
        with gil:
            return self._step(feed, i, account, decision)

    # These four are noexcept since the loop above them has no GIL and cannot raise: what the machine
    # raises is kept in `failure`, after which it is stepped no more, and `check` raises it.
    cdef bint _step(self, const Feed* feed, Py_ssize_t i, const Account* account,
                    Decision* decision) noexcept:
        decision.action = decision.word = 0
        if self.failure is not None:
            return False
        try:
            ts_open = feed.ts0 + i * feed.base_ms
            decision.action, decision.word, decision.percent = self.machine.step(
                ts_open, ts_open + feed.base_ms, feed.open[i], feed.high[i], feed.low[i],
                feed.close[i], feed.volume[i], account.side, account.may_enter != 0,
                account.may_exit != 0, feed.mark_close[i],
                value_at(feed.funding_seen, i), value_at(feed.open_interest_seen, i))
            return self.machine.exec_closed
        except BaseException as error:  # kept for `check`: nothing can be raised through the loop
            self.failure = error
            return False

    cdef void read(self, int64_t* words) noexcept nogil:
        with gil:
            self._read(words)

    cdef double seen(self, Py_ssize_t slot) noexcept nogil:
        with gil:
            return self._seen(slot)

    cdef double _seen(self, Py_ssize_t slot) noexcept:
        try:
            return self.machine.seen(slot)
        except BaseException as error:
            self.failure = self.failure or error
            return NAN

    cdef void _read(self, int64_t* words) noexcept:
        cdef Py_ssize_t k
        try:
            for k, word in enumerate(self.machine.words()):
                words[k] = word
        except BaseException as error:
            self.failure = self.failure or error

    cdef uint64_t* digest_word(self) noexcept nogil:
        with gil:
            self._digest()
        return &self.last_digest

    cdef void _digest(self) noexcept:
        try:
            self.last_digest = self.machine.digest
        except BaseException as error:
            self.failure = self.failure or error

    def check(self):
        """Raise what a step raised, if any did."""
        if self.failure is not None:
            raise self.failure

    def snapshot(self) -> bytes:
        """Return the machine's own snapshot."""
        return self.machine.snapshot()

    def restore(self, bytes snapshot not None):
        """Continue from the machine's own snapshot."""
        self.machine.restore(snapshot)


# noexcept: one load, which cannot raise
cdef double value_at(const double* column, Py_ssize_t i) noexcept:
    return column[i] if column != NULL else NAN


def bounded(name, value, low, high):
    """Return a parameter that lies within the bounds of the units that take it.

    Raises ValueError for another: lengths give the state its size, and nothing checks them again.
    """
    if not low <= value <= high:
        raise ValueError(f"the parameter `{name}` is {value}, outside of {low} to {high}")
    return value


def decode(word, kind, tokens):
    """Return the Python value of one output word."""
    if kind == "float":
        return struct.unpack("<d", struct.pack("<q", word))[0]
    if word == -(2**63):
        return None
    if kind == "bool":
        return bool(word)
    if kind == "enum":
        return {code: token for token, code in tokens}[word]
    return word
