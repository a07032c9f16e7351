"""The sections `backtest`, `deploy` and `validation`, and what they were called before."""

from dataclasses import replace

from tradec.dsl import nodes, written
from tradec.dsl.bind import Bound, join_path
from tradec.dsl.context import Context
from tradec.dsl.marked import Marked, Scalar
from tradec.dsl.money import record, section
from tradec.dsl.schema import Number
from tradec.dsl.span import Span
from tradec.dsl.values import read_number
from tradec.dsl.words import to_bool


def read_backtest(bound: Bound, start: Span, cx: Context) -> written.Backtest:
    """Return what a simulation assumes; a model that is off is absent."""
    inner = section(bound, "backtest", start)
    window = _newer(inner.inner.get("window"), bound, "date_range", "backtest.window", cx)
    liquidity = inner.inner.get("liquidity")
    return record(
        written.Backtest,
        inner,
        window=record(written.Window, window) if window else None,
        impact=_read_impact(inner),
        max_volume_fraction=liquidity.value("max_volume_fraction") if liquidity else None,
        market_band=_unless_off(inner.value("market_band")),
    )


def _read_impact(bound: Bound) -> written.Impact | None:
    inner = bound.inner.get("impact")
    complete = inner is not None and {"model", "k"} <= inner.values.keys()
    return record(written.Impact, inner) if inner is not None and complete else None


def _unless_off(value: nodes.Value | None) -> nodes.Value | None:
    is_off = isinstance(value, nodes.Literal) and value.value == "off"
    return None if is_off else value


def read_deploy(bound: Bound, start: Span) -> written.Deploy:
    """Return what shadow and live sessions read."""
    return record(written.Deploy, section(bound, "deploy", start))


def read_validation(bound: Bound, start: Span, cx: Context) -> written.Validation:
    """Return what synthetic runs use, in whichever of its forms the play says it."""
    inner = _newer(bound.inner.get("validation"), bound, "synthetic", "validation", cx)
    inner = inner or Bound("validation", start)
    shape = inner.inner.get("params")
    params = [(name, value) for name, value in shape.values.items()] if shape else []
    return record(
        written.Validation,
        inner,
        params=tuple((n, v) for n, v in params if isinstance(v, nodes.Literal)),
        expect=_read_expect(inner, bound, cx),
    )


def _read_expect(inner: Bound, root: Bound, cx: Context) -> written.Expect:
    """Return what a run should show; newer keys win over older ones."""
    said = inner.inner.get("expect") or Bound("validation.expect", inner.span)
    older = root.inner.get("expected")
    entries = inner.special.get("expect_entries")
    expect = record(written.Expect, said)
    path = join_path(inner.path, "expect_entries")
    return replace(
        expect,
        min_trades=expect.min_trades
        or (_entries(entries, path, cx) if entries is not None else None)
        or (older.literal("min_trades") if older else None),
        direction=expect.direction or inner.literal("expect_direction"),
        min_win_rate=expect.min_win_rate or inner.literal("min_win_rate"),
        max_drawdown_pct=expect.max_drawdown_pct or inner.literal("max_drawdown_pct"),
    )


def _entries(value: Marked, path: str, cx: Context) -> nodes.Literal | None:
    """Return a number of entries; `true` is at least one."""
    if isinstance(value, Scalar) and (said := to_bool(value.text)) is not None:
        return nodes.Literal(value=int(said), span=value.span)
    kind = Number(integer=True, low=0, parameter=False)
    read = read_number(kind, value, path, cx)
    return read if isinstance(read, nodes.Literal) else None


def _newer(
    newer: Bound | None, root: Bound, old_name: str, new_name: str, cx: Context
) -> Bound | None:
    """Return a section, or what it was called before; the old one has no effect beside it."""
    older = root.inner.get(old_name)
    if newer is not None and older is not None:
        span = root.keys[old_name].span
        cx.report(
            "W110", span, f"`{old_name}` has no effect beside `{new_name}`", f"remove `{old_name}`"
        )
    return newer or older
