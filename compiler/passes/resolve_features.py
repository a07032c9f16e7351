"""Makes every feature explicit: its parameters, its source, and what names it."""

from dataclasses import replace

from tradec.compiler.arguments import Arguments
from tradec.compiler.catalog import INDICATOR
from tradec.compiler.chains import check_sources
from tradec.compiler.context import Context
from tradec.compiler.dependencies import Dependencies
from tradec.compiler.qualified import Qualified
from tradec.compiler.structure_keys import StructureKeys
from tradec.compiler.surface import changed, literals, map_all, map_refs
from tradec.dsl import nodes
from tradec.dsl.words import listed
from tradec.runtime.spec import Spec

SOURCE = "source"
_DEFAULT_SOURCE = "close"


def resolve_features(play: nodes.Play, context: Context) -> nodes.Play:
    """Return the play with nothing left to guess about its features.

    Needs  resolve_timeframes.
    Gives  features with every parameter of their SPEC in its order (an optional one that is absent
           stays so), with a source if they take one and with keys of structures that they can read;
           references without a qualifier, except to the bars of a timeframe; a clone of each
           feature that a rule reads on another timeframe. A feature of an unknown indicator stays
           as it is.

        rsi_14: {indicator: rsi, tf: 15m}  ->  rsi_14: {..., params: {length: 14}, source: close}
        1h.ema_50                          ->  ema_50_1h
    """
    features = _Features(play, context)
    resolved = changed(play, features=map_all(play.features, features.explicit))
    resolved = check_sources(resolved, context)
    qualified = Qualified(resolved)
    resolved = map_refs(resolved, qualified.resolve)
    if not qualified.clones:
        return resolved
    clones = tuple(map(features.with_keys, qualified.clones))
    return replace(resolved, features=(*resolved.features, *clones))


class _Features:
    def __init__(self, play: nodes.Play, context: Context) -> None:
        self._catalog = context.catalog
        self._diagnostics = context.diagnostics
        self._arguments = Arguments(
            code="E302", variables=dict(literals(play)), diagnostics=context.diagnostics
        )
        self._keys = StructureKeys(Dependencies(play, context), context)

    def explicit(self, feature: nodes.Feature) -> nodes.Feature:
        """Return the feature with its parameters and source, or itself if its kind is unknown."""
        spec = self._catalog.find(str(feature.indicator.value), INDICATOR)
        if spec is None:
            self._report_unknown(feature.indicator)
            return feature
        self._keys.check_missing(feature, spec)
        completed = changed(
            feature,
            params=self._arguments.complete(feature, feature.indicator, spec),
            source=self._source(feature, spec),
        )
        return self.with_keys(completed)

    def with_keys(self, feature: nodes.Feature) -> nodes.Feature:
        """Return the feature with the keys of those structures that it can read."""
        spec = self._catalog.find(str(feature.indicator.value), INDICATOR)
        return feature if spec is None else self._keys.checked(feature, spec)

    def _source(self, feature: nodes.Feature, spec: Spec) -> nodes.Literal | None:
        if SOURCE in spec.inputs:
            return feature.source or nodes.Literal(value=_DEFAULT_SOURCE)
        if feature.source is not None:
            self._diagnostics.report(
                "W110",
                feature.source.span,
                f"`source` has no effect on `{feature.indicator.value}`",
                notes=(f"it reads {listed(spec.inputs)} of the bar",),
                helps=("remove `source`",),
            )
        return None

    def _report_unknown(self, indicator: nodes.Literal) -> None:
        name = str(indicator.value)
        is_structure = name in self._catalog.structures()
        self._diagnostics.report(
            "E301",
            indicator.span,
            f"unknown indicator `{name}`",
            helps=("declare it under `structures`",)
            if is_structure
            else self._catalog.advice(name, INDICATOR),
        )
