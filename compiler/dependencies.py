"""What the structures of a play use, and the structures that its features name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tradec.compiler.arguments import culprit, given_text, holds
from tradec.compiler.context import Context
from tradec.dsl import nodes
from tradec.dsl.diagnostics import Label
from tradec.dsl.span import Span
from tradec.dsl.words import join_words, suggest
from tradec.runtime.spec import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A unit that names structures: what it is, where it runs, which units it takes."""

    unit: str
    timeframe: str
    slots: tuple[str, ...]


class Dependencies:
    """Checks whatever names the structures of one play."""

    def __init__(self, play: nodes.Play, context: Context) -> None:
        self._diagnostics = context.diagnostics
        self._known = context.catalog.structures()
        self._features = {f.id for f in play.features}
        self._structures = {str(s.key.value): s for s in play.structures}
        self._places = {key: place for place, key in enumerate(self._structures)}

    def checked(
        self, structure: nodes.Structure, spec: Spec, values: Mapping[str, Any]
    ) -> dict[str, nodes.Literal]:
        """Return the legal ones of `uses` by slot; `values` are the structure's parameters."""
        filled: dict[str, nodes.Literal] = {}
        legal = True
        for use in structure.uses:
            problem = self._problem(structure, use, spec.slots, filled)
            if problem is None:
                filled[self._type(use)] = use
            else:
                legal = False
        if legal:
            self._check_needs(structure, spec, filled)
            used = spec.names_of_used({slot: {} for slot in filled})
            self._check_rules(structure, spec, {**values, **used})
        return {slot: filled[slot] for slot in spec.slots if slot in filled}

    def _problem(
        self,
        structure: nodes.Structure,
        use: nodes.Literal,
        slots: tuple[str, ...],
        filled: dict[str, nodes.Literal],
    ) -> str | None:
        """Return what is wrong with one entry of `uses`, once reported; None if it is right."""
        unit = str(structure.type.value)
        user = User(unit=unit, timeframe=_timeframe(structure), slots=slots)
        problem = self._misplaced(user, use)
        if problem is not None:
            return problem
        key = str(use.value)
        used = self._structures[key]
        if self._is_below(used, structure):
            at = Label(span=used.key.span, text="declared here")
            problem = f"`{key}` is not declared above `{structure.key.value}`"
            return self._report(use.span, problem, f"move `{key}` above it", at)
        problem = self._unfit(user, use)
        if problem is not None:
            return problem
        kind = self._type(use)
        if kind in filled:
            first = Label(span=filled[kind].span, text="the first")
            problem = f"`{key}` is a second {kind} for `{structure.key.value}`"
            return self._report(use.span, problem, "keep one of them", first)
        return None

    def misfit(self, user: User, use: nodes.Literal) -> str | None:
        """Return what is wrong with a key of a structure, once reported; None if it fits."""
        return self._misplaced(user, use) or self._unfit(user, use)

    def _misplaced(self, user: User, use: nodes.Literal) -> str | None:
        key = str(use.value)
        used = self._structures.get(key)
        if used is None:
            kind = "a feature" if key in self._features else "not declared"
            return self._report(use.span, f"`{key}` is {kind}", suggest(key, self._structures))
        at = Label(span=used.key.span, text="declared here")
        other = _timeframe(used)
        if user.timeframe != other:
            problem = f"`{key}` runs on `{other}`, not on `{user.timeframe}`"
            return self._report(
                use.span, problem, f"declare a twin of it on `{user.timeframe}`", at
            )
        return None

    def _unfit(self, user: User, use: nodes.Literal) -> str | None:
        key, kind = str(use.value), self._type(use)
        if kind not in self._known:
            return f"`{kind}` is reported where it stands"
        if kind not in user.slots:
            slots = user.slots
            takes = f"it takes {join_words(slots)}" if slots else "it uses no other structure"
            problem = f"`{user.unit}` cannot use `{key}`, a {kind}"
            at = Label(span=self._structures[key].key.span, text="declared here")
            return self._report(use.span, problem, takes, at)
        return None

    def fitting(self, user: User) -> str:
        """Return the key of a structure that a unit could take, "" if there is none."""
        found = (
            key
            for key, other in self._structures.items()
            if other.type.value in user.slots and _timeframe(other) == user.timeframe
        )
        return next(found, "")

    def _check_needs(
        self, structure: nodes.Structure, spec: Spec, filled: dict[str, nodes.Literal]
    ) -> None:
        for need in spec.needs:
            if need not in filled:
                unit = str(structure.type.value)
                user = User(unit=unit, timeframe=_timeframe(structure), slots=(need,))
                fitting = self.fitting(user)
                self._report(
                    structure.span,
                    f"`{unit}` needs a {need}",
                    f"add `uses: {fitting}`"
                    if fitting
                    else f"declare a {need} above it and name it in `uses`",
                )

    def _check_rules(
        self, structure: nodes.Structure, spec: Spec, values: Mapping[str, Any]
    ) -> None:
        for formula, message in spec.use_rules:
            if not holds(formula, values, absent=True):
                given = given_text(formula, {p.name: values[p.name] for p in spec.params})
                self._diagnostics.report(
                    "E306", culprit(structure, formula), message, notes=(given,) if given else ()
                )

    def _is_below(self, used: nodes.Structure, user: nodes.Structure) -> bool:
        """Return whether `used` stands in the same list as `user`, but not above it."""
        same_list = used.role.value == user.role.value
        return same_list and self._places[_key(used)] >= self._places[_key(user)]

    def _type(self, use: nodes.Literal) -> str:
        return str(self._structures[str(use.value)].type.value)

    def _report(self, span: Span, problem: str, help_: str, *labels: Label) -> str:
        self._diagnostics.report(
            "E306", span, problem, labels=labels, helps=(help_,) if help_ else ()
        )
        return problem


def _key(structure: nodes.Structure) -> str:
    return str(structure.key.value)


def _timeframe(structure: nodes.Structure) -> str:
    return str(structure.nested_tf.value) if structure.nested_tf else ""
