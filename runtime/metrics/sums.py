"""Sums in the order of the rows, so that a figure is the same on every machine (rulings A7)."""

from decimal import Context, Decimal, DecimalException
from math import isfinite
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]


def total(values: Array) -> float:
    """Return the sum, one after the other; NumPy's own `sum` adds in pairs."""
    return float(np.add.accumulate(values, dtype=np.float64)[-1]) if values.size else 0.0


def mean(values: Array) -> float | None:
    """Return the mean, None without values."""
    return total(values) / values.size if values.size else None


def ratio(part: float | None, whole: float | None) -> float | None:
    """Return part / whole, None if either is missing, whole is 0 or the result overflows."""
    if part is None or whole is None or whole == 0.0:
        return None
    quotient = part / whole
    return quotient if isfinite(quotient) else None


def percent(part: float | None, whole: float | None) -> float | None:
    """Return 100 * part / whole, None as `ratio`."""
    return ratio(None if part is None else 100.0 * part, whole)


def largest(values: Array) -> float | None:
    """Return the largest value, None without values."""
    return float(values.max()) if values.size else None


def power(base: float, exponent: float) -> float | None:
    """Return base ** exponent for a base above 0, None beyond the floats.

    Computed in decimals: the C library's `pow` differs between platforms in its last bit.
    """
    try:
        result = float(Context(prec=28).power(Decimal(base), Decimal(exponent)))
    except DecimalException:
        return None
    return result if isfinite(result) else None


def longest_run(holds: Array) -> int:
    """Return the length of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], holds.astype(np.int8), [0]))))
    return int((edges[1::2] - edges[::2]).max()) if edges.size else 0
