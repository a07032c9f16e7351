"""The units of tradec as the tests of this folder see them."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from numpy.typing import NDArray

from tradec.compiler.catalog import standard
from tradec.compiler.unit_chain import UnitChain, is_missing, run_reference
from tradec.compiler.unit_check import same

__all__ = ["is_missing", "run_reference"]

Unit: TypeAlias = UnitChain
Arrays = Mapping[str, NDArray[Any]]
ChainParams = Mapping[str, dict[str, Any]]

UNITS = tuple(UnitChain(unit.name, standard()) for unit in standard().units)


def unit_named(name: str) -> Unit:
    return next(unit for unit in UNITS if unit.name == name)


def assert_same(got: Arrays, want: Arrays) -> None:
    """Assert equality bit for bit; every NaN is the same NaN."""
    assert got.keys() == want.keys()
    same(got, want, "not", "but")
