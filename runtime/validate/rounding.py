"""The exchange's grid (simulation.md 2): whole units of a tick or a step, 1e-9 of one forgiven."""

from decimal import Decimal
from typing import Final

import numpy as np

from tradec.runtime.validate.check import Array

FORGIVEN: Final = 1e-9


def rounded(values: Array, unit: str | None, up: Array) -> Array:
    """Return values on the grid of `unit`, each rounded up or down; without a unit as they are."""
    if unit is None:
        return values
    size = Decimal(unit)
    units = values / float(size)
    whole = np.where(up, np.ceil(units - FORGIVEN), np.floor(units + FORGIVEN))
    return np.array([_value(count, size) for count in whole.tolist()], dtype=np.float64)


def _value(count: float, size: Decimal) -> float:
    return float(Decimal(int(count)) * size) if np.isfinite(count) else count


def off_grid(values: Array, unit: str | None) -> Array:
    """Return how many units each value is away from the nearest of the grid, at most 0.5.

    So many units that a float does not hold one are on the grid.
    """
    if unit is None:
        return np.zeros(values.size)
    units = values / float(Decimal(unit))
    away: Array = np.abs(units - np.round(units))
    return np.where(units < 1e9, away, 0.0)
