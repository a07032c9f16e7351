"""Every metric of a run with its definition: what `metrics.json` holds, in this order."""

from typing import Final

from tradec.runtime.metrics.definition import Metric
from tradec.runtime.metrics.definitions_account import (
    COSTS,
    DRAWDOWN,
    ENTRIES,
    EXPOSURE,
    MARGIN,
    PROFIT,
    RISK,
)
from tradec.runtime.metrics.definitions_trades import (
    AMBIGUITY,
    COUNTS,
    EXCURSIONS,
    SIDES,
    TIMES,
)

METRICS: Final[tuple[Metric, ...]] = (
    *PROFIT,
    *DRAWDOWN,
    *RISK,
    *COUNTS,
    *AMBIGUITY,
    *SIDES,
    *TIMES,
    *EXCURSIONS,
    *EXPOSURE,
    *MARGIN,
    *COSTS,
    *ENTRIES,
)
"""All metrics; what cannot be computed is null, never a substitute (simulation.md 16)."""
