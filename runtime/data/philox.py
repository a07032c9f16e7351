"""Counter-based random numbers: Philox4x32-10, its uniforms and its normals.

J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011. A value depends on its
counter alone, so any stretch of a path can be made without the stretch before it, and only
integer operations and exact float operations take part: the same bits on every platform.

Counter   (minute low, minute high, stream, block), 32 bits each; minute is int64, may be negative
Key       (seed low, seed high)
Uniform   u = ((a << 32 | b) >> 11) * 2**-53 from two words a, b: 53 bits, in [0, 1)
Normal    n = (((u0 + u1) + u2) + ... + u11) - 6, of blocks 0..5, two uniforms each
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

WordArray: TypeAlias = NDArray[np.uint64]

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_CHUNK = 8192  # counters at a time: the working set stays in the cache


def philox(counter: tuple[WordArray, ...], key: tuple[int, int]) -> tuple[WordArray, ...]:
    """Return the four output words of each counter; words are 32 bits held in uint64."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0 = _MULTIPLIERS[0] * c0
        p1 = _MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (
            (p1 >> _HALF) ^ c1 ^ np.uint64(k0),
            p1 & _LOW,
            (p0 >> _HALF) ^ c3 ^ np.uint64(k1),
            p0 & _LOW,
        )
        k0 = (k0 + _WEYL[0]) & 0xFFFFFFFF
        k1 = (k1 + _WEYL[1]) & 0xFFFFFFFF
    return c0, c1, c2, c3


def uniforms(seed: int, stream: int, first: int, count: int, pairs: int = 1) -> NDArray[np.float64]:
    """Return uniforms in [0, 1) of the minutes first..first+count-1, shape (2 * pairs, count)."""
    out = np.empty((2 * pairs, count))
    blocks = np.arange(pairs, dtype=np.uint64)[:, None]
    key = (seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF)
    for start in range(0, count, _CHUNK):
        stop = min(start + _CHUNK, count)
        minute = np.arange(first + start, first + stop, dtype=np.int64).view(np.uint64)
        low, high = np.broadcast_to(minute & _LOW, (pairs, stop - start)), minute >> _HALF
        words = philox((low, high, np.full_like(minute, stream), blocks), key)
        out[0::2, start:stop] = _fraction(words[0], words[1])
        out[1::2, start:stop] = _fraction(words[2], words[3])
    return out


def normals(seed: int, stream: int, first: int, count: int) -> NDArray[np.float64]:
    """Return N(0, 1) of the minutes first..first+count-1 (rulings A7)."""
    draws = uniforms(seed, stream, first, count, pairs=6)
    total: NDArray[np.float64] = draws[0].copy()
    for draw in draws[1:]:
        total += draw
    total -= 6.0
    return total


def _fraction(high: WordArray, low: WordArray) -> NDArray[np.float64]:
    whole = ((high << _HALF) | low) >> np.uint64(11)
    fraction: NDArray[np.float64] = whole.astype(np.float64)
    return fraction * 2.0**-53
