# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Snapshots of a simulated exchange: the account, its records and the equity points as bytes.

The layout is that of this build's structs, so a snapshot is good for the same build alone; its
size is checked, and the files that hold snapshots carry the version.
"""

from libc.math cimport NAN
from libc.stdint cimport int64_t
from libc.string cimport memcpy

import struct

from tradec.runtime.sim.book cimport Book, refresh
from tradec.runtime.sim.exchange cimport Exchange
from tradec.runtime.sim.records cimport Buffer, buffer_push
from tradec.runtime.strategy cimport Feed

HEAD = struct.Struct("<qqqd")   # bytes of a Book, equity points, last settlement, peak

cdef enum:
    BUFFERS = 6


cdef bytes snapshot_of(Exchange exchange):
    """Return what `restore` takes, in this or another process."""
    cdef Book book = exchange.book
    cdef Py_ssize_t settled = exchange.book.next_funding
    cdef int64_t last = exchange.book.feed.funding_ts[settled - 1] if settled else 0
    book.feed = NULL
    book.tiers.rows = NULL
    for k in range(BUFFERS):
        buffer_at(&book, k).rows = NULL
    return b"".join((
        HEAD.pack(sizeof(Book), exchange.points, last, exchange.peak),
        (<char*>&book)[:sizeof(Book)],
        (<char*>exchange.curve)[: exchange.points * sizeof(double)],
        *[content(buffer_at(&exchange.book, k)) for k in range(BUFFERS)],
    ))


cdef int restore(Exchange exchange, bytes snapshot, const Feed* feed, Py_ssize_t at) except -1:
    """Go on from `snapshot` on another feed; `at` is its bar that comes next.

    The feed may begin later than the one before; its settlements go on where that one's ended.
    """
    cdef const char* bytes_ = snapshot
    cdef Book kept = exchange.book
    cdef Book* book = &exchange.book
    cdef Py_ssize_t place = HEAD.size, k
    cdef int64_t last
    size, points, last, exchange.peak = HEAD.unpack_from(snapshot)
    if size != sizeof(Book) or len(snapshot) < place + size + 8 * points:
        raise ValueError("the snapshot is of another version of the simulated exchange")
    memcpy(book, bytes_ + place, sizeof(Book))
    place += sizeof(Book)
    book.feed, book.tiers, book.is_marked = feed, kept.tiers, kept.is_marked
    exchange.points = 0
    exchange.reserve(points)
    exchange.points = points
    memcpy(exchange.curve, bytes_ + place, points * sizeof(double))
    place += points * sizeof(double)
    for k in range(BUFFERS):
        buffer_at(book, k)[0] = buffer_at(&kept, k)[0]
        place += refilled(buffer_at(book, k), snapshot, place)
    book.mark_seen, book.next_funding = NAN, 0
    while book.next_funding < feed.fundings and feed.funding_ts[book.next_funding] <= last:
        book.next_funding += 1
    refresh(book, at)
    return 0


# noexcept: an address, never NULL
cdef Buffer* buffer_at(Book* book, Py_ssize_t k) noexcept:
    """The buffers of a book, by number."""
    if k == 0:
        return &book.orders
    if k == 1:
        return &book.fills
    if k == 2:
        return &book.legs
    if k == 3:
        return &book.signals
    if k == 4:
        return &book.payments
    return &book.states


cdef bytes content(const Buffer* buffer):
    """Return the number of rows and the rows."""
    if buffer.failed:
        raise MemoryError("memory ran out while the run was recorded")
    return struct.pack("<q", buffer.size) + buffer.rows[: buffer.size * buffer.width]


cdef Py_ssize_t refilled(Buffer* buffer, bytes snapshot, Py_ssize_t place) except -1:
    """Fill a buffer with what `content` gave; return how many bytes that were."""
    cdef const char* bytes_ = snapshot
    cdef Py_ssize_t k, size, width = buffer.width
    size, = struct.unpack_from("<q", snapshot, place)
    if len(snapshot) < place + 8 + size * width:
        raise ValueError("the snapshot of the simulated exchange is cut short")
    buffer.size = 0
    for k in range(size):
        memcpy(buffer_push(buffer), bytes_ + place + 8 + k * width, width)
    return 8 + size * width
