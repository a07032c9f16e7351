"""What each unit costs a bar, beside TA-Lib's function where it has one, and with longer windows.

The kernel is stepped bar by bar, as in a play, and stores its outputs; TA-Lib works on whole
columns. A chain's cost is that of the structures that the unit uses and its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import talib
from numpy.typing import NDArray

from bench.talib_twins import REASONS, TWINS
from bench.timing import measure, short_cpu
from tradec.compiler.catalog import standard
from tradec.compiler.unit_chain import Params, UnitChain, sample
from tradec.compiler.unit_native import Job, UnitModule, build_units
from tradec.runtime.data.synthetic import synthesize
from tradec.runtime.spec import Param

SLOW = 2.0  # times TA-Lib; above it a reason has to be given
LONGER = 8
GROWN = 2.0  # times the cost at the default length; above it the SPEC has to say so
GROWTH_BARS = 200_000
MANY = 500  # an upper bound from which a whole number is a length
CONSTANT = "O(1)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Nanoseconds a bar of one unit, of TA-Lib's twin, and how the cost grows with its lengths."""

    ns_per_bar: float
    talib_ns_per_bar: float | None
    growth: float
    cost: str
    reason: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times TA-Lib's cost it is."""
        return self.ns_per_bar / self.talib_ns_per_bar if self.talib_ns_per_bar else None

    @property
    def is_unexplained(self) -> bool:
        """Whether it is slow and nobody says why."""
        return (self.ratio or 0.0) > SLOW and not self.reason

    @property
    def is_grown(self) -> bool:
        """Whether its cost grows with its lengths although the SPEC says that it does not."""
        return self.growth > GROWN and self.cost.startswith(CONSTANT)


def market(minutes: int) -> dict[str, NDArray[Any]]:
    """Return synthetic minutes with everything that a unit may be fed."""
    bars = synthesize("range_wide", minutes=minutes, seed=42)
    fed = {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")}
    number = bars.ts0 // bars.base_ms + np.arange(bars.n, dtype=np.int64)
    fed |= {"source": bars.close, "bar_number": number, "ts_open": number * bars.base_ms}
    return fed | {"volatility": talib.ATR(bars.high, bars.low, bars.close, 14)}


def lengthened(unit: UnitChain, times: int) -> Params:
    """Return the default parameters, every length `times` as long, within its bounds."""
    given = sample(unit)
    return {
        member.name: {p.name: _lengthened(p, given[member.name][p.name], times) for p in found}
        for member in unit.chain
        for found in [member.spec.params]
    }


def _lengthened(param: Param, value: Any, times: int) -> Any:
    if param.kind != "int" or value is None or (param.high or 0) < MANY:
        return value
    return int(min(value * times, param.high or value))


class _Meter:
    """Runs units of one module over one market."""

    def __init__(self, module: UnitModule, minutes: int, repeats: int) -> None:
        self.module, self.repeats = module, repeats
        self.bars = market(minutes)
        self.few = {name: column[:GROWTH_BARS] for name, column in self.bars.items()}

    def figures(self, unit: UnitChain) -> Figures:
        """Return the figures of one unit."""
        given = sample(unit)
        contenders = {"unit": self._run(unit, given, self.bars)}
        if unit.name in TWINS:
            contenders["talib"] = lambda: TWINS[unit.name](self.bars, given[unit.name])
        seconds = measure(contenders, self.repeats, short_cpu)
        each = {name: 1e9 * taken / len(self.bars["close"]) for name, taken in seconds.items()}
        return Figures(
            ns_per_bar=each["unit"],
            talib_ns_per_bar=each.get("talib"),
            growth=self._growth(unit),
            cost=unit.spec.cost,
            reason=REASONS.get(unit.name, ""),
        )

    def _growth(self, unit: UnitChain) -> float:
        runs = {
            str(times): self._run(unit, lengthened(unit, times), self.few) for times in (1, LONGER)
        }
        seconds = measure(runs, self.repeats, short_cpu)
        return seconds[str(LONGER)] / seconds["1"]

    def _run(
        self, unit: UnitChain, given: Params, bars: dict[str, NDArray[Any]]
    ) -> Callable[[], object]:
        job = Job(self.module, unit, given, bars)
        return lambda: job.step(0, job.bars)


def report(folder: Path, minutes: int, repeats: int) -> dict[str, Any]:
    """Return the figures of every unit of the catalogue, built as a play is."""
    return measured(build_units(every_unit(), standard(), folder), minutes, repeats)


def every_unit() -> list[UnitChain]:
    """Return the units of the catalogue."""
    return [UnitChain(unit.name, standard()) for unit in standard().units]


def measured(module: UnitModule, minutes: int, repeats: int) -> dict[str, Any]:
    """Return the figures of every unit, by their kernels in `module`, and which need a word."""
    units, meter = every_unit(), _Meter(module, minutes, repeats)
    found = {unit.name: meter.figures(unit) for unit in units}
    return {
        "bars": minutes,
        "repeats": repeats,
        "longer": LONGER,
        "units": {name: _shown(figures) for name, figures in found.items()},
        "unexplained": [name for name, figures in found.items() if figures.is_unexplained],
        "grown": [name for name, figures in found.items() if figures.is_grown],
    }


def _shown(figures: Figures) -> dict[str, Any]:
    return {
        "ns_per_bar": figures.ns_per_bar,
        "talib_ns_per_bar": figures.talib_ns_per_bar,
        "ratio": figures.ratio,
        "growth": figures.growth,
        "cost": figures.cost,
        "reason": figures.reason if (figures.ratio or 0.0) > SLOW else "",
    }


def table(found: dict[str, Any]) -> str:
    """Return the figures as text, a line for each unit."""
    longer = f"x{found['longer']}"
    lines = [f"{'unit':<24}{'ns/bar':>8}{'TA-Lib':>8}{'ratio':>7}{longer:>7}  cost; why over 2x"]
    for name, row in found["units"].items():
        twin, ratio = (_number(row[key]) for key in ("talib_ns_per_bar", "ratio"))
        told = "; ".join(text for text in (row["cost"], row["reason"]) if text)
        lines.append(
            f"{name:<24}{row['ns_per_bar']:>8.2f}{twin:>8}{ratio:>7}{row['growth']:>7.2f}  {told}"
        )
    lines += [f"slower than {SLOW:g}x without a reason: {', '.join(found['unexplained']) or '-'}"]
    lines += [f"grows with its lengths, undeclared: {', '.join(found['grown']) or '-'}"]
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
