"""What one series asks for before it is worth reading, with the chain of series behind it."""

import math
from collections.abc import Collection, Mapping
from typing import Any

from tradec.compiler import ir
from tradec.compiler.catalog import Catalog
from tradec.compiler.memory import join_lag
from tradec.compiler.reads import reads_of
from tradec.compiler.settings import play_values, unit_arguments
from tradec.compiler.volatility import VOLATILITY
from tradec.runtime.formula import evaluate
from tradec.runtime.spec import Anchored, Fading, Finite, Integral, Memory, Output, Spec
from tradec.runtime.timeframe import bars_per_period

TOLERANCE = 1e-3
"""A fading memory counts as faded once the seed weighs no more than this, unless a play says so."""

EXACT_TOLERANCE = 2.0**-52
"""What `warmup: exact` asks for: less than a double can tell."""

_CLASSES = ("finite", "fading", "anchored", "integral")


class ChainWarmup:
    """Evaluates the formulas of the SPECs over one play, along its chains."""

    def __init__(self, play: ir.Play, catalog: Catalog) -> None:
        self._series = {series.id: series for series in play.series}
        self._specs = {series.id: catalog.spec(series.unit) for series in play.series}
        self._values = play_values(play, {})
        self._tolerance = play.warmup_tolerance

    def bars(self, name: str, outputs: Collection[str] = ()) -> int:
        """Return the closed bars after which some outputs of a series, or all, may be trusted."""
        series = self._series.get(name)
        if series is None:
            return 1
        wanted = outputs or [output.name for output in series.outputs]
        return max(self._bars_of(series, output) for output in wanted)

    def memory(self, name: str) -> str:
        """Return the class of memory of a series: the longest one along its chain."""
        series = self._series.get(name)
        if series is None:
            return _CLASSES[0]
        spec = self._specs[name]
        own = [_class_of(output.memory or spec.memory) for output in spec.outputs]
        behind = [self.memory(read.series) for _, read in self._reads(series)]
        return max([*own, *behind], key=_CLASSES.index)

    def first_valid(self, name: str, output: str = "") -> int:
        """Return the index of the first bar on which an output has a value, or the unit."""
        series = self._series.get(name)
        if series is None:
            return 0
        sources = (self.first_valid(read.series, read.output) for read in self._chained(series))
        return self._own_first_valid(series, output) + max(sources, default=0)

    def _bars_of(self, series: ir.Series, output: str) -> int:
        spec = self._specs[series.id]
        own = own_bars(spec, spec.output(output), self._names(series), self._tolerance)
        if isinstance(spec.memory_of(spec.output(output)), Anchored):
            return own
        sources = (self._bars_read(read) for read in self._chained(series))
        volatile = (self._bars_read(read) for read in self._volatile(series))
        return max([own - 1 + max(sources, default=1), *volatile])

    def _bars_read(self, read: ir.Read) -> int:
        series = self._series.get(read.series)
        return 1 if series is None else self._bars_of(series, read.output)

    def _own_first_valid(self, series: ir.Series, output: str) -> int:
        spec = self._specs[series.id]
        formula = spec.output(output).first_valid if output else None
        return int(evaluate(formula or spec.first_valid, self._names(series)))

    def _chained(self, series: ir.Series) -> list[ir.Read]:
        """Return what a series is fed; volatility has its own names in the formulas."""
        return [read for name, read in self._reads(series) if name != VOLATILITY]

    def _volatile(self, series: ir.Series) -> list[ir.Read]:
        return [read for name, read in self._reads(series) if name == VOLATILITY]

    def _reads(self, series: ir.Series) -> list[tuple[str, ir.Read]]:
        spec = self._specs[series.id]
        return [
            (name, read)
            for name, node in zip(spec.inputs, series.inputs, strict=True)
            if node is not None
            for read in reads_of(node)
        ]

    def _names(self, series: ir.Series) -> dict[str, Any]:
        """Return what the formulas of a SPEC may name: parameters, and what it depends on."""
        spec = self._specs[series.id]
        names: dict[str, Any] = dict(unit_arguments(series, spec, self._values))
        names |= bars_per_period(series.timeframe)
        names[f"{VOLATILITY}_first_valid"] = max(
            (self.first_valid(read.series, read.output) for read in self._volatile(series)),
            default=0,
        )
        return names | spec.names_of_used(
            {self._series[u].unit: self._facts(u) for u in series.uses}
        )

    def _facts(self, name: str) -> dict[str, Any]:
        """Return what the formulas of a user may say of a structure."""
        series = self._series[name]
        given = unit_arguments(series, self._specs[name], self._values)
        lag = join_lag(*(output.type.lag for output in series.outputs))
        return {**given, "first_valid": self.first_valid(name), "lag": lag}


def own_bars(
    spec: Spec, output: Output, names: Mapping[str, Any], tolerance: float = TOLERANCE
) -> int:
    """Return the bars after which an output may be trusted, fed what is right from the start."""
    memory = spec.memory_of(output)
    if isinstance(memory, Anchored):
        return int(evaluate(memory.bars_required, names))
    bars = spec.first_valid_of(output, names) + 1
    if isinstance(memory, Fading):
        bars += fading_bars(float(evaluate(memory.decay, names)), memory.order, tolerance)
    return bars


def fading_bars(decay: float, order: int, tolerance: float = TOLERANCE) -> int:
    """Return the smallest k for which `order * decay**k <= tolerance`."""
    if order <= tolerance:
        return 0
    if decay <= 0.0:
        return 1
    k = max(0, math.ceil(math.log(tolerance / order) / math.log(decay)))
    while order * decay**k > tolerance:
        k += 1
    while k > 0 and order * decay ** (k - 1) <= tolerance:
        k -= 1
    return k


def _class_of(memory: Memory) -> str:
    match memory:
        case Finite():
            return "finite"
        case Fading():
            return "fading"
        case Anchored():
            return "anchored"
        case Integral():
            return "integral"
