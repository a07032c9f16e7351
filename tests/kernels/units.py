"""The units of tradec as the tests of this folder see them: listed, completed, run."""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import tradec.runtime
from tradec.runtime.formula import evaluate
from tradec.runtime.spec import Output, Spec

RUNTIME = Path(next(iter(tradec.runtime.__path__)))
FOLDERS = ("indicators", "structures")

Arrays = Mapping[str, NDArray[Any]]
Params = Mapping[str, Any]
ChainParams = Mapping[str, dict[str, Any]]

DTYPES = {"float": "float64", "int": "int64", "bool": "int64", "enum": "int64"}


@dataclass(frozen=True)
class Unit:
    """One unit; its chain is the structures it uses, each after its own, and then itself."""

    name: str
    folder: str

    @cached_property
    def module(self) -> Any:
        return importlib.import_module(f"tradec.runtime.{self.folder}.{self.name}")

    @property
    def spec(self) -> Spec:
        found: Spec = self.module.SPEC
        return found

    @property
    def type_name(self) -> str:
        return "".join(part.capitalize() for part in self.name.split("_"))

    @property
    def uses(self) -> tuple["Unit", ...]:
        return tuple(unit_named(name) for name in (*self.spec.needs, *self.spec.optional))

    @property
    def chain(self) -> tuple["Unit", ...]:
        found: dict[str, Unit] = {}
        for used in self.uses:
            found |= {member.name: member for member in used.chain}
        return (*found.values(), self)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return what the whole chain is fed, each once."""
        return tuple(dict.fromkeys(name for member in self.chain for name in member.spec.inputs))

    def complete(self, given: Params) -> dict[str, Any]:
        return {p.name: given.get(p.name, p.default) for p in self.spec.params}

    def make(self, given: Params) -> Any:
        return getattr(self.module, self.type_name)(**self.complete(given))

    def values(self, params: ChainParams, volatility_first_valid: int = 0) -> dict[str, Any]:
        """Return what the formulas of the SPEC may name."""
        values = self.complete(params.get(self.name, {}))
        values["volatility_first_valid"] = volatility_first_valid
        for used in self.uses:
            inner = used.values(params, volatility_first_valid)
            values[f"{used.name}_first_valid"] = evaluate(used.spec.first_valid, inner)
        return values

    def first_valid(self, output: Output, params: ChainParams, volatility: int = 0) -> int:
        return self.spec.first_valid_of(output, self.values(params, volatility))


def _listed() -> Iterator[Unit]:
    for folder in FOLDERS:
        for file in sorted((RUNTIME / folder).glob("*.py")):
            if not file.stem.startswith("_"):
                yield Unit(file.stem, folder)


UNITS = tuple(_listed())


def unit_named(name: str) -> Unit:
    return next(unit for unit in UNITS if unit.name == name)


class Chain:
    """The Python references of a unit's chain, stepped together."""

    def __init__(self, unit: Unit, params: ChainParams) -> None:
        self.unit = unit
        self.members = {m.name: m.make(params.get(m.name, {})) for m in unit.chain}

    def step(self, bar: Mapping[str, Any]) -> tuple[Any, ...]:
        result: tuple[Any, ...] = ()
        for member in self.unit.chain:
            used = [self.members[u.name] for u in member.uses]
            result = self.members[member.name].step(*used, *(bar[k] for k in member.spec.inputs))
        return result


def run_reference(unit: Unit, params: ChainParams, inputs: Arrays) -> dict[str, NDArray[Any]]:
    """Return every output over the bars of `inputs`, by the Python reference."""
    chain = Chain(unit, params)
    columns = [inputs[name].tolist() for name in unit.inputs]
    rows = [
        chain.step(dict(zip(unit.inputs, bar, strict=True))) for bar in zip(*columns, strict=True)
    ]
    return as_columns(unit, rows)


def as_columns(unit: Unit, rows: list[tuple[Any, ...]]) -> dict[str, NDArray[Any]]:
    return {
        output.name: np.array([row[at] for row in rows], dtype=DTYPES[output.kind])
        for at, output in enumerate(unit.spec.outputs)
    }


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
