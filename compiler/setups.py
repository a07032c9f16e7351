"""Named conditions: which exist, which hold themselves, and what stands in their place."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from tradec.compiler.surface import map_parts, parts
from tradec.dsl import nodes
from tradec.dsl.diagnostics import Diagnostics, Label
from tradec.dsl.words import listed, suggest

MAX_CONDITIONS = 10_000
"""A condition of more parts than this is no condition that a person wrote."""

_NEUTRAL = nodes.Truth(operand=nodes.Literal(value=False))


class Setups:
    """The setups of one play; what is wrong with their names is reported once."""

    def __init__(self, play: nodes.Play, diagnostics: Diagnostics) -> None:
        self._play = play
        self._diagnostics = diagnostics
        self._known = {setup.name: setup for setup in play.setups}
        self._circular = self._find_circles()
        self._sizes: dict[str, int] = {}
        self._expanded: dict[str, nodes.Condition] = {}

    @cached_property
    def used(self) -> frozenset[str]:
        """Return the names of the setups that the actions use, directly or through others."""
        found: set[str] = set()
        waiting = [
            name
            for block in self._play.actions
            for case in block.cases
            for name in self._names(case.when)
        ]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self._names(self._known[name].condition))
        return frozenset(found)

    def expanded(self, condition: nodes.Condition) -> nodes.Condition:
        """Return a condition with setups in the place of their names, the same object for each."""
        named = self._named(condition)
        if named is not None:
            return self._of_name(named)
        return map_parts(condition, condition=self.expanded)

    def _of_name(self, reference: nodes.SetupRef) -> nodes.Condition:
        name = reference.name
        if name not in self._known:
            self._report_undeclared(reference)
            return _NEUTRAL
        if name in self._circular:
            return _NEUTRAL
        if self._size(name) > MAX_CONDITIONS:
            self._report_size(reference)
            return _NEUTRAL
        if name not in self._expanded:
            self._expanded[name] = self.expanded(self._known[name].condition)
        return self._expanded[name]

    def _named(self, condition: nodes.Condition) -> nodes.SetupRef | None:
        """Return the reference to a setup that a condition is, a bare name included."""
        match condition:
            case nodes.SetupRef():
                return condition
            case nodes.Truth(
                operand=nodes.Ref(qualifier=None, segments=(nodes.Segment(name=name, indexes=()),))
            ) if name in self._known:
                return nodes.SetupRef(name=name, span=condition.span)
            case _:
                return None

    def _references(self, condition: nodes.Condition) -> Iterator[nodes.SetupRef]:
        named = self._named(condition)
        if named is not None:
            yield named
        for part in parts(condition):
            yield from self._references(part)

    def _names(self, condition: nodes.Condition) -> list[str]:
        return [one.name for one in self._references(condition) if one.name in self._known]

    def _size(self, name: str) -> int:
        """Return how many conditions stand in the place of a name that is in no circle."""
        if name not in self._sizes:
            self._sizes[name] = self._size_of(self._known[name].condition)
        return self._sizes[name]

    def _size_of(self, condition: nodes.Condition) -> int:
        named = self._named(condition)
        if named is not None:
            is_sound = named.name in self._known and named.name not in self._circular
            return self._size(named.name) if is_sound else 1
        return 1 + sum(self._size_of(part) for part in parts(condition))

    # --- what is wrong --------------------------------------------------------------------------

    def _find_circles(self) -> frozenset[str]:
        """Report every circle once, and return the setups that lead into one."""
        needs = {name: self._names(setup.condition) for name, setup in self._known.items()}
        leading = set(needs)
        while free := [name for name in leading if not leading.intersection(needs[name])]:
            leading.difference_update(free)
        told: set[str] = set()
        for name in needs:
            if name in leading and name not in told:
                path = _circle(name, needs, leading)
                if not told.intersection(path):
                    self._report_circle(path)
                told.update(path, (name,))
        return frozenset(leading)

    def _report_circle(self, path: list[str]) -> None:
        last = next(
            one for one in self._references(self._known[path[-1]].condition) if one.name == path[0]
        )
        shown = " -> ".join([*path, path[0]])
        labels = tuple(Label(span=self._known[name].span, text=f"`{name}`") for name in path)
        self._diagnostics.report(
            "E404",
            last.span,
            f"`{path[0]}` holds itself: {shown}",
            labels=labels,
            helps=("write one of the conditions out",),
        )

    def _report_undeclared(self, reference: nodes.SetupRef) -> None:
        name = reference.name
        likely = suggest(name, self._known)
        self._diagnostics.report(
            "E403",
            reference.span,
            f"the play declares no setup `{name}`",
            notes=(f"declared setups: {listed(self._known)}",) if self._known else (),
            helps=(likely or "declare it under `setups`",),
        )

    def _report_size(self, reference: nodes.SetupRef) -> None:
        self._diagnostics.report(
            "E502",
            reference.span,
            f"`{reference.name}` holds more than {MAX_CONDITIONS:,} conditions",
            notes=("setups stand for their conditions wherever they are named",),
            helps=("name fewer setups in each other",),
        )

    def report_unused(self) -> None:
        """Report the setups that no action uses; one of a misspelt name may be meant by it."""
        for setup in self._play.setups:
            if setup.name not in self.used:
                self._diagnostics.report(
                    "W102",
                    setup.span,
                    f"setup `{setup.name}` is not used",
                    helps=("remove it, or use it in a rule",),
                )


def _circle(start: str, needs: Mapping[str, list[str]], among: set[str]) -> list[str]:
    """Return the first circle on the way from a setup that leads into one."""
    path: list[str] = []
    name = start
    while name not in path:
        path.append(name)
        name = next(need for need in needs[name] if need in among)
    return path[path.index(name) :]
