"""Features that read structures: the parameters that name them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tradec.compiler.context import Context
from tradec.compiler.dependencies import Dependencies, User
from tradec.compiler.surface import argument
from tradec.dsl import nodes
from tradec.dsl.span import NOWHERE
from tradec.runtime.spec import Param, Spec


@dataclass(frozen=True, slots=True)
class StructureKeys:
    """Checks the keys among the parameters of the features of one play."""

    dependencies: Dependencies
    context: Context

    def checked(self, feature: nodes.Feature, spec: Spec) -> nodes.Feature:
        """Return the feature with those keys only that name a structure it can read."""
        bad = {p.name for p in spec.params if p.of and not self._fits(feature, p)}
        if not bad:
            return feature
        return replace(feature, params=tuple(a for a in feature.params if a.name not in bad))

    def _fits(self, feature: nodes.Feature, param: Param) -> bool:
        given = argument(feature, param.name)
        if given is None:
            return True
        assert isinstance(given.value, nodes.Literal)
        use = given.value
        if use.span == NOWHERE:  # of a clone: say it where the feature stands
            use = replace(use, span=feature.span)
        return self.dependencies.misfit(_user(feature, param), use) is None

    def check_missing(self, feature: nodes.Feature, spec: Spec) -> None:
        """Report the keys that a feature needs and does not have, as it is written."""
        for param in spec.params:
            if param.of and param.required and argument(feature, param.name) is None:
                self._report_missing(feature, param)

    def _report_missing(self, feature: nodes.Feature, param: Param) -> None:
        user = _user(feature, param)
        fitting = self.dependencies.fitting(user)
        self.context.diagnostics.report(
            "E302",
            feature.span,
            f"`{user.unit}` needs the parameter `{param.name}`",
            notes=(f"it is the key of a {param.of} on `{user.timeframe}`",),
            helps=(
                f"add `{param.name}: {fitting}` to `params`"
                if fitting
                else f"declare a {param.of} under `structures` and name it",
            ),
        )


def keys_of(feature: nodes.Feature, spec: Spec) -> Iterator[tuple[str, str]]:
    """Yield (slot, key) of every structure that a feature reads."""
    for param in spec.params:
        given = argument(feature, param.name) if param.of else None
        if given is not None and isinstance(given.value, nodes.Literal):
            yield param.of, str(given.value.value)


def _user(feature: nodes.Feature, param: Param) -> User:
    timeframe = str(feature.tf.value) if feature.tf else ""
    return User(unit=str(feature.indicator.value), timeframe=timeframe, slots=(param.of,))
