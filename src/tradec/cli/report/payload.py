"""What the page's script draws: bars, equity, layers and trades as one compact JSON object."""

from typing import Any

import numpy as np

from tradec.cli.report.bars import Array, places
from tradec.cli.report.layers import Layer
from tradec.cli.report.packing import packed, packed_bars, packed_times
from tradec.cli.report.story import Story

MONEY_DECIMALS = 4
TRADE_COLUMNS = (
    "trade_id",
    "position_id",
    "leg",
    "is_final",
    "side",
    "ts_entry",
    "entry_price",
    "ts_exit",
    "exit_price",
    "exit_reason",
    "exit_qty",
    "net_pnl",
    "pnl_pct",
    "fees_paid",
    "funding_pnl",
    "duration_bars",
    "mae_pct",
    "mfe_pct",
    "stop_loss",
    "stop_loss_final",
    "take_profit",
    "entry_reason",
    "is_ambiguous",
    "other_net_pnl",
    "metadata",
    "margin",
    "margin_unit",
    "margin_condition",
    "margin_ticks",
)


def payload(story: Story) -> dict[str, Any]:
    """Return the object; numbers that are not defined are null."""
    ts_open = story.points[:-1]
    return {
        "symbol": story.manifest["symbol"],
        "exec": story.manifest["exec"],
        "decimals": story.decimals,
        "money": MONEY_DECIMALS,
        "time": packed_times(ts_open),
        "bars": None if story.bars is None else packed_bars(story.bars, story.decimals),
        "start_equity": float(story.equity[0]),
        "equity": packed(story.equity[1:], MONEY_DECIMALS),
        "layers": [_layer(one, story.decimals) for one in story.layers],
        "trades": _trades(story, ts_open),
    }


def _layer(layer: Layer, decimals: int) -> dict[str, Any]:
    told = {"name": layer.name, "tf": layer.timeframe, "shape": layer.shape, "on": layer.is_shown}
    if layer.shape == "event":
        return {**told, "at": np.flatnonzero(layer.columns[0]).tolist()}
    return {**told, "columns": [packed(column, decimals) for column in layer.columns]}


def _trades(story: Story, ts_open: Array) -> dict[str, Any]:
    """Return the legs by column, with the bars in which they begin and end."""
    legs = story.legs
    columns = {name: [_plain(leg.get(name)) for leg in legs] for name in TRADE_COLUMNS}
    for name, time in (("i0", "ts_entry"), ("i1", "ts_exit")):
        instants = np.array([leg[time] for leg in legs], np.int64)
        columns[name] = places(ts_open, instants).tolist()
    return columns


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not np.isfinite(value) else value
