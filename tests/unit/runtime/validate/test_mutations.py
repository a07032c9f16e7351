"""One wrong cell, and the check that names it fails; nothing else changed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from generators.evidence import evidence_of
from generators.exchange_cases import Case, case_of, market, settlements
from generators.money import rules
from tradec.runtime.metrics.table import METRICS
from tradec.runtime.sim.instrument import Instrument, Tier
from tradec.runtime.validate.check import Check, result_of
from tradec.runtime.validate.every import CHECKS, validate
from tradec.runtime.validate.evidence import Evidence
from tradec.runtime.validate.metrics import GROUPS
from tradec.runtime.validate.path import lives_of, whole_bars

Change = Callable[[Evidence], Evidence]
NAMED = {check.name: check for check in CHECKS}


def _case(seed: int, **money: Any) -> Case:
    """Return 600 minutes with holes and funding, decided upon every five, in thirds at times."""
    rng = np.random.default_rng(seed)
    bars = market(rng, 100.0, 600)
    bars = replace(bars, funding=settlements(rng, bars))
    decided = np.where(rng.random(bars.n) < 0.5, rng.integers(1, 6, bars.n), 0)
    tiers = (
        Tier(limit_usdt=3000.0, maintenance_margin_rate=0.005),
        Tier(limit_usdt=None, maintenance_margin_rate=0.01, deduction=15.0),
    )
    return case_of(
        bars,
        decided.tolist(),
        rules(continue_after_liquidation=True, **money),
        every=5,
        first=4,
        percents=rng.choice((100.0, 33.0), bars.n),
        instrument=replace(Instrument.built_in(100.0), tiers=tiers),
    )


@cache
def plain() -> Evidence:
    """Return a run with stop, target, trailing and partial exits."""
    return evidence_of(
        _case(
            7,
            leverage=5.0,
            stop=("price_percent", 6.0),
            target=("rr_ratio", 1.0),
            trailing=("percent", 4.0, 2.0),
            position_pct=20.0,
        )
    )


@cache
def resting() -> Evidence:
    """Return a run whose entries and targets are limit orders."""
    return evidence_of(
        _case(
            2,
            leverage=2.0,
            order_type="limit",
            limit_offset_pct=0.5,
            expire_after_bars=3,
            stop=("price_percent", 3.0),
            target=("price_percent", 2.0),
            tp_order_type="limit",
        )
    )


@cache
def ruinous() -> Evidence:
    """Return a run that is liquidated again and again."""
    return evidence_of(_case(5, leverage=25.0, position_pct=5.0))


RUNS = (plain, resting, ruinous)


def cell(
    table: str,
    column: str,
    change: Callable[[Any], Any] | None = None,
    where: Callable[[Mapping[str, Any]], Any] | None = None,
) -> Change:
    """Return a mutation of one cell: the middle one of those that are not 0 and meet `where`."""

    def mutate(run: Evidence) -> Evidence:
        columns = dict(run.tables[table])
        values = columns[column].copy()
        meets = np.ones(values.size, np.bool_) if where is None else where(columns)
        if np.issubdtype(values.dtype, np.floating):
            meets = meets & np.isfinite(values) & (values != 0.0)
        rows = np.flatnonzero(meets)
        row = rows[rows.size // 2]
        values[row] = values[row] * 1.0001 if change is None else change(values[row])
        return replace(run, tables={**run.tables, table: {**columns, column: values}})

    return mutate


def bar(column: str, value: float, place: Callable[[Evidence], int]) -> Change:
    """Return a mutation of one base bar."""

    def mutate(run: Evidence) -> Evidence:
        values = getattr(run.minutes, column).copy()
        values[place(run)] = value
        return replace(run, minutes=replace(run.minutes, **{column: values}))

    return mutate


def said(part: str, name: str, change: Callable[[Any], Any]) -> Change:
    """Return a mutation of the manifest, the metrics or the returns."""

    def mutate(run: Evidence) -> Evidence:
        content: Any = dict(getattr(run, part))
        content[name] = change(content[name])
        return replace(run, **{part: content})

    return mutate


def of_reason(*reasons: str) -> Callable[[Mapping[str, Any]], Any]:
    """Return the rows of fills or trades with one of some reasons."""
    return lambda columns: np.isin(columns.get("reason", columns.get("exit_reason")), reasons)


def inside(columns: Mapping[str, Any]) -> Any:
    """Tell which exits at a stop or a target were inside their minute."""
    return (columns["ts_fill"] + 1) % 60_000 == 0


def at_level(*reasons: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda columns: of_reason(*reasons)(columns) & inside(columns)


def lived(run: Evidence) -> int:
    """Return a bar that a long position lived through whole."""
    for life in lives_of(run):
        bars = whole_bars(run, life)
        if life.side > 0 and bars.size > 1:
            return int(bars[-1])
    raise AssertionError("no long position lived through a bar")


def of_fill(run: Evidence) -> int:
    return int(run.minutes.places(run.tables["fills"]["ts_fill"])[0])


def of_liquidation(run: Evidence) -> int:
    trades = run.tables["trades"]
    long = (trades["exit_reason"] == "liquidation") & (trades["side"] == "long")
    inside_ = (trades["ts_exit"] + 1) % 60_000 == 0
    return int(run.minutes.places(trades["ts_exit"])[np.flatnonzero(long & inside_)[0]])


def calm(run: Evidence) -> Evidence:
    """Return the run with a bar of a liquidation that stayed where it opened."""
    place = of_liquidation(run)
    opened = float(run.minutes.open[place])
    for column in ("low", "mark_low"):
        run = bar(column, opened, lambda _: place)(run)
    return run


def other_word(word: Any) -> Any:
    return "tp" if word != "tp" else "sl"


MINUTE = 60_000
MUTATIONS: dict[str, tuple[Callable[[], Evidence], Change]] = {
    "data.hash": (plain, lambda run: replace(run, data_hash="0" * 64)),
    "run.hashes": (plain, said("manifest", "trades_hash", lambda text: text[::-1])),
    "fill.number": (plain, cell("fills", "fill_id", lambda v: v + 1)),
    "fill.notional": (plain, cell("fills", "notional")),
    "fill.fee": (plain, cell("fills", "fee")),
    "fill.slippage": (plain, cell("fills", "slippage_usdt")),
    "fill.price": (plain, cell("fills", "price")),
    "fill.reference": (plain, cell("fills", "ref_price", where=of_reason("entry", "signal"))),
    "fill.present": (plain, bar("flat", True, of_fill)),
    "fill.tick": (plain, cell("fills", "price", lambda v: v + 0.0005)),
    "fill.step": (plain, cell("fills", "qty", lambda v: v + 0.0005)),
    "fill.order_of_time": (plain, cell("fills", "ts_fill", lambda v: v + 10**9)),
    "fill.after_order": (
        plain,
        cell("orders", "ts_submit", lambda v: v + 10**9, lambda c: c["status"] == "filled"),
    ),
    "order.filled": (plain, cell("orders", "qty_filled")),
    "order.status": (
        plain,
        cell("orders", "status", lambda _: "working", lambda c: c["status"] == "filled"),
    ),
    "position.closed": (plain, cell("fills", "qty")),
    "trade.side": (plain, cell("trades", "side", lambda v: "short" if v == "long" else "long")),
    "trade.leg": (plain, cell("trades", "leg", lambda v: v + 1)),
    "trade.ts_entry": (plain, cell("trades", "ts_entry", lambda v: v - MINUTE)),
    "trade.ts_exit": (plain, cell("trades", "ts_exit", lambda v: v + MINUTE)),
    "trade.exit_price": (plain, cell("trades", "exit_price")),
    "trade.exit_qty": (plain, cell("trades", "exit_qty")),
    "trade.exit_reason": (plain, cell("trades", "exit_reason", other_word)),
    "trade.exit_notional": (plain, cell("trades", "exit_notional")),
    "trade.entry_price": (plain, cell("trades", "entry_price")),
    "trade.entry_qty": (plain, cell("trades", "entry_qty")),
    "trade.entry_notional": (plain, cell("trades", "entry_notional")),
    "trade.realized": (plain, cell("trades", "realized_pnl")),
    "trade.entry_fee": (plain, cell("trades", "entry_fee_alloc")),
    "trade.exit_fee": (plain, cell("trades", "exit_fee")),
    "trade.fees_paid": (plain, cell("trades", "fees_paid")),
    "trade.funding": (plain, cell("trades", "funding_pnl")),
    "trade.net": (plain, cell("trades", "net_pnl")),
    "trade.return": (plain, cell("trades", "pnl_pct")),
    "trade.duration": (plain, cell("trades", "duration_bars")),
    "trade.bar_index": (plain, cell("trades", "exit_bar_index", lambda v: v + 1)),
    "trade.sum": (plain, cell("trades", "net_pnl", lambda v: v + 0.01)),
    "trade.mae": (plain, cell("trades", "mae_pct")),
    "trade.mfe": (plain, cell("trades", "mfe_pct")),
    "trade.other_net": (plain, cell("trades", "other_net_pnl")),
    "level.stop": (plain, cell("trades", "stop_loss")),
    "level.target": (plain, cell("trades", "take_profit")),
    "level.side": (
        plain,
        cell("trades", "stop_loss", lambda v: v * 2, lambda c: c["side"] == "long"),
    ),
    "level.moved": (plain, cell("trades", "stop_loss_final")),
    "level.at_stop": (plain, cell("fills", "ref_price", where=at_level("sl", "trailing"))),
    "level.at_target": (plain, cell("fills", "ref_price", where=at_level("tp"))),
    "level.missed": (plain, bar("low", 1.0, lived)),
    "funding.events": (plain, cell("funding", "ts_funding", lambda v: v + 1)),
    "funding.rate": (plain, cell("funding", "rate")),
    "funding.mark": (plain, cell("funding", "mark_price")),
    "funding.qty": (plain, cell("funding", "qty")),
    "funding.pnl": (plain, cell("funding", "pnl")),
    "funding.sum": (plain, cell("funding", "pnl", lambda v: v + 0.01)),
    "liquidation.price": (ruinous, cell("trades", "exit_price", where=of_reason("liquidation"))),
    "liquidation.loss": (ruinous, cell("trades", "realized_pnl", where=of_reason("liquidation"))),
    "liquidation.reached": (ruinous, calm),
    "liquidation.missed": (ruinous, bar("mark_low", 1.0, lived)),
    "liquidation.isolated": (ruinous, cell("trades", "realized_pnl", lambda _: -1e6)),
    "equity.instants": (plain, cell("equity", "ts_close", lambda v: v + 1)),
    "equity.points": (plain, cell("equity", "equity")),
    "equity.drawdown": (plain, cell("equity", "drawdown")),
    "equity.drawdown_pct": (plain, cell("equity", "drawdown_pct")),
    "account.cash": (plain, cell("account_curve", "cash")),
    "account.unrealized": (plain, cell("account_curve", "unrealized_pnl")),
    "account.equity": (plain, cell("account_curve", "equity")),
    "account.qty": (plain, cell("account_curve", "qty")),
    "account.margin": (plain, cell("account_curve", "margin")),
    "account.reserve": (plain, cell("account_curve", "reserve")),
    "account.order_cost": (resting, cell("account_curve", "order_cost")),
    "account.available": (plain, cell("account_curve", "available")),
    "account.notional": (plain, cell("account_curve", "notional")),
    "account.maintenance": (plain, cell("account_curve", "maintenance_margin")),
    "account.margin_ratio": (plain, cell("account_curve", "margin_ratio", lambda v: v + 1.0)),
    "account.leverage": (plain, cell("account_curve", "leverage_used", lambda v: v + 1.0)),
    "account.liquidation": (plain, cell("account_curve", "liquidation_price")),
    "account.distance": (
        plain,
        cell("account_curve", "liquidation_distance_pct", lambda v: v + 1.0),
    ),
    "account.flat": (plain, cell("account_curve", "margin", lambda _: -1.0)),
    "run.drawdown_stop": (plain, said("manifest", "stop_reason", lambda _: "max_drawdown_hit")),
    "metrics.identity": (plain, said("metrics", "trades_count", lambda v: v + 1)),
    "equity.ends": (
        plain,
        cell("equity", "equity", where=lambda c: np.arange(c["equity"].size) == 0),
    ),
    **{
        f"returns.{kind}": (
            plain,
            said(
                "returns",
                kind,
                lambda rows: [{**rows[0], "return_pct": rows[0]["return_pct"] + 1e-3}, *rows[1:]],
            ),
        )
        for kind in ("day", "week", "month")
    },
}
OF_METRICS = {f"metrics.{group}" for group in GROUPS}


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.__name__)
def test_every_check_holds_before(run: Callable[[], Evidence]) -> None:
    failed = [(one.name, one.first) for one in validate(run()) if not one.holds]
    assert failed == []


def test_every_check_has_a_mutation_and_rows_to_look_at() -> None:
    assert set(MUTATIONS) | OF_METRICS == set(NAMED)
    assert len(NAMED) == len(CHECKS) >= 25
    for name, (run, _) in MUTATIONS.items():
        assert result_of(NAMED[name], run()).count > 0, name


@pytest.mark.parametrize("name", MUTATIONS)
def test_one_wrong_cell_fails_the_check_that_names_it(name: str) -> None:
    run, mutate = MUTATIONS[name]
    check: Check = NAMED[name]
    result = result_of(check, mutate(run()))
    assert not result.holds, check.says
    assert result.worst > check.tolerance
    assert result.first


def _group_of(metric: str) -> str:
    (group,) = [name for name, compute in GROUPS.items() if metric in compute(plain())]
    return f"metrics.{group}"


def test_every_metric_is_computed_anew() -> None:
    found = [name for compute in GROUPS.values() for name in compute(plain())]
    assert sorted(found) == sorted(metric.name for metric in METRICS)


@pytest.mark.parametrize("metric", [metric.name for metric in METRICS])
def test_a_wrong_metric_fails_its_group(metric: str) -> None:
    value = plain().metrics[metric]
    wrong: Any
    match value:
        case None:
            wrong = 0.0
        case str():
            wrong = "other"
        case bool():
            wrong = not value
        case dict():
            wrong = {**value, "more": 1}
        case _:
            wrong = value * 1.0001 + 1e-6
    changed = replace(plain(), metrics={**plain().metrics, metric: wrong})
    group = _group_of(metric)
    failed = [one.name for one in validate(changed) if not one.holds]
    assert group in failed
    assert set(failed) <= {group, "metrics.identity"}
