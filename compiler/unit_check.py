"""Holds a unit to what it declares, on hard series: the first thing that is not so, in words.

The kernel and the reference agree bit for bit; the state is nothing but its bytes; no output knows
the future; a hole in the input changes its own bar alone; ranges, relations, first values and
finite memories are what the SPEC says.
"""

import pickle
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tradec.compiler.unit_chain import (
    Columns,
    Params,
    References,
    UnitChain,
    as_columns,
    bars_of,
    is_missing,
)
from tradec.compiler.unit_native import FaultError, UnitModule
from tradec.compiler.unit_relations import Rule
from tradec.compiler.unit_series import chained, holed, random_bars, random_params
from tradec.runtime.formula import evaluate
from tradec.runtime.spec import NEARLY, Finite, Output
from tradec.runtime.timeframe import MINUTE_MS, MONDAY_MS, TIMEFRAMES

Table: TypeAlias = dict[str, NDArray[Any]]
_LATE = 4  # bars without a volatility, in front of a structure


def check(unit: UnitChain, module: UnitModule, rounds: int, seed: int = 0) -> str:
    """Return the first fault found in some rounds on random series, or an empty text."""
    for number in range(rounds):
        rng = np.random.default_rng([seed, number])
        params, bars = random_params(unit, rng), random_bars(rng)
        cut = int(rng.integers(len(bars["close"])))
        try:
            agrees(unit, params, chained(rng, bars), cut, module)
            if is_fed_bars(unit):
                skips_holes(unit, params, holed(rng, bars, unit), module)
            keeps_its_word(unit, params, bars, cut, module)
        except FaultError as fault:
            return f"{fault} (round {number}, {_shown(params)})"
    return ""


def _shown(params: Params) -> str:
    return "; ".join(
        " ".join([unit, *(f"{name}={value}" for name, value in given.items())])
        for unit, given in params.items()
    )


def agrees(unit: UnitChain, params: Params, fed: Columns, cut: int, module: UnitModule) -> None:
    """Raise unless kernel and reference agree, resumed at `cut` or not, whatever comes after."""
    whole = module.run(unit, params, fed)
    same(_pickled_before(cut, unit, params, fed), whole, "the reference", "the kernel")
    again = module.run(unit, params, fed, cut)
    same(again, whole, "the kernel, resumed from its bytes,", "run through")
    part = module.run(unit, params, {name: column[: cut + 1] for name, column in fed.items()})
    head = {name: column[: cut + 1] for name, column in whole.items()}
    same(part, head, "the kernel", "with more bars to come")
    if "source" in unit.inputs:
        _skips(unit, params, fed, np.isnan(fed["source"]), whole, module)


def _pickled_before(cut: int, unit: UnitChain, params: Params, fed: Columns) -> Table:
    """Return the outputs of references that go through bytes before bar `cut`."""
    chain, rows = References(unit, params), []
    for i, bar in enumerate(bars_of(unit, fed)):
        if i == cut:
            chain.members = pickle.loads(pickle.dumps(chain.members))  # noqa: S301  our own
        rows.append(chain.step(bar))
    return as_columns(unit.outputs(params), rows)


def is_fed_bars(unit: UnitChain) -> bool:
    """Return whether a hole in any of its inputs is a hole for the whole unit."""
    return unit.spec.kind == "indicator" and "source" not in unit.inputs and not unit.uses


def skips_holes(unit: UnitChain, params: Params, fed: Columns, module: UnitModule) -> None:
    """Raise unless a bar with a hole in it is as if it had not been, but for its own outputs."""
    missing = np.zeros(len(fed["close"]), bool)
    for name in unit.inputs:
        missing |= is_missing(fed[name])
    got = module.run(unit, params, fed)
    same(_pickled_before(0, unit, params, fed), got, "the reference", "the kernel")
    _skips(unit, params, fed, missing, got, module)


def _skips(
    unit: UnitChain,
    params: Params,
    fed: Columns,
    missing: NDArray[np.bool_],
    got: Columns,
    module: UnitModule,
) -> None:
    for name, column in got.items():
        present = missing & ~is_missing(column)
        if present.any():
            raise FaultError(f"{name}[{np.argmax(present)}] has a value where the input is missing")
    if not missing.all():
        closed_up = module.run(unit, params, {name: x[~missing] for name, x in fed.items()})
        rest = {name: column[~missing] for name, column in got.items()}
        same(rest, closed_up, "after a missing input", "without it")


def keeps_its_word(
    unit: UnitChain, params: Params, fed: Columns, start: int, module: UnitModule
) -> None:
    """Raise unless ranges, relations, first values and finite memories are what is declared."""
    got = module.run(unit, params, fed)
    keeps_bounds(unit, params, fed, got)
    if "source" in unit.inputs:
        of_any_sign = {**fed, "source": fed["close"] - np.median(fed["close"])}
        keeps_bounds(unit, params, of_any_sign, module.run(unit, params, of_any_sign))
    _begins_in_time(unit, params, fed, module)
    _forgets(unit, params, fed, got, start, module)


def keeps_bounds(unit: UnitChain, params: Params, fed: Columns, got: Table) -> None:
    """Raise unless bounds and relations hold, and what comes together does."""
    values = unit.values(params)
    for output in unit.outputs(params):
        if _is_given(output, values, fed):
            _keeps_range(output, values, got)
        for relation in output.relations:
            broken = Rule(relation, got, fed, values).broken()
            if broken:
                raise FaultError(f"`{relation}` does not hold on bar {broken[0]}")
    _come_together(unit, got)


def _is_given(output: Output, values: dict[str, Any], fed: Columns) -> bool:
    """Return whether the condition of an output's bounds holds, on every bar where it is asked."""
    names = values | {"source": float(fed["source"].min())}
    return not output.given or bool(evaluate(output.given, names))


def _keeps_range(output: Output, values: dict[str, Any], got: Table) -> None:
    """Raise where an output leaves its bounds; often, if rounding can carry it anywhere."""
    low, high = (_number(bound, values) for bound in (output.low, output.high))
    column = got[output.name]
    if output.slack is None:
        column = column[_resolved(got)]
    column = column[~is_missing(column)]
    most = max(1.0 if output.slack is None else 0.0, abs(low or 0.0), abs(high or 0.0))
    room = (NEARLY if output.slack is None else output.slack) * most
    outside = np.zeros(len(column), bool)
    if low is not None:
        outside |= column < low - room
    if high is not None:
        outside |= column > high + room
    allowed = 0.1 * len(column) + 1 if output.slack is None and output.kind == "float" else 0
    if outside.sum() > allowed:
        value = column[np.argmax(outside)].item()
        raise FaultError(f"{output.name} is {value!r}, beyond its bounds {low} .. {high}")


def _number(bound: float | str | None, values: dict[str, Any]) -> float | None:
    return float(evaluate(bound, values)) if isinstance(bound, str) else bound


def _resolved(got: Table) -> NDArray[np.bool_] | slice:
    """Return the bars whose bands stand apart by more than the rounding of prices."""
    if "upper" not in got:
        return slice(None)
    span: NDArray[np.bool_] = got["upper"] - got["lower"] > 1e-6 * got["upper"]
    return span


def _come_together(unit: UnitChain, got: Table) -> None:
    for group in unit.spec.together:
        absent = [is_missing(got[name]) for name in group]
        if not all((one == absent[0]).all() for one in absent):
            raise FaultError(f"{', '.join(group)} do not have values on the same bars")


def _begins_in_time(unit: UnitChain, params: Params, fed: Columns, module: UnitModule) -> None:
    late = _LATE if unit.spec.kind == "structure" and "volatility" in unit.inputs else 0
    bars = len(fed["close"])
    timeframe = TIMEFRAMES["15m"]
    number = timeframe.bar_number(MONDAY_MS) + np.arange(bars)
    full = {
        **fed,
        "volatility": np.where(np.arange(bars) < late, np.nan, fed["high"]),
        "volume": np.maximum(fed["volume"], 0.1),
        "bar_number": number,
        "ts_open": number * timeframe.minutes * MINUTE_MS,
    }
    got = module.run(unit, params, full)
    for output in unit.outputs(params):
        first = unit.first_valid(output, params, late, timeframe.name)
        _begins_at(first, output, got[output.name], unit.spec.kind)


def _begins_at(first: int, output: Output, column: NDArray[Any], kind: str) -> None:
    if kind == "structure":
        if output.unit != "bars" and not _is_initial(column[:first], output).all():
            raise FaultError(f"{output.name} says something before bar {first}")
        return
    there = ~is_missing(column)
    if there[:first].any():
        raise FaultError(
            f"{output.name} has a value on bar {np.argmax(there)}, its first_valid is {first}"
        )
    if not output.exclusive and not there[first : first + 1].all():
        raise FaultError(f"{output.name} has no value on bar {first}, its first_valid")


def _is_initial(column: NDArray[Any], output: Output) -> NDArray[np.bool_]:
    if output.kind == "enum":
        nothing = next(code for word, code in output.tokens if word in {"", "none"})
    else:
        nothing = 0 if output.empty is None else output.empty
    found: NDArray[np.bool_] = np.isnan(column) if output.kind == "float" else column == nothing
    return found


def _forgets(
    unit: UnitChain, params: Params, fed: Columns, got: Table, start: int, module: UnitModule
) -> None:
    """Raise unless two starts agree bit for bit once a finite memory has settled (rulings A5)."""
    memory = unit.spec.memory
    if not isinstance(memory, Finite):
        return
    settled = 2 * int(evaluate(memory.window, unit.values(params))) - 1
    part = module.run(unit, params, {name: column[start:] for name, column in fed.items()})
    finite = [output.name for output in unit.outputs(params) if output.memory is None]
    same(
        {name: part[name][settled:] for name in finite},
        {name: got[name][start + settled :] for name in finite},
        f"begun {settled} bars ago",
        "begun earlier",
    )


def same(got: Columns, want: Columns, one: str, other: str) -> None:
    """Raise where two tables differ in a bit; every NaN is the same NaN."""
    for name, column in want.items():
        equal = _bits(got[name]) == _bits(column)
        if got[name].dtype != column.dtype or not equal.all():
            at = int(np.argmin(equal))
            values = f"{got[name][at].item()!r}, {other} {column[at].item()!r}"
            raise FaultError(f"{name}[{at}] is {one} {values}")


def _bits(column: NDArray[Any]) -> NDArray[np.int64]:
    if column.dtype == np.float64:
        column = np.where(np.isnan(column), np.nan, column)
    return np.ascontiguousarray(column).view(np.int64)
