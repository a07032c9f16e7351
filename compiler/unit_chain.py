"""A unit with the structures that it uses, run over whole columns by its Python reference.

Tests, benchmarks and the check of a user's own units see units this way; plays do not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from tradec.compiler.catalog import Catalog
from tradec.compiler.memory import join_lag
from tradec.runtime.formula import evaluate
from tradec.runtime.kernels.arith import MISSING
from tradec.runtime.spec import INTEGER_INPUTS, Output, Param, Spec
from tradec.runtime.timeframe import bars_per_period

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Params: TypeAlias = Mapping[str, Mapping[str, Any]]
"""The parameters of each member of a chain, by its name; what is left out has its default."""

Columns: TypeAlias = "Mapping[str, NDArray[Any]]"


@dataclass(frozen=True)
class UnitChain:
    """One unit; its chain is the structures it uses, each after its own, and then itself."""

    name: str
    catalog: Catalog

    @cached_property
    def spec(self) -> Spec:
        """What the unit declares."""
        return self.catalog.spec(self.name)

    @property
    def folder(self) -> str:
        """The folder that its kind lies in."""
        return f"{self.spec.kind}s"

    @property
    def type_name(self) -> str:
        """The name of its Python reference and of its C struct."""
        return self.catalog.unit(self.name).class_name

    @cached_property
    def uses(self) -> "tuple[UnitChain, ...]":
        """The structures that its step takes; those it may do without are there too."""
        return tuple(UnitChain(name, self.catalog) for name in self.spec.slots)

    @cached_property
    def chain(self) -> "tuple[UnitChain, ...]":
        """Everything that has to be stepped, in order."""
        found: dict[str, UnitChain] = {}
        for used in self.uses:
            found |= {member.name: member for member in used.chain}
        return (*found.values(), self)

    def present(self, params: Params) -> set[str]:
        """Return the names of the chain that are used: what is needed, and what has parameters."""
        found = {self.name}
        for used in self.uses:
            if used.name in self.spec.needs or used.name in params:
                found |= used.present(params)
        return found

    @cached_property
    def has_rules(self) -> bool:
        """Whether any member of the chain has rules about what it uses."""
        return any(member.spec.use_rules for member in self.chain)

    def keeps_rules(self, params: Params) -> bool:
        """Return whether every member uses what it has to and nothing else."""
        present = self.present(params)
        return present >= params.keys() and all(
            evaluate(rule, member.values(params))
            for member in self.chain
            if member.name in present
            for rule, _ in member.spec.use_rules
        )

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """What the whole chain is fed, each once."""
        return tuple(dict.fromkeys(name for member in self.chain for name in member.spec.inputs))

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return every parameter of the unit itself."""
        return {p.name: given.get(p.name, p.default) for p in self.spec.params}

    def make(self, given: Mapping[str, Any]) -> Any:
        """Return a fresh reference of the unit itself."""
        return self.catalog.reference(self.name)(**self.complete(given))

    def values(
        self, params: Params, volatility_first_valid: int = 0, timeframe: str = "1m"
    ) -> dict[str, Any]:
        """Return what the formulas of the SPEC may name."""
        values = self.complete(params.get(self.name, {}))
        values["volatility_first_valid"] = volatility_first_valid
        values |= bars_per_period(timeframe)
        present = self.present(params)
        used = [member for member in self.uses if member.name in present]
        facts = {
            member.name: member.facts(params, volatility_first_valid, timeframe) for member in used
        }
        return values | self.spec.names_of_used(facts)

    def facts(
        self, params: Params, volatility_first_valid: int = 0, timeframe: str = "1m"
    ) -> dict[str, Any]:
        """Return what the formulas of a user may say of this unit."""
        values = self.values(params, volatility_first_valid, timeframe)
        lags = (int(evaluate(output.lag, values)) for output in self.spec.outputs)
        return {
            **self.complete(params.get(self.name, {})),
            "first_valid": evaluate(self.spec.first_valid, values),
            "lag": join_lag(*lags),
        }

    def outputs(self, params: Params) -> tuple[Output, ...]:
        """Return every output that the unit has with these parameters."""
        return self.spec.outputs_of(self.complete(params.get(self.name, {})))

    def first_valid(
        self, output: Output, params: Params, volatility: int = 0, timeframe: str = "1m"
    ) -> int:
        """Return the index of the first bar on which `output` has a value."""
        return self.spec.first_valid_of(output, self.values(params, volatility, timeframe))


def sample(unit: UnitChain) -> dict[str, dict[str, Any]]:
    """Return the default parameters of a chain, small ones where they are required."""
    return {m.name: {p.name: _sampled(p) for p in m.spec.params} for m in unit.chain}


def _sampled(param: Param) -> Any:
    if param.default is not None or not (param.required or param.required_if):
        return param.default
    match param.kind:
        case "series":
            return None
        case "list":
            return (0.5,)
        case "choice":
            return param.choices[0]
        case "bool":
            return False
    low = 5 if param.low is None else max(param.low, 5)
    return low if param.high is None else min(low, param.high)


class References:
    """The Python references of a chain, stepped together."""

    def __init__(self, unit: UnitChain, params: Params) -> None:
        present = unit.present(params)
        self.chain = [member for member in unit.chain if member.name in present]
        self.members = {m.name: m.make(params.get(m.name, {})) for m in self.chain}

    def step(self, bar: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the outputs of the unit after one bar."""
        result: tuple[Any, ...] = ()
        for member in self.chain:
            used = [self.members.get(u.name) for u in member.uses]
            result = self.members[member.name].step(*used, *(bar[k] for k in member.spec.inputs))
        return result


def run_reference(unit: UnitChain, params: Params, inputs: Columns) -> "dict[str, NDArray[Any]]":
    """Return every output over the bars of `inputs`, by the Python reference."""
    chain = References(unit, params)
    return as_columns(unit.outputs(params), (chain.step(bar) for bar in bars_of(unit, inputs)))


def bars_of(unit: UnitChain, inputs: Columns) -> Iterable[dict[str, Any]]:
    """Yield what the chain is fed, bar by bar, as plain numbers."""
    columns = [inputs[name].tolist() for name in unit.inputs]
    return (dict(zip(unit.inputs, bar, strict=True)) for bar in zip(*columns, strict=True))


def as_columns(
    outputs: Iterable[Output], rows: Iterable[tuple[Any, ...]]
) -> "dict[str, NDArray[Any]]":
    """Return the values of `rows` by the name of their output."""
    import numpy as np  # noqa: PLC0415  deferred: a cached compile needs none

    kept = list(rows)
    return {
        output.name: np.array([row[at] for row in kept], dtype=dtype_of(output))
        for at, output in enumerate(outputs)
    }


def dtype_of(output: Output) -> str:
    """Return the type of an output's column."""
    return "float64" if output.kind == "float" else "int64"


def input_dtype(name: str) -> str:
    """Return the type of an input's column."""
    return "int64" if name in INTEGER_INPUTS else "float64"


def is_missing(column: "NDArray[Any]") -> "NDArray[np.bool_]":
    """Return where a column of raw values has none."""
    import numpy as np  # noqa: PLC0415  deferred: a cached compile needs none

    found: NDArray[np.bool_] = np.isnan(column) if column.dtype == float else column == MISSING
    return found
