"""Times as int64 milliseconds UTC: from numbers of any unit, and back to text.

The unit of a number is told by its magnitude. Between 1973 and 5138 the four bands do not meet:
seconds from 1e8, milliseconds from 1e11, microseconds from 1e14, nanoseconds from 1e17.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

MINUTE_MS = 60_000

TIMEFRAMES = {
    "1m": 1,
    "3m": 3,
    "5m": 5,
    "15m": 15,
    "30m": 30,
    "1h": 60,
    "2h": 120,
    "4h": 240,
    "6h": 360,
    "12h": 720,
    "D": 1440,
}
"""Minutes of each timeframe whose bars can be base bars: those of a fixed length within a day."""

_NAMES = {minutes * MINUTE_MS: name for name, minutes in TIMEFRAMES.items()}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BANDS = (1e8, 1e11, 1e14, 1e17, 9.2e18)
_PER_MS = (None, 1, 1_000, 1_000_000)  # None: seconds, which are multiplied


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Times in ms, which of them are times at all, and which are whole milliseconds."""

    ms: NDArray[np.int64]
    valid: NDArray[np.bool_]
    whole: NDArray[np.bool_]


def iso(ms: int) -> str:
    """Return a time as ISO 8601 in UTC, to the second where it has no milliseconds."""
    try:
        moment = _EPOCH + timedelta(milliseconds=ms)
    except OverflowError:
        return f"{ms} ms"
    text = moment.isoformat(timespec="milliseconds" if ms % 1000 else "seconds")
    return text.replace("+00:00", "Z")


def timeframe_name(base_ms: int) -> str:
    """Return the name of a bar length, or its seconds where it has none."""
    return _NAMES.get(base_ms, f"{base_ms / 1000:g}s")


def is_timeframe(base_ms: int) -> bool:
    """Tell whether bars of this length can be base bars."""
    return base_ms in _NAMES


def moments(values: NDArray[np.int64] | NDArray[np.float64]) -> Moments:
    """Return the times of one column of numbers, all of one unit: that of the most values.

    A value of another magnitude, NaN and infinity are no time.
    """
    band = np.searchsorted(_BANDS, values, side="right") - 1
    usable = (band >= 0) & (band < len(_PER_MS)) & np.isfinite(values)
    counts = np.bincount(band[usable], minlength=len(_PER_MS))
    unit = int(np.argmax(counts))
    valid = usable & (band == unit)
    safe = np.where(valid, values, 0)
    per = _PER_MS[unit]
    if per is None:
        ms = np.rint(safe * 1000).astype(np.int64)
        whole = ms / 1000 == safe
    else:
        ms = np.floor(safe / per).astype(np.int64) if safe.dtype.kind == "f" else safe // per
        whole = ms * per == safe
    return Moments(ms=ms, valid=valid, whole=whole)
