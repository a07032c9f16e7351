"""The sections `account`, `position_policy`, `entry`, `risk` and `risk_model`."""

from dataclasses import fields
from typing import Any, TypeVar

from tradec.dsl import nodes, written
from tradec.dsl.bind import Bound, join_path
from tradec.dsl.context import Context
from tradec.dsl.diagnostics import Label
from tradec.dsl.operand_values import read_reference
from tradec.dsl.span import Span

NodeT = TypeVar("NodeT", bound=nodes.Node)


def record(of: type[NodeT], bound: Bound, **made: Any) -> NodeT:
    """Return a section as its node: the values of its keys, and what is made of the others."""
    names = {item.name for item in fields(of)} - {"span", *made}
    values = {name: value for name, value in bound.values.items() if name in names}
    return of(span=bound.span, **values, **made)


def section(bound: Bound, name: str, start: Span) -> Bound:
    """Return what a play says in a section; nothing if it is absent."""
    return bound.inner.get(name) or Bound(name, start)


def read_account(bound: Bound, start: Span) -> written.Account:
    """Return the account; the fees are two of its keys."""
    inner = section(bound, "account", start)
    fees = section(inner, "fee_model", inner.span)
    return record(
        written.Account,
        inner,
        taker_bps=fees.value("taker_bps"),
        maker_bps=fees.value("maker_bps"),
    )


def read_policy(bound: Bound, start: Span) -> written.Policy:
    """Return the position policy."""
    return record(written.Policy, section(bound, "position_policy", start))


def read_entry(bound: Bound, start: Span) -> written.Entry:
    """Return how entries are ordered."""
    return record(written.Entry, section(bound, "entry", start))


def read_risk(bound: Bound, cx: Context) -> written.Risk | None:
    """Return the section that decides about stop, target and size; W110 for the other one."""
    short, full = bound.inner.get("risk"), bound.inner.get("risk_model")
    if short is not None and full is not None:
        cx.report(
            "W110",
            bound.keys["risk"].span,
            "`risk` has no effect beside `risk_model`",
            "remove one of the two sections",
            labels=(Label(span=bound.keys["risk_model"].span, text="this one decides"),),
        )
    inner = full or short
    return None if inner is None else _read_rules(inner, cx, is_full=full is not None)


def _read_rules(bound: Bound, cx: Context, *, is_full: bool) -> written.Risk:
    return record(
        written.Risk,
        bound,
        is_full=is_full,
        stop_loss=_read_rule(bound, "stop_loss", cx),
        take_profit=_read_rule(bound, "take_profit", cx),
        sizing=_read_sizing(bound),
        trailing=_read_inner(written.Trailing, bound, "trailing"),
        break_even=_read_inner(written.BreakEven, bound, "break_even"),
    )


def _read_inner(of: type[NodeT], bound: Bound, name: str) -> NodeT | None:
    inner = bound.inner.get(name)
    return None if inner is None else record(of, inner)


def _read_sizing(bound: Bound) -> written.Sizing | None:
    inner = bound.inner.get("sizing")
    model = inner.literal("model") if inner is not None else None
    return None if inner is None or model is None else record(written.Sizing, inner)


def _read_rule(bound: Bound, name: str, cx: Context) -> written.Rule | None:
    inner = bound.inner.get(name)
    if inner is None or inner.literal("type") is None:
        return None
    return record(
        written.Rule,
        inner,
        long_ref=_read_level(inner, "long_ref", cx),
        short_ref=_read_level(inner, "short_ref", cx),
    )


def _read_level(bound: Bound, name: str, cx: Context) -> nodes.Ref | None:
    value = bound.special.get(name)
    if value is None:
        return None
    takes = "a reference such as `swing.low_level`"
    return read_reference(value, join_path(bound.path, name), cx, takes)
