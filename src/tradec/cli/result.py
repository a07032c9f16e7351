"""The result of a run for people, from the manifest and the metrics that it wrote."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradec.cli.numbers import interval, money, percent, ratio, whole
from tradec.cli.table import pairs, rendered
from tradec.cli.times import shown

if TYPE_CHECKING:
    from rich.table import Table

Figures = Mapping[str, Any]

ENDED = {
    "end_of_data": "the end of the data",
    "max_drawdown_hit": "the drawdown stop: account.max_drawdown_pct was reached",
    "liquidated": "liquidation",
    "equity_floor_hit": "the equity floor",
}


def result_text(path: Path, manifest: Figures, metrics: Figures) -> str:
    """Return what a run came to: what it was, the figures, what was assumed, where it lies."""
    ended = ENDED.get(str(manifest["stop_reason"]), str(manifest["stop_reason"]))
    return rendered(
        _headline(manifest),
        "",
        _figures(metrics),
        "",
        f"ended by  {ended}",
        *(f"assumed   {line}" for line in manifest["defaulted"]),
        *(f"note      {line}" for line in notes(manifest, metrics)),
        f"digest    {manifest['digest']}",
        f"run       {path}",
    )


def notes(manifest: Figures, metrics: Figures) -> list[str]:
    """Return what a reader of the figures would want to have been told."""
    found = []
    if metrics["short_sample"]:
        found.append("under 30 days: what is annualized means little")
    if manifest["entries_disabled"]:
        found.append("too little money was left for the smallest order: no entries from then on")
    if metrics["entry_rejections"]:
        codes = metrics["entry_rejections_by_code"]
        reasons = ", ".join(f"{code} {count}" for code, count in codes.items())
        tried = f"{metrics['entry_rejections']} of {metrics['entry_attempts']} entries"
        found.append(f"{tried} were rejected: {reasons}")
    if manifest["data"]["flat_rows"]:
        found.append(f"{manifest['data']['flat_rows']} absent bars stand as flat ones")
    return found


def _headline(manifest: Figures) -> str:
    """Return which play traded what, from when to when."""
    window = manifest["window"]
    span = f"{shown(window['trade_start'])} to {shown(window['stopped_at'])} UTC"
    base = manifest["data"]["base"]
    built = "" if base == "1m" else f", built from {base} bars"
    return f"{manifest['play_id']}  {manifest['symbol']} {manifest['exec']}{built}  {span}"


def _figures(metrics: Figures) -> "Table":
    """Return the figures in two columns of names and values."""
    from rich.table import Table

    side_by_side = Table.grid(padding=(0, 6))
    side_by_side.add_row(pairs(_money_rows(metrics)), pairs(_trade_rows(metrics)))
    return side_by_side


def profit_range(metrics: Figures) -> str:
    """Return the net profit as an interval: what the order within ambiguous minutes decides."""
    return interval(metrics["net_profit_pessimistic"], metrics["net_profit_optimistic"])


def _money_rows(metrics: Figures) -> list[tuple[str, str]]:
    equity = f"{money(metrics['initial_equity'])} to {money(metrics['final_equity'])} USDT"
    profit = f"{money(metrics['net_profit'])} USDT ({percent(metrics['net_return_pct'])})"
    costs = f"{money(metrics['total_fees'])}, {money(metrics['total_slippage_usdt'])}"
    risk = f"{ratio(metrics['sharpe'])}, {ratio(metrics['sortino'])} a year"
    return [
        ("equity", equity),
        ("net profit", profit),
        ("as an interval", f"{profit_range(metrics)} USDT"),
        ("buy and hold", percent(metrics["benchmark_return_pct"])),
        ("max drawdown", percent(metrics["max_drawdown_pct"])),
        ("fees, slippage", f"{costs} USDT"),
        ("funding", f"{money(metrics['net_funding'])} USDT"),
        ("sharpe, sortino", risk),
    ]


def _trade_rows(metrics: Figures) -> list[tuple[str, str]]:
    won = f"{whole(metrics['win_count'])} won, {whole(metrics['loss_count'])} lost"
    share = percent(metrics["ambiguous_trades_pct"])
    ambiguous = f"{whole(metrics['ambiguous_trades'])} ({share})"
    share = percent(metrics["one_tick_trades_pct"])
    hanging = f"{whole(metrics['one_tick_trades'])} ({share})"
    return [
        ("trades", f"{whole(metrics['total_trades'])} ({won})"),
        ("ambiguous", ambiguous),
        ("hang on a tick", hanging),
        ("win rate", percent(metrics["win_rate_pct"])),
        ("profit factor", ratio(metrics["profit_factor"])),
        ("average win", f"{money(metrics['avg_win_usdt'])} USDT"),
        ("average loss", f"{money(metrics['avg_loss_usdt'])} USDT"),
        ("time in market", percent(metrics["time_in_market_pct"])),
        ("bars", whole(metrics["total_bars"])),
    ]
