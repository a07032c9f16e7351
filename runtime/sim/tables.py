"""What an exchange leaves, as named columns: the tables of a run (simulation.md 17, rulings B8).

Times are int64 ms UTC, ids count from 1, an absent number is NaN and an absent id or word is None.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tradec.runtime.sim.records import (
    CAPS,
    CODES,
    IN_FORCE,
    KINDS,
    PURPOSES,
    SOURCES,
    STATUSES,
)
from tradec.runtime.sim.remarks import Remarks
from tradec.runtime.timeframe import MINUTE_MS, Timeframe

Array: TypeAlias = NDArray[Any]
Columns: TypeAlias = dict[str, Array]

MINUTES_PER_YEAR: Final = 525_600
OTHERWISE: Final = 0xFFFF
"""The case number in a decision word when the block's `else` spoke."""

ACTIONS: Final = ("no_action", "entry_long", "entry_short", "exit_long", "exit_short", "exit_all")
STOPS: Final = ("sl", "trailing", "break_even")
"""The purposes of a stop, by who moved it last."""


class Records(Protocol):
    """What is needed of a run's outcome: structured arrays of the types in `records.py`."""

    @property
    def orders(self) -> Array:
        """Return rows of type ORDER."""

    @property
    def fills(self) -> Array:
        """Return rows of type FILL."""

    @property
    def legs(self) -> Array:
        """Return rows of type LEG."""

    @property
    def signals(self) -> Array:
        """Return rows of type SIGNAL."""

    @property
    def noted(self) -> Array:
        """Return what the slots of the play showed, a row per signal, or no rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where a run stands: its symbol, its exec clock from `ts_start` on, its blocks' ids.

    `remarks` are what intents say of their trades.
    """

    symbol: str
    timeframe: Timeframe
    ts_start: int
    blocks: tuple[str, ...] = ()
    remarks: Remarks = field(default_factory=Remarks)

    @property
    def exec_ms(self) -> int:
        """Return the length of an exec bar; of a month, a twelfth of 365 days."""
        return (self.timeframe.minutes or MINUTES_PER_YEAR // 12) * MINUTE_MS

    def bar_numbers(self, ts: Array) -> Array:
        """Return the exec bar that contains each instant; the bar after `ts_start` is 0."""
        first = self.timeframe.bar_number(self.ts_start)
        if self.timeframe.minutes == 0:
            numbers = [self.timeframe.bar_number(instant) for instant in ts.tolist()]
            return np.array(numbers, dtype=np.int64) - first
        numbers_0 = (ts - self.timeframe.open_of(0)) // (self.timeframe.minutes * MINUTE_MS)
        return np.asarray(numbers_0 - first, dtype=np.int64)


def fill_columns(records: Records) -> Columns:
    """Return the fills in order."""
    rows = records.fills
    notional = rows["qty"] * rows["price"]
    return {
        "fill_id": _ids(rows),
        "order_id": rows["order"].astype(np.int64),
        "position_id": rows["position"].astype(np.int64),
        "ts_fill": rows["ts"],
        "side": _sides(rows["side"], "buy", "sell"),
        "reason": _words(PURPOSES, rows["purpose"]),
        "ref_price": rows["reference"],
        "price": rows["price"],
        "qty": rows["qty"],
        "notional": notional,
        "fee": rows["fee"],
        "liquidity": _words(("taker", "maker"), rows["is_maker"]),
        "slippage_usdt": rows["side"] * (rows["price"] - rows["reference"]) * rows["qty"],
    }


def order_columns(records: Records) -> Columns:
    """Return the orders in order of submission.

    `price` is the limit, `trigger_price` what a conditional order waited for; a stop or a target
    has its row from the moment it acts.
    """
    rows = records.orders
    return {
        "order_id": _ids(rows),
        "ts_submit": rows["ts"],
        "ts_end": _optional(rows["ts_end"]),
        "type": _order_types(rows),
        "tif": _times_in_force(rows),
        "reason": _words(PURPOSES, rows["purpose"]),
        "side": _sides(rows["side"], "buy", "sell"),
        "ref_price": rows["reference"],
        "price": rows["price"],
        "trigger_price": rows["trigger"],
        "qty": rows["qty"],
        "qty_filled": rows["filled"],
        "cap": _words(CAPS, rows["cap"]),
        "status": _words(STATUSES, rows["status"]),
        "code": _words(CODES, rows["code"]),
        "position_id": _optional(rows["position"]),
        "fill_id": _optional(rows["fill"]),
    }


def _order_types(rows: Array) -> Array:
    """Return what V5 would call each order; a resting target is a plain limit order."""
    kinds, reasons = _words(KINDS, rows["kind"]), _words(PURPOSES, rows["purpose"])
    is_limit, is_target = kinds == "LIMIT", reasons == "tp"
    kinds[np.isin(reasons, STOPS)] = "STOP_MARKET"
    kinds[np.isin(reasons, STOPS) & is_limit] = "STOP_LIMIT"
    kinds[is_target & ~is_limit] = "TAKE_PROFIT_MARKET"
    kinds[reasons == "liquidation"] = "LIQUIDATION"
    return kinds


def _times_in_force(rows: Array) -> Array:
    """Return the time in force; what ends as a market order is IOC, as V5 sends it."""
    words = _words(IN_FORCE, rows["in_force"])
    words[np.isin(rows["kind"], [KINDS.index("MARKET"), KINDS.index("STOP_MARKET")])] = "IOC"
    return words


def trade_columns(records: Records, frame: Frame, margins: Columns | None = None) -> Columns:
    """Return the trade legs in order of exit.

    `entry_qty` and `entry_notional` are the whole position's, `exit_qty` is the leg's; `pnl_pct` is
    of what the leg was worth at its entry. `other_net_pnl` is what the leg had come to with the
    first minute of its position that is ambiguous the other way round (rulings B7). `margins` are
    the columns of `runtime.hindsight`, absent values where nobody looked.
    """
    legs, fills, orders = records.legs, records.fills, records.orders
    entry, leave = fills[legs["entry_fill"] - 1], fills[legs["exit_fill"] - 1]
    is_long = entry["side"] > 0
    return {
        "trade_id": _ids(legs),
        "position_id": legs["position"].astype(np.int64),
        "leg": legs["number"].astype(np.int64),
        "is_final": legs["is_final"].astype(np.bool_),
        "symbol": np.full(legs.size, frame.symbol, dtype=object),
        "side": _sides(entry["side"], "long", "short"),
        "ts_entry": entry["ts"],
        "entry_price": legs["entry"],
        "entry_qty": legs["bought"],
        "entry_notional": legs["bought"] * legs["entry"],
        "ts_exit": leave["ts"],
        "exit_price": leave["price"],
        "exit_qty": leave["qty"],
        "exit_notional": leave["qty"] * leave["price"],
        "exit_reason": _words(PURPOSES, leave["purpose"]),
        "exit_price_source": _price_sources(leave),
        "realized_pnl": legs["realized"],
        "entry_fee_alloc": legs["entry_fee"],
        "exit_fee": leave["fee"],
        "fees_paid": legs["entry_fee"] + leave["fee"],
        "funding_pnl": legs["funding"],
        "net_pnl": legs["net"],
        "pnl_pct": 100.0 * legs["net"] / (leave["qty"] * legs["entry"]),
        "is_ambiguous": ~np.isnan(legs["other_net"]),
        "other_net_pnl": legs["other_net"],
        "stop_loss": _level(legs["stop"]),
        "stop_loss_final": _level(legs["last_stop"]),
        "take_profit": _level(legs["target"]),
        "entry_bar_index": frame.bar_numbers(entry["ts"]),
        "exit_bar_index": frame.bar_numbers(leave["ts"]),
        "duration_bars": (leave["ts"] - entry["ts"]) / frame.exec_ms,
        **_excursions(legs, legs["entry"], is_long),
        "entry_reason": _spoken(orders["word"][entry["order"] - 1], frame.blocks),
        "metadata": frame.remarks.of_trades(records, entry["order"]),
        **(margins or _no_margins(legs.size)),
    }


def _no_margins(legs: int) -> Columns:
    return {
        "margin": np.full(legs, np.nan),
        "margin_unit": np.full(legs, None, dtype=object),
        "margin_condition": np.full(legs, None, dtype=object),
        "margin_ticks": np.full(legs, np.nan),
    }


def signal_columns(records: Records, blocks: Sequence[str]) -> Columns:
    """Return one row per decision; `outcome` is the code or the status of its order.

    `case` counts the cases of the block from 0, None when the block's `else` spoke.
    """
    rows, orders = records.signals, records.orders
    case = rows["word"] >> 24 & 0xFFFF
    status, code = _words(STATUSES, orders["status"]), _words(CODES, orders["code"])
    said = np.append(np.where(orders["code"] == 0, status, code), ["not_actionable"])
    return {
        "ts_close": rows["ts"],
        "action": _words(ACTIONS, rows["word"] & 0xFF),
        "percent": rows["percent"],
        "block": _block_ids(rows["word"], blocks),
        "case": _optional(case, absent=OTHERWISE),
        "order_id": _optional(rows["order"]),
        "outcome": said[rows["order"] - 1],
    }


def _ids(rows: Array) -> Array:
    return np.arange(1, rows.size + 1, dtype=np.int64)


def _optional(ids: Array, absent: int = 0) -> Array:
    optional = ids.astype(object)
    optional[ids == absent] = None
    return optional


def _words(words: Sequence[str], codes: Array) -> Array:
    return np.array([word or None for word in words], dtype=object)[codes]


def _sides(signs: Array, plus: str, minus: str) -> Array:
    return np.where(signs > 0, plus, minus).astype(object)


def _level(prices: Array) -> Array:
    """Return stops or targets, NaN where there is none."""
    return np.where(np.isinf(prices), np.nan, prices)


def _excursions(legs: Array, entry: Array, is_long: Array) -> Columns:
    """Return the extremes against and for the position, in percent of the entry price, >= 0."""
    down = (entry - legs["min_low"]) / entry * 100.0
    up = (legs["max_high"] - entry) / entry * 100.0
    return {"mae_pct": np.where(is_long, down, up), "mfe_pct": np.where(is_long, up, down)}


def _price_sources(fills: Array) -> Array:
    """Return where each exit price comes from, a level by its name: stop_loss or take_profit."""
    places, reasons = _words(SOURCES, fills["source"]), _words(PURPOSES, fills["purpose"])
    levels = np.where(np.isin(reasons, STOPS), "stop_loss", "take_profit")
    return np.where(places == "level", levels, places)


def _block_ids(words: Array, blocks: Sequence[str]) -> Array:
    numbers = (words >> 8 & 0xFFFF).tolist()
    names = [blocks[k] if k < len(blocks) else str(k) for k in numbers]
    return np.array(names, dtype=object)


def _spoken(words: Array, blocks: Sequence[str]) -> Array:
    """Return the block and case behind each decision word, such as `entry.0` or `entry.else`."""
    cases = (words >> 24 & 0xFFFF).tolist()
    told = [
        f"{block}.{'else' if case == OTHERWISE else case}"
        for block, case in zip(_block_ids(words, blocks).tolist(), cases, strict=True)
    ]
    return np.array(told, dtype=object)
