"""Builds the series of a play, in one order, from features and structures made explicit."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tradec.compiler import ir
from tradec.compiler.arguments import Unit
from tradec.compiler.catalog import INDICATOR, STRUCTURE
from tradec.compiler.chains import primary
from tradec.compiler.context import Context
from tradec.compiler.order import circle, dependency_order
from tradec.compiler.prices import SOURCES, price
from tradec.compiler.series import Recipe, Used, Wiring, first_valid
from tradec.compiler.structure_keys import keys_of
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
        """Every series after what it reads: by timeframe, phase (play-language.md 10.2) and id."""
        found: list[ir.Series] = []
        for timeframe in ORDER:
            group = {s.id: _reads(s) for s in self.series.values() if s.timeframe == timeframe}
            phases = self._phases(group)
            found.extend(self.series[name] for name in dependency_order(group, phases))
        return tuple(found)

    def _phases(self, group: Mapping[str, list[str]]) -> dict[str, int]:
        """Return 0 for indicators, 1 for structures, 2 for indicators with a structure behind."""
        phases: dict[str, int] = {}
        for name in dependency_order(group):
            behind = max((phases.get(read, 0) for read in group[name]), default=0)
            phases[name] = 1 if self.series[name].kind == STRUCTURE else 2 * (behind > 0)
        return phases


def declare(play: nodes.Play, context: Context) -> Declared:
    """Return every series that the play declares, and the private ones that these need."""
    builder = _Builder(play, context)
    units: dict[str, Unit] = {f.id: f for f in play.features}
    units |= {str(s.key.value): s for s in play.structures}
    needs = {name: list(builder.behind(unit)) for name, unit in units.items()}
    for feature in play.features:
        builder.check_circle(feature, circle(needs, feature.id))
    for name in dependency_order(needs):
        unit = units[name]
        if isinstance(unit, nodes.Structure):
            builder.add_structure(unit)
        elif name not in builder.broken:
            builder.add_feature(unit)
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

    def behind(self, unit: Unit) -> Iterator[str]:
        """Yield the ids of what a unit reads, with prices among them."""
        if isinstance(unit, nodes.Structure):
            yield from (str(use.value) for use in unit.uses)
            for name in (_SOURCE, KEY):
                given = argument(unit, name)
                if given is not None and isinstance(given.value, nodes.Literal):
                    yield str(given.value.value)
            return
        if unit.source is not None:
            yield str(unit.source.value)
        spec = self.context.catalog.find(str(unit.indicator.value), INDICATOR)
        yield from (key for _, key in keys_of(unit, spec)) if spec else ()

    def check_circle(self, feature: nodes.Feature, way: tuple[str, ...]) -> None:
        """Report a feature that reads itself, by way of a structure."""
        if way:
            self.broken.add(feature.id)
            self.context.diagnostics.report(
                "E404",
                feature.span,
                f"`{feature.id}` reads itself: {' -> '.join(way)}",
                helps=("let one of them read something else",),
            )

    def add_feature(self, feature: nodes.Feature, *, private: bool = False) -> None:
        """Build one feature, after what it reads."""
        spec = self.context.catalog.find(str(feature.indicator.value), INDICATOR)
        source = str(feature.source.value) if feature.source else ""
        if spec is None or feature.tf is None or source in self.broken:
            self.broken.add(feature.id)
            return
        keys = dict(keys_of(feature, spec))
        if not self._has_all(spec, keys.values()):
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
        uses = tuple(self._used(keys[slot]) for slot in spec.slots if slot in keys)
        self._finish(recipe, replace(self._sourced(feature.source, timeframe), uses=uses))

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
        """Return whether the needs of a unit are met by sound series."""
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
