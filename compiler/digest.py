"""The digest chain of rulings A8: what was seen and decided, folded into 64 bits."""

import math
import struct

GOLDEN = 0x9E3779B97F4A7C15
START = GOLDEN
"""The digest before anything was absorbed."""

CANONICAL_NAN = 0x7FF8000000000000
_MASK = 2**64 - 1


def absorb(digest: int, word: int) -> int:
    """Return the digest after one more 64-bit word, signed or unsigned."""
    digest ^= word & _MASK
    digest = digest * GOLDEN & _MASK
    return digest ^ digest >> 32


def word_of(value: float) -> int:
    """Return the signed 64-bit word of a raw value: an int itself, a float its IEEE bits."""
    if isinstance(value, int):
        return value
    if math.isnan(value):
        return CANONICAL_NAN
    return int(struct.unpack("<q", struct.pack("<d", value))[0])
