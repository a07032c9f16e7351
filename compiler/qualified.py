"""References with a timeframe in front: what they name, and the clones that some of them make."""

from dataclasses import replace
from typing import TypeVar

from tradec.compiler.prices import BUILTINS
from tradec.dsl import nodes
from tradec.dsl.span import NOWHERE
from tradec.runtime.spec import BAR_INPUTS

ValueT = TypeVar("ValueT", nodes.Literal, nodes.VarRef)


class Qualified:
    """Finds what a reference with a timeframe in front means (play-language.md 17)."""

    def __init__(self, play: nodes.Play) -> None:
        self._features = {f.id: f for f in play.features}
        self._timeframes = {f.id: f.tf.value for f in play.features if f.tf}
        self._timeframes |= {
            str(s.key.value): s.nested_tf.value for s in play.structures if s.nested_tf
        }
        self._clones: dict[tuple[str, str], nodes.Feature] = {}

    @property
    def clones(self) -> tuple[nodes.Feature, ...]:
        """Return the features that no one declared, in the order in which they were met."""
        return tuple(self._clones.values())

    def resolve(self, ref: nodes.Ref) -> nodes.Ref:
        """Return the reference by the id that it stands for."""
        name = ref.segments[0].name
        if ref.qualifier is None or name in BAR_INPUTS or name in BUILTINS:
            return ref
        found = self._on(name, ref.qualifier)
        if found is None:
            return ref
        first = replace(ref.segments[0], name=found)
        return replace(ref, qualifier=None, segments=(first, *ref.segments[1:]))

    def _on(self, name: str, timeframe: str) -> str | None:
        """Return the id of what `name` means on a timeframe, cloned if it must be."""
        for known in (name, f"{name}_{timeframe}"):
            if self._timeframes.get(known) == timeframe:
                return known
        if name not in self._features:
            return None
        return self._cloned(self._features[name], timeframe)

    def _cloned(self, feature: nodes.Feature, timeframe: str) -> str:
        """Return the id of a feature's twin on another timeframe; its source has one too."""
        key = (feature.id, timeframe)
        if key not in self._clones:
            name = f"{feature.id}_{timeframe}"
            while name in self._timeframes:
                name += "_"
            self._clones[key] = replace(
                feature,
                id=name,
                tf=nodes.Literal(value=timeframe),
                source=self._source_of(feature, timeframe),
                params=tuple(map(_unwritten, feature.params)),
            )
            self._timeframes[name] = timeframe
        return self._clones[key].id

    def _source_of(self, feature: nodes.Feature, timeframe: str) -> nodes.Literal | None:
        if feature.source is None or feature.source.value not in self._features:
            return feature.source
        return nodes.Literal(value=self._on(str(feature.source.value), timeframe) or "")


def _unwritten(argument: nodes.Argument) -> nodes.Argument:
    """Return a parameter as one that stands nowhere, so that no finding points at it twice."""
    match argument.value:
        case nodes.Literal() | nodes.VarRef() as value:
            return replace(argument, value=replace(value, span=NOWHERE))
        case _:
            return argument
