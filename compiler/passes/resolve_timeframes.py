"""Replaces the roles of timeframes by the timeframes."""

from dataclasses import replace
from itertools import pairwise

from tradec.compiler.context import Context
from tradec.compiler.surface import changed, map_all, map_refs, map_windows
from tradec.dsl import nodes
from tradec.dsl.diagnostics import Diagnostics, Label
from tradec.dsl.words import suggest
from tradec.runtime.timeframe import ORDER, TIMEFRAMES, slower_or_equal

EXEC = "exec"
ROLES = ("low_tf", "med_tf", "high_tf")
_DEPRECATED = {"d": "D"}


def resolve_timeframes(play: nodes.Play, context: Context) -> nodes.Play:
    """Return the play with a concrete timeframe wherever a role or none stood.

    Needs  nothing.
    Gives  `timeframes`, `Feature.tf`, `Structure.nested_tf`, `Window.every` and qualifiers of
           references as concrete timeframes; `timeframes.exec` is the exec timeframe itself.

        exec: low_tf          ->  exec: 15m
        ema_9: {...}          ->  ema_9: {..., tf: 15m}
        high_tf.close         ->  D.close
    """
    names = _Names(play.timeframes, context.diagnostics)
    resolved = changed(
        play,
        timeframes=names.timeframes,
        features=map_all(play.features, names.feature),
        structures=map_all(play.structures, names.structure),
    )
    return map_windows(map_refs(resolved, names.ref), names.window)


class _Names:
    """What every role of one play stands for."""

    def __init__(self, written: nodes.Timeframes, diagnostics: Diagnostics) -> None:
        self._diagnostics = diagnostics
        self.timeframes = written
        roles = {role: self._concrete(getattr(written, role), ORDER[0]) for role in ROLES}
        self._check_order(written, roles)
        exec_tf = roles[self._exec_role(written.exec)]
        self.timeframes = changed(written, **roles, exec=replace(exec_tf, span=written.exec.span))
        self._meaning = {role: str(tf.value) for role, tf in roles.items()}
        self._meaning[EXEC] = str(exec_tf.value)

    def feature(self, feature: nodes.Feature) -> nodes.Feature:
        """Return the feature with the timeframe it runs on."""
        if feature.tf is None:
            return replace(feature, tf=self.timeframes.exec)
        return changed(feature, tf=self._named(feature.tf))

    def structure(self, structure: nodes.Structure) -> nodes.Structure:
        """Return the structure with the timeframe it runs on; the nested one wins."""
        of_role = nodes.Literal(
            value=self._meaning[str(structure.role.value)], span=structure.role.span
        )
        if structure.nested_tf is None:
            return replace(structure, nested_tf=of_role)
        nested = self._named(structure.nested_tf)
        if nested.value != of_role.value:
            self._diagnostics.report(
                "W108",
                nested.span,
                f"`{nested.value}` differs from `{structure.role.value}`,"
                f" which is `{of_role.value}`",
                labels=(Label(span=structure.role.span, text="the role"),),
                notes=(f"the structure runs on `{nested.value}`",),
                helps=(f"write `{of_role.value}`, or move it under the role that means it",),
            )
        return changed(structure, nested_tf=nested)

    def ref(self, ref: nodes.Ref) -> nodes.Ref:
        """Return the reference with a concrete timeframe in front, if it has one at all."""
        if ref.qualifier is None or ref.qualifier in TIMEFRAMES:
            return ref
        named = self._named(nodes.Literal(value=ref.qualifier, span=ref.span))
        return replace(ref, qualifier=str(named.value))

    def window(self, window: nodes.Window) -> nodes.Window:
        """Return the window with a concrete timeframe between its samples, if it names one."""
        if window.every is None:
            return window
        return changed(window, every=self._named(window.every))

    def _named(self, written: nodes.Literal) -> nodes.Literal:
        """Return the timeframe that a role or a timeframe names."""
        meaning = self._meaning.get(str(written.value))
        if meaning:
            return replace(written, value=meaning)
        return self._concrete(written, self._meaning[EXEC])

    def _concrete(self, written: nodes.Literal, otherwise: str) -> nodes.Literal:
        name = str(written.value)
        if name in TIMEFRAMES:
            return written
        if name in _DEPRECATED:
            name = _DEPRECATED[name]
            self._diagnostics.report(
                "W105",
                written.span,
                f"timeframe `{written.value}` in lower case",
                helps=(f"write `{name}`",),
            )
            return replace(written, value=name)
        likely = suggest(name, ORDER)
        self._diagnostics.report(
            "E201",
            written.span,
            f"unknown timeframe `{name}`",
            notes=(f"timeframes are {' '.join(ORDER)}",),
            helps=(likely,) if likely else (),
        )
        return replace(written, value=otherwise)

    def _exec_role(self, written: nodes.Literal) -> str:
        name = str(written.value)
        if name in ROLES:
            return name
        hint = next((r for r in ROLES if getattr(self.timeframes, r).value == name), ROLES[0])
        self._diagnostics.report(
            "E202",
            written.span,
            f"`exec` names no role: `{name}`",
            notes=(f"roles are {', '.join(ROLES)}",),
            helps=(f"write `exec: {hint}`",),
        )
        return ROLES[0]

    def _check_order(self, written: nodes.Timeframes, roles: dict[str, nodes.Literal]) -> None:
        legal = {*TIMEFRAMES, *_DEPRECATED}
        for fast, slow in pairwise(ROLES):
            if not {getattr(written, fast).value, getattr(written, slow).value} <= legal:
                continue
            one, two = roles[fast], roles[slow]
            if not slower_or_equal(str(two.value), str(one.value)):
                self._diagnostics.report(
                    "E203",
                    two.span,
                    f"`{slow}` is `{two.value}`, which is faster than `{fast}`",
                    labels=(Label(span=one.span, text=f"`{fast}` is `{one.value}`"),),
                    helps=(f"give `{slow}` a timeframe of at least `{one.value}`",),
                )
