"""Features and structures that read other features: what a source may name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from tradec.compiler.catalog import INDICATOR
from tradec.compiler.context import Context
from tradec.compiler.prices import SOURCES
from tradec.compiler.surface import changed, map_all
from tradec.dsl import nodes
from tradec.dsl.words import listed
from tradec.runtime.spec import Output, Spec

_NEUTRAL = "close"
_LONGEST_CHAIN = 60


def primary(spec: Spec) -> Output:
    """Return the output that a bare name means."""
    return spec.output(spec.primary) if spec.primary else spec.outputs[0]


def check_sources(play: nodes.Play, context: Context) -> nodes.Play:
    """Return the play with sources that exist, on the same timeframe and without a circle."""
    sources = Sources(play.features, context)
    checked = changed(play, features=map_all(play.features, sources.of_feature))
    cut = changed(checked, features=map_all(checked.features, _Circles(checked, context).cut))
    return changed(cut, features=map_all(cut.features, _Depths(cut, context).cut))


@dataclass(frozen=True, slots=True)
class Sources:
    """What the sources of one play may name."""

    features: tuple[nodes.Feature, ...]
    context: Context
    by_id: dict[str, nodes.Feature] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {feature.id: feature for feature in self.features})

    def of_feature(self, feature: nodes.Feature) -> nodes.Feature:
        """Return the feature with a source that exists."""
        if feature.source is None or feature.tf is None:
            return feature
        source = self.checked(feature.source, str(feature.tf.value))
        return changed(feature, source=source)

    def checked(self, source: nodes.Literal, timeframe: str) -> nodes.Literal:
        """Return `source`, or the close once it is reported as no source on `timeframe`."""
        name = str(source.value)
        if name in SOURCES:
            return source
        target = self.by_id.get(name)
        if target is None:
            return self._reject(source, f"unknown source `{name}`", self._advice(name))
        if target.tf is None or target.tf.value != timeframe:
            runs = target.tf.value if target.tf else "another timeframe"
            message = f"source `{name}` runs on `{runs}`, not on `{timeframe}`"
            return self._reject(source, message, f"declare a twin of `{name}` on `{timeframe}`")
        spec = self.context.catalog.find(str(target.indicator.value), INDICATOR)
        if spec is not None and primary(spec).kind != "float":
            return self._reject(source, f"source `{name}` is {primary(spec).kind}, not float")
        return source

    def _advice(self, name: str) -> str:
        options = (*SOURCES, *(f.id for f in self.features))
        return self.context.diagnostics.advice(name, options)

    def _reject(self, source: nodes.Literal, message: str, help_: str = "") -> nodes.Literal:
        self.context.diagnostics.report(
            "E303",
            source.span,
            message,
            notes=(f"sources are {listed(SOURCES)}, and features of the same timeframe",),
            helps=(help_,) if help_ else (),
        )
        return replace(source, value=_NEUTRAL)


class _Circles:
    """Reports the features that read themselves."""

    def __init__(self, play: nodes.Play, context: Context) -> None:
        self._diagnostics = context.diagnostics
        self._next = {f.id: str(f.source.value) for f in play.features if f.source}
        self._circular = set(_circular(self._next))

    def cut(self, feature: nodes.Feature) -> nodes.Feature:
        """Return the feature, on the close instead of itself if it is part of a circle."""
        if feature.source is None or feature.id not in self._circular:
            return feature
        path = " -> ".join(_path(feature.id, self._next))
        self._diagnostics.report(
            "E404",
            feature.source.span,
            f"`{feature.id}` reads itself: {path}",
            helps=("give one of them a price as `source`",),
        )
        return changed(feature, source=replace(feature.source, value=_NEUTRAL))


class _Depths:
    """Reports the features that stand at the end of a chain without measure."""

    def __init__(self, play: nodes.Play, context: Context) -> None:
        self._diagnostics = context.diagnostics
        self._next = {f.id: str(f.source.value) for f in play.features if f.source}

    def cut(self, feature: nodes.Feature) -> nodes.Feature:
        """Return the feature, on the close if too many features lead up to it."""
        chain = islice(_path(feature.id, self._next), _LONGEST_CHAIN + 1)
        if feature.source is None or sum(1 for _ in chain) <= _LONGEST_CHAIN:
            return feature
        self._diagnostics.report(
            "E303",
            feature.source.span,
            f"`{feature.id}` stands at the end of more than {_LONGEST_CHAIN} features",
            helps=("give one of them a price as `source`",),
        )
        return changed(feature, source=replace(feature.source, value=_NEUTRAL))


def _circular(following: Mapping[str, str]) -> Iterator[str]:
    for start in following:
        if start in list(_path(start, following))[1:]:
            yield start


def _path(start: str, following: Mapping[str, str]) -> Iterator[str]:
    """Yield the ids from `start` on until one comes again or there is no next."""
    seen: set[str] = set()
    name = start
    while name in following and name not in seen:
        seen.add(name)
        yield name
        name = following[name]
    yield name
