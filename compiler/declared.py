"""Builds the series of a play, in one order, from features and structures made explicit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tradec.compiler import ir
from tradec.compiler.catalog import INDICATOR, STRUCTURE
from tradec.compiler.chains import primary
from tradec.compiler.context import Context
from tradec.compiler.order import dependency_order
from tradec.compiler.prices import SOURCES, price
from tradec.compiler.series import Recipe, Used, Wiring, first_valid
from tradec.compiler.surface import argument, literals
from tradec.compiler.volatility import CAPABILITY, KEY, LENGTH, VOLATILITY
from tradec.dsl import nodes
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Span
from tradec.runtime.spec import Spec
from tradec.runtime.timeframe import ORDER

_SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Declared:
    """The series of a play by id; `broken` are ids whose errors are already reported."""

    series: Mapping[str, ir.Series]
    specs: Mapping[str, Spec]
    broken: frozenset[str]

    @property
    def ordered(self) -> tuple[ir.Series, ...]:
        """Every series after what it reads: by timeframe, indicators first, then by id."""
        found: list[ir.Series] = []
        for timeframe in ORDER:
            for kind in (INDICATOR, STRUCTURE):
                group = {
                    s.id: _reads(s)
                    for s in self.series.values()
                    if s.timeframe == timeframe and s.kind == kind
                }
                found.extend(self.series[name] for name in dependency_order(group))
        return tuple(found)


def declare(play: nodes.Play, context: Context) -> Declared:
    """Return every series that the play declares, and the private ones that these need."""
    builder = _Builder(play, context)
    features = {f.id: f for f in play.features}
    needs = {f.id: [str(f.source.value)] if f.source else [] for f in play.features}
    for name in dependency_order(needs):
        builder.add_feature(features[name])
    for structure in play.structures:
        builder.add_structure(structure)
    return Declared(builder.series, builder.specs, frozenset(builder.broken))


def report_primary(
    diagnostics: Diagnostics, span: Span, name: str, spec: Spec, *, exact: bool
) -> None:
    """Report that a bare name means one of several outputs; `exact` if it could name one."""
    if len(spec.outputs) > 1:
        output = primary(spec).name
        diagnostics.report(
            "W103",
            span,
            f"`{name}` has several outputs, `{output}` is assumed",
            notes=(f"outputs: {', '.join(o.name for o in spec.outputs)}",),
            helps=(f"write `{name}.{output}`",) if exact else (),
        )


@dataclass(slots=True)
class _Builder:
    play: nodes.Play
    context: Context
    series: dict[str, ir.Series] = field(default_factory=dict)
    specs: dict[str, Spec] = field(default_factory=dict)
    params: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    variables: Mapping[str, nodes.Literal] = field(init=False)

    def __post_init__(self) -> None:
        self.variables = dict(literals(self.play))

    def add_feature(self, feature: nodes.Feature, *, private: bool = False) -> None:
        """Build one feature, after the one that it reads."""
        spec = self.context.catalog.find(str(feature.indicator.value), INDICATOR)
        source = str(feature.source.value) if feature.source else ""
        if spec is None or feature.tf is None or source in self.broken:
            self.broken.add(feature.id)
            return
        timeframe = str(feature.tf.value)
        recipe = Recipe(
            id=feature.id,
            node=feature,
            unit=str(feature.indicator.value),
            spec=spec,
            timeframe=timeframe,
            variables=self.variables,
            private=private,
        )
        self._finish(recipe, self._sourced(feature.source, timeframe))

    def add_structure(self, structure: nodes.Structure) -> None:
        """Build one structure, after those that it uses."""
        key = str(structure.key.value)
        spec = self.context.catalog.find(str(structure.type.value), STRUCTURE)
        uses = [str(use.value) for use in structure.uses]
        if spec is None or structure.nested_tf is None or not self._has_all(spec, uses):
            self.broken.add(key)
            return
        timeframe = str(structure.nested_tf.value)
        wiring = self._wired(structure, spec, timeframe)
        if wiring is None:
            self.broken.add(key)
            return
        recipe = Recipe(
            id=key,
            node=structure,
            unit=str(structure.type.value),
            spec=spec,
            timeframe=timeframe,
            variables=self.variables,
        )
        self._finish(recipe, wiring)

    def _finish(self, recipe: Recipe, wiring: Wiring) -> None:
        self.series[recipe.id] = recipe.series(wiring)
        self.specs[recipe.id] = recipe.spec
        self.params[recipe.id] = recipe.params

    def _has_all(self, spec: Spec, uses: Iterable[str]) -> bool:
        """Return whether the needs of a structure are met by sound series."""
        known = [self.series[key].unit for key in uses if key in self.series]
        return set(spec.needs) <= set(known) and not self.broken.intersection(uses)

    def _wired(self, structure: nodes.Structure, spec: Spec, timeframe: str) -> Wiring | None:
        """Return what a structure is connected to; None if that is broken."""
        source = argument(structure, _SOURCE) if _SOURCE in spec.inputs else None
        literal = source.value if source and isinstance(source.value, nodes.Literal) else None
        volatility = (
            self._volatility_of(structure, timeframe) if VOLATILITY in spec.inputs else None
        )
        if volatility in self.broken or (literal and str(literal.value) in self.broken):
            return None
        wiring = replace(
            self._sourced(literal, timeframe),
            uses=tuple(self._used(str(use.value)) for use in structure.uses),
        )
        if volatility is None:
            return wiring
        return replace(
            wiring,
            volatility=self._read(volatility),
            volatility_first_valid=first_valid(self.series[volatility]),
        )

    def _used(self, key: str) -> Used:
        return Used(series=self.series[key], params=self.params[key])

    def _sourced(self, source: nodes.Literal | None, timeframe: str) -> Wiring:
        """Return the wiring to a price or to another feature."""
        if source is None:
            return Wiring()
        name = str(source.value)
        if name in SOURCES:
            return Wiring(source=price(name, timeframe))
        spec = self.specs[name]
        report_primary(self.context.diagnostics, source.span, name, spec, exact=False)
        valid = next(o for o in self.series[name].outputs if o.name == primary(spec).name)
        return Wiring(source=self._read(name), source_first_valid=valid.first_valid)

    def _read(self, name: str) -> ir.Read:
        """Return a read of the primary output of a series."""
        wanted = primary(self.specs[name]).name
        output = next(o for o in self.series[name].outputs if o.name == wanted)
        return ir.Read(series=name, output=wanted, offset=0, type=output.type)

    def _volatility_of(self, structure: nodes.Structure, timeframe: str) -> str | None:
        """Return the id of the average true range of a structure, built if it is private."""
        length = argument(structure, LENGTH)
        if length is not None and not isinstance(length.value, tuple):
            return self._private(length.value, timeframe)
        key = argument(structure, KEY)
        if key is not None and isinstance(key.value, nodes.Literal):
            return str(key.value.value)
        return None

    def _private(self, length: nodes.Value, timeframe: str) -> str:
        """Return the id of the private average true range of one length and timeframe."""
        shown = length.name if isinstance(length, nodes.VarRef) else length.value
        name = f"{VOLATILITY}_{shown}_{timeframe}"
        taken = {f.id for f in self.play.features} | {s.key.value for s in self.play.structures}
        while name in taken:
            name += "_"
        if name not in self.series:
            unit = self.context.catalog.providing(CAPABILITY)[0]
            parameter = self.context.catalog.spec(unit).params[0].name
            feature = nodes.Feature(
                id=name,
                indicator=nodes.Literal(value=unit),
                params=(nodes.Argument(name=parameter, value=length),),
                tf=nodes.Literal(value=timeframe),
            )
            self.add_feature(feature, private=True)
        return name


def _reads(series: ir.Series) -> list[str]:
    inputs = (number for number in series.inputs if isinstance(number, ir.Read))
    return [*series.uses, *(read.series for read in inputs)]
