"""Text to `nodes.Play`: the whole of reading a play."""

from collections.abc import Mapping

from tradec.dsl import nodes
from tradec.dsl.actions import read_actions
from tradec.dsl.bind import Bound, bind, report_missing
from tradec.dsl.context import Context
from tradec.dsl.declarations import Declarations, settle
from tradec.dsl.diagnostics import Diagnostics, Severity
from tradec.dsl.marked import Mapping as MarkedMapping
from tradec.dsl.marked import Sequence
from tradec.dsl.money import read_account, read_entry, read_policy, read_risk, section
from tradec.dsl.runs import read_backtest, read_deploy, read_validation
from tradec.dsl.sections import ROOT
from tradec.dsl.setups import read_setups
from tradec.dsl.span import Source, Span
from tradec.dsl.symbols import read_symbol
from tradec.dsl.units import Namespace, read_features, read_structures
from tradec.dsl.yaml import read_yaml

HARMLESS = frozenset({"E101", "E105", "E106"})
"""Errors of a key that take nothing away from what the rest refers to."""


def read_play(
    source: Source, diagnostics: Diagnostics, overrides: Mapping[str, str] | None = None
) -> nodes.Play | None:
    """Return the play as written; every error of the file is reported, and None returned.

    `overrides` maps names of variables to the texts that stand in place of their values.
    """
    play = read_what_stands(source, diagnostics, overrides)
    return None if diagnostics.has_errors else play


def read_what_stands(
    source: Source, diagnostics: Diagnostics, overrides: Mapping[str, str] | None = None
) -> nodes.Play | None:
    """Return the play as written if its errors leave every name and condition in place.

    So that a misspelt key does not hide the errors of the later stages; None where they would only
    repeat what is already reported.
    """
    root = read_yaml(source, diagnostics)
    if root is None:
        return None
    declarations = Declarations(overrides or {}, diagnostics)
    cx = Context(diagnostics, declarations.read(root.get("variables"), root))
    play = _read_root(root, cx)
    errors = {d.code for d in diagnostics.all if d.severity is Severity.ERROR}
    return play if errors <= HARMLESS else None


def _read_root(root: MarkedMapping, cx: Context) -> nodes.Play:
    start = root.entries[0][0].span if root.entries else root.span
    bound = bind(ROOT, root, "", start, cx)
    if "name" not in bound.keys and "id" not in bound.keys:
        report_missing("name", "", start, cx)
    namespace = Namespace(cx)
    features = read_features(bound, namespace, cx)
    structures = read_structures(bound, namespace, cx)
    setups = read_setups(bound, namespace, cx)
    if "features" not in bound.keys and not _has_structures(bound):
        report_missing("features", "", start, cx)
    actions = bound.special.get("actions")
    blocks = read_actions(actions, bound.keys["actions"].span, cx) if actions is not None else ()
    name = bound.literal("name")
    return nodes.Play(
        version=bound.required("version"),
        name=name or bound.required("id"),
        id=bound.literal("id"),
        description=bound.literal("description"),
        symbol=read_symbol(bound, start, cx),
        timeframes=_read_timeframes(bound, start),
        account=read_account(bound, start),
        features=features,
        structures=structures,
        setups=setups,
        actions=blocks,
        policy=read_policy(bound, start),
        entry=read_entry(bound, start),
        risk=read_risk(bound, cx),
        backtest=read_backtest(bound, start, cx),
        deploy=read_deploy(bound, start),
        validation=read_validation(bound, start, cx),
        evaluation=bound.literal("evaluation"),
        warmup=_read_warmup(bound),
        # Last, because the type of a variable depends on its uses.
        variables=settle(cx.variables, cx.diagnostics),
        span=root.span,
    )


def _read_warmup(bound: Bound) -> nodes.Literal | None:
    """Return the tolerance, or the word `exact`."""
    inner = bound.inner.get("warmup")
    return bound.literal("warmup") if inner is None else inner.literal("tolerance")


def _has_structures(bound: Bound) -> bool:
    structures = bound.inner.get("structures")
    values = structures.special.values() if structures else ()
    return any(not isinstance(value, Sequence) or value.items for value in values)


def _read_timeframes(bound: Bound, start: Span) -> nodes.Timeframes:
    inner = section(bound, "timeframes", start)
    return nodes.Timeframes(
        low_tf=inner.required("low_tf"),
        med_tf=inner.required("med_tf"),
        high_tf=inner.required("high_tf"),
        exec=inner.required("exec"),
        span=inner.span,
    )
