"""All checks of a run's mathematics, in order, and what they come to."""

from collections.abc import Callable
from typing import Final

from tradec.runtime.validate import account, fills, funding, levels, margin, metrics, trades
from tradec.runtime.validate.check import Check, Result, result_of
from tradec.runtime.validate.evidence import Evidence

CHECKS: Final[tuple[Check, ...]] = (
    *metrics.CHECKS[:2],
    *fills.CHECKS,
    *trades.CHECKS,
    *levels.CHECKS,
    *funding.CHECKS,
    *margin.CHECKS,
    *account.CHECKS,
    *metrics.CHECKS[2:],
)


def validate(
    run: Evidence, progress: Callable[[int, int], None] | None = None
) -> tuple[Result, ...]:
    """Return what every check comes to; `progress` takes the checks done and their number."""
    results = []
    for number, check in enumerate(CHECKS):
        results.append(result_of(check, run))
        if progress is not None:
            progress(number + 1, len(CHECKS))
    return tuple(results)
