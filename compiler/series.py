"""Features and structures as typed series: what they read, how long they remember."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tradec.compiler import ir
from tradec.compiler.arguments import Unit, formula_values
from tradec.compiler.memory import chain, join, join_lag
from tradec.compiler.prices import price
from tradec.compiler.types import (
    NUMBER,
    AnchoredMemory,
    Constant,
    FadingMemory,
    FiniteMemory,
    IntegralMemory,
    Kind,
    Memory,
    Type,
)
from tradec.compiler.unit_algebra import resolve
from tradec.dsl import nodes
from tradec.runtime.formula import evaluate
from tradec.runtime.spec import (
    BAR_INPUTS,
    INTEGER_INPUTS,
    Anchored,
    Fading,
    Finite,
    Integral,
    Output,
    Param,
    Spec,
)
from tradec.runtime.spec import Memory as DeclaredMemory
from tradec.runtime.timeframe import bars_per_period

_SOURCE = "source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A structure that another one uses, with its parameters as formulas name them."""

    series: ir.Series
    params: Mapping[str, Any]

    @property
    def facts(self) -> dict[str, Any]:
        """What the formulas of the user may say of it."""
        lag = join_lag(*(output.type.lag for output in self.series.outputs))
        return {**self.params, "first_valid": first_valid(self.series), "lag": lag}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What a series is connected to: its source, its volatility and the structures it uses."""

    source: ir.Number | None = None
    source_first_valid: int = 0
    volatility: ir.Read | None = None
    volatility_first_valid: int = 0
    uses: tuple[Used, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One unit at work in a play, before it is typed."""

    id: str
    node: Unit
    unit: str
    spec: Spec
    timeframe: str
    variables: Mapping[str, nodes.Literal]
    private: bool = False

    def series(self, wiring: Wiring) -> ir.Series:
        """Return the series, with the type of every output."""
        values = self._values(wiring)
        return ir.Series(
            span=self.node.span,
            id=self.id,
            unit=self.unit,
            kind=self.spec.kind,
            timeframe=self.timeframe,
            params=tuple((p.name, self._setting(p)) for p in self.spec.params),
            inputs=tuple(self._input(name, wiring) for name in self.spec.inputs),
            uses=tuple(used.series.id for used in wiring.uses),
            outputs=tuple(self._output(o, wiring, values) for o in self.spec.outputs_of(values)),
            private=self.private,
        )

    @property
    def params(self) -> dict[str, Any]:
        """The value of every parameter, None where it is absent."""
        return formula_values(self.spec, self.node.params, self.variables)

    def _values(self, wiring: Wiring) -> dict[str, Any]:
        """Return what the formulas of the SPEC speak of."""
        values = self.params | bars_per_period(self.timeframe)
        values["volatility_first_valid"] = wiring.volatility_first_valid
        return values | self.spec.names_of_used({u.series.unit: u.facts for u in wiring.uses})

    def _setting(self, param: Param) -> ir.Given:
        given = next((a.value for a in self.node.params if a.name == param.name), None)
        if given is None or param.kind == "series":
            return None
        if isinstance(given, tuple):
            return tuple(setting(item, {}) for item in given)
        if isinstance(given, nodes.VarRef) and self.spec.is_fixed(param.name):
            given = self.variables[given.name]
        return setting(given, self.variables, choices=param.choices)

    def _input(self, name: str, wiring: Wiring) -> ir.Number | None:
        if name in BAR_INPUTS:
            return price(name, self.timeframe)
        if name in INTEGER_INPUTS:
            return None
        return wiring.source if name == _SOURCE else wiring.volatility

    def _output(self, output: Output, wiring: Wiring, values: Mapping[str, Any]) -> ir.Output:
        source = wiring.source
        valid = self.spec.first_valid_of(output, values) + wiring.source_first_valid
        kind = Type(
            kind=Kind(output.kind),
            unit=resolve(output.unit, source.type.unit if source else NUMBER),
            tokens=tuple((word or "none", code) for word, code in output.tokens),
            timeframe=self.timeframe,
            lag=join_lag(evaluate(output.lag, values), source.type.lag if source else 0),
            memory=_with_bars(self._memory(output, wiring, values), valid),
        )
        return ir.Output(
            name=output.name,
            type=kind,
            first_valid=valid,
            empty=output.empty,
            exclusive=output.exclusive,
        )

    def _memory(self, output: Output, wiring: Wiring, values: Mapping[str, Any]) -> Memory:
        memory = _own_memory(self.spec.memory_of(output), values)
        if wiring.source is not None:
            memory = chain(wiring.source.type.memory, memory)
        if wiring.volatility is not None:
            memory = join(memory, wiring.volatility.type.memory)
        return memory


def first_valid(series: ir.Series) -> int:
    """Return the first bar on which every output of a series has a value."""
    return max(output.first_valid for output in series.outputs)


def setting(
    value: nodes.Value,
    variables: Mapping[str, nodes.Literal],
    *,
    choices: tuple[str, ...] = (),
) -> ir.Setting:
    """Return a value of the play as the IR has it; a number from a variable is a parameter."""
    literal = variables[value.name] if isinstance(value, nodes.VarRef) else value
    match literal.value:
        case bool(truth):
            return ir.Const(value=int(truth), type=Type(kind=Kind.BOOL), span=value.span)
        case str(word):
            tokens = tuple((choice, code) for code, choice in enumerate(choices))
            kind = Type(kind=Kind.ENUM, tokens=tokens)
            return ir.Const(value=choices.index(word), type=kind, span=value.span)
        case number:
            kind = Type(kind=Kind.INT if isinstance(number, int) else Kind.FLOAT)
            if isinstance(value, nodes.VarRef):
                return ir.Param(name=value.name, type=kind, span=value.span)
            return ir.Const(value=number, type=kind, span=value.span)


def _own_memory(memory: DeclaredMemory, values: Mapping[str, Any]) -> Memory:
    match memory:
        case Finite(window=window):
            return FiniteMemory(int(evaluate(window, values)))
        case Fading(decay=decay, order=order, window=window):
            return FadingMemory(
                float(evaluate(decay, values)), order, int(evaluate(window, values))
            )
        case Anchored(event=event, bars_required=required):
            return AnchoredMemory(event, int(evaluate(required, values)))
        case Integral():
            return IntegralMemory(1)


def _with_bars(memory: Memory, valid: int) -> Memory:
    """Return an anchored memory that asks for as many bars as a first value takes."""
    match memory:
        case AnchoredMemory(event=event, bars_required=required):
            return AnchoredMemory(event, max(required, valid + 1))
        case IntegralMemory(bars_required=required):
            return IntegralMemory(max(required, valid + 1))
        case Constant() | FiniteMemory() | FadingMemory():
            return memory
