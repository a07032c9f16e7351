"""Checks: what was computed anew, beside what a run recorded, and how far they are apart."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tradec.runtime.validate.evidence import Evidence

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compared:
    """Expected and found values, row by row; `where` names the rows, `scale` is what 1 would be.

    Numbers differ by |expected - found| / scale, words and flags by 1 or not at all. NaN is equal
    to NaN and infinitely far from everything else.
    """

    expected: Array
    found: Array
    where: Array
    scale: Array | float = 1.0

    def differences(self) -> Array:
        """Return the difference of each row."""
        if self.expected.shape != self.found.shape:
            return np.full(max(self.expected.size, self.found.size, 1), np.inf)
        if not np.issubdtype(self.found.dtype, np.floating):
            return np.asarray(self.expected != self.found, dtype=np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            away = np.abs(self.expected - self.found) / self.scale
        away = np.where(self.expected == self.found, 0.0, away)
        both = np.isnan(self.expected) & np.isnan(self.found)
        return np.where(both, 0.0, np.where(np.isnan(away), np.inf, away))


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A claim about every row of something; it holds where no difference exceeds `tolerance`."""

    name: str
    says: str
    tolerance: float
    of: Callable[["Evidence"], Compared]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a check came to: rows, the largest difference, failures, and the first of them."""

    name: str
    says: str
    tolerance: float
    count: int
    worst: float
    failed: int
    first: str

    @property
    def holds(self) -> bool:
        """Tell whether no row failed."""
        return self.failed == 0


def result_of(check: Check, evidence: "Evidence") -> Result:
    """Return what a check came to."""
    compared = check.of(evidence)
    away = compared.differences()
    bad = np.flatnonzero(~(away <= check.tolerance))
    return Result(
        name=check.name,
        says=check.says,
        tolerance=check.tolerance,
        count=int(away.size),
        worst=float(away.max()) if away.size else 0.0,
        failed=int(bad.size),
        first=_told(compared, int(bad[0])) if bad.size else "",
    )


def _told(compared: Compared, row: int) -> str:
    if compared.expected.shape != compared.found.shape:
        return f"{compared.expected.size} rows expected, {compared.found.size} recorded"
    name = compared.where[row]
    return f"{name}: expected {compared.expected[row]!s}, recorded {compared.found[row]!s}"


def named(kind: str, ids: Array) -> Array:
    """Return the names of rows, such as `fill 7`."""
    return np.array([f"{kind} {number}" for number in ids.tolist()], dtype=object)


def larger(*values: Array | float) -> Array:
    """Return the largest magnitude of each row."""
    most = np.abs(np.asarray(values[0], dtype=np.float64))
    for value in values[1:]:
        most = np.maximum(most, np.abs(value))
    return most
