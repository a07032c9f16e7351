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
from tradec.dsl.sections import ROOT
from tradec.dsl.span import Source, Span
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
        symbol=bound.required("symbol"),
        timeframes=_read_timeframes(bound, start),
        account=_read_account(bound, start),
        features=features,
        structures=structures,
        actions=blocks,
        policy=_read_policy(bound, start),
        risk=_read_risk(bound, cx),
        validation=_read_validation(bound),
        # Last, because the type of a variable depends on its uses.
        variables=settle(cx.variables, cx.diagnostics),
        span=root.span,
    )


def _has_structures(bound: Bound) -> bool:
    structures = bound.inner.get("structures")
    values = structures.special.values() if structures else ()
    return any(not isinstance(value, Sequence) or value.items for value in values)


def _section(bound: Bound, name: str, start: Span) -> Bound:
    return bound.inner.get(name) or Bound(name, start)


def _read_timeframes(bound: Bound, start: Span) -> nodes.Timeframes:
    inner = _section(bound, "timeframes", start)
    return nodes.Timeframes(
        low_tf=inner.required("low_tf"),
        med_tf=inner.required("med_tf"),
        high_tf=inner.required("high_tf"),
        exec=inner.required("exec"),
        span=inner.span,
    )


def _read_account(bound: Bound, start: Span) -> nodes.Account:
    inner = _section(bound, "account", start)
    fees = _section(inner, "fee_model", inner.span)
    return nodes.Account(
        starting_equity_usdt=inner.value("starting_equity_usdt"),
        max_leverage=inner.value("max_leverage"),
        max_drawdown_pct=inner.value("max_drawdown_pct"),
        margin_mode=inner.literal("margin_mode"),
        taker_bps=fees.value("taker_bps"),
        maker_bps=fees.value("maker_bps"),
        slippage_bps=inner.value("slippage_bps"),
        min_trade_notional_usdt=inner.value("min_trade_notional_usdt"),
        risk_per_trade_pct=inner.value("risk_per_trade_pct"),
        max_notional_usdt=inner.value("max_notional_usdt"),
        max_margin_usdt=inner.value("max_margin_usdt"),
        span=inner.span,
    )


def _read_policy(bound: Bound, start: Span) -> nodes.Policy:
    inner = _section(bound, "position_policy", start)
    return nodes.Policy(
        mode=inner.literal("mode"),
        exit_mode=inner.literal("exit_mode"),
        max_positions_per_symbol=inner.literal("max_positions_per_symbol"),
        span=inner.span,
    )


def _read_risk(bound: Bound, cx: Context) -> nodes.Risk | None:
    inner = bound.inner.get("risk")
    if inner is None:
        return None
    return nodes.Risk(
        stop_loss_pct=inner.value("stop_loss_pct"),
        take_profit_pct=inner.value("take_profit_pct"),
        max_position_pct=inner.value("max_position_pct"),
        stop_loss=_read_rule(inner, "stop_loss", cx),
        take_profit=_read_rule(inner, "take_profit", cx),
        span=inner.span,
    )


def _read_rule(bound: Bound, name: str, cx: Context) -> nodes.Rule | None:
    inner = bound.inner.get(name)
    kind = inner.literal("type") if inner is not None else None
    if inner is None or kind is None:
        return None
    if "value" not in inner.keys:
        report_missing("value", inner.path, inner.span, cx)
    return nodes.Rule(type=kind, value=inner.value("value"), span=inner.span)


def _read_validation(bound: Bound) -> nodes.Validation | None:
    inner = bound.inner.get("validation")
    if inner is None:
        return None
    return nodes.Validation(
        pattern=inner.literal("pattern"),
        bars=inner.literal("bars"),
        seed=inner.literal("seed"),
        base_price=inner.literal("base_price"),
        volatility=inner.literal("volatility"),
        span=inner.span,
    )
