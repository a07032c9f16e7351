"""Where a structure takes the average true range that its SPEC calls "volatility".

`atr_key` names a feature of the same timeframe, `atr_length` asks for a private one and wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tradec.compiler.arguments import holds
from tradec.compiler.catalog import INDICATOR
from tradec.compiler.context import Context
from tradec.compiler.surface import argument
from tradec.dsl import nodes
from tradec.dsl.span import NOWHERE, Span
from tradec.dsl.words import join_words
from tradec.runtime.spec import Spec

VOLATILITY = "volatility"
KEY = "atr_key"
LENGTH = "atr_length"
CAPABILITY = "average_true_range"


@dataclass(frozen=True, slots=True)
class Volatility:
    """Finds the average true range of the structures of one play."""

    features: tuple[nodes.Feature, ...]
    context: Context

    def resolve(
        self, structure: nodes.Structure, spec: Spec, values: Mapping[str, Any]
    ) -> nodes.Structure:
        """Return the structure with one existing source of volatility at most.

        `values` are its parameters and what it uses, as formulas name them.
        """
        if VOLATILITY not in spec.inputs:
            return structure
        key = argument(structure, KEY)
        if argument(structure, LENGTH) is not None:
            return _without_key(structure)
        if key is None:
            if _is_needed(spec, values):
                self._report(structure.span, f"`{structure.type.value}` needs volatility")
            return structure
        if self._exists(structure, key, needed=_is_needed(spec, values)):
            return structure
        return _without_key(structure)

    def _exists(self, structure: nodes.Structure, key: nodes.Argument, *, needed: bool) -> bool:
        """Return whether a key names what it should; report it unless it is an idle default."""
        assert isinstance(key.value, nodes.Literal)
        name = str(key.value.value)
        problem = self._problem(name, structure)
        if problem is None:
            return True
        if key.span != NOWHERE:
            self._report(key.value.span, problem, name)
        elif needed:
            self._report(structure.span, problem, name)
        return False

    def _problem(self, name: str, structure: nodes.Structure) -> str | None:
        feature = next((f for f in self.features if f.id == name), None)
        if feature is None:
            return f"no feature `{name}` for `{KEY}`"
        spec = self.context.catalog.find(str(feature.indicator.value), INDICATOR)
        if spec is None:
            return None
        if CAPABILITY not in spec.provides:
            return f"`{name}` is {feature.indicator.value}, which is no average true range"
        assert feature.tf is not None
        assert structure.nested_tf is not None
        if feature.tf.value != structure.nested_tf.value:
            return f"`{name}` runs on `{feature.tf.value}`, not on `{structure.nested_tf.value}`"
        return None

    def _report(self, span: Span, problem: str, name: str = "") -> None:
        providers = self.context.catalog.providing(CAPABILITY)
        known = [f.id for f in self.features if f.indicator.value in providers]
        diagnostics = self.context.diagnostics
        diagnostics.report(
            "E306",
            span,
            problem,
            notes=(f"`{KEY}` names a feature of {join_words(providers)} on the same timeframe",),
            helps=(diagnostics.advice(name, known) or f"write `{LENGTH}: 14` for a private one",),
        )


def _is_needed(spec: Spec, values: Mapping[str, Any]) -> bool:
    sources = (p for p in spec.params if p.name in {KEY, LENGTH})
    return any(
        p.required or (p.required_if and holds(p.required_if, values, absent=False))
        for p in sources
    )


def _without_key(structure: nodes.Structure) -> nodes.Structure:
    return replace(structure, params=tuple(a for a in structure.params if a.name != KEY))
