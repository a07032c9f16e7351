"""The units of tradec as the tests of this folder see them."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tradec.compiler.catalog import standard
from tradec.compiler.unit_chain import References as Chain
from tradec.compiler.unit_chain import UnitChain, as_columns, bars_of, run_reference
from tradec.runtime.kernels.arith import MISSING

__all__ = ["Chain", "as_columns", "bars_of", "run_reference"]

Unit: TypeAlias = UnitChain
Arrays = Mapping[str, NDArray[Any]]
ChainParams = Mapping[str, dict[str, Any]]

UNITS = tuple(UnitChain(unit.name, standard()) for unit in standard().units)


def unit_named(name: str) -> Unit:
    return next(unit for unit in UNITS if unit.name == name)


def is_missing(column: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where a column of raw values has none."""
    found: NDArray[np.bool_] = np.isnan(column) if column.dtype == float else column == MISSING
    return found


def assert_same(got: Arrays, want: Arrays) -> None:
    """Assert equality bit for bit; every NaN is the same NaN."""
    assert got.keys() == want.keys()
    for name, column in want.items():
        assert got[name].dtype == column.dtype
        equal = _bits(got[name]) == _bits(column)
        if not equal.all():
            at = int(np.argmin(equal))
            pytest_says = f"{name}[{at}]: {got[name][at]!r}, want {column[at]!r}"
            raise AssertionError(pytest_says)


def _bits(column: NDArray[Any]) -> NDArray[np.int64]:
    if column.dtype == np.float64:
        column = np.where(np.isnan(column), np.nan, column)
    return column.view(np.int64)
