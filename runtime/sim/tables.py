"""What an exchange leaves, as named columns: the tables of a run (simulation.md 17, rulings B8).

Times are int64 ms UTC, ids count from 1, an absent number is NaN and an absent id or word is None.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tradec.runtime.sim.records import CAPS, CODES, PURPOSES, SOURCES, STATUSES
from tradec.runtime.timeframe import MINUTE_MS, Timeframe

Array: TypeAlias = NDArray[Any]
Columns: TypeAlias = dict[str, Array]

MINUTES_PER_YEAR: Final = 525_600
OTHERWISE: Final = 0xFFFF
"""The case number in a decision word when the block's `else` spoke."""

ACTIONS: Final = ("no_action", "entry_long", "entry_short", "exit_long", "exit_short", "exit_all")
ORDER_TYPES: Final = ("MARKET", "MARKET", "STOP_MARKET", "TAKE_PROFIT_MARKET", "MARKET", "MARKET")
"""By purpose. What triggers is a conditional market order; all are IOC, as V5 sends them."""

PRICE_SOURCES: Final = {"sl": "stop_loss", "tp": "take_profit"}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where a run stands: its symbol, its exec clock from `ts_start` on, and its blocks' ids."""

    symbol: str
    timeframe: Timeframe
    ts_start: int
    blocks: tuple[str, ...] = ()

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
        "liquidity": _words(("taker",), np.zeros(rows.size, dtype=np.int64)),
        "slippage_usdt": rows["side"] * (rows["price"] - rows["reference"]) * rows["qty"],
    }


def order_columns(records: Records) -> Columns:
    """Return the orders in order of submission; `price` is the trigger of a conditional order."""
    rows = records.orders
    kinds = _words(ORDER_TYPES, rows["purpose"])
    return {
        "order_id": _ids(rows),
        "ts_submit": rows["ts"],
        "type": kinds,
        "tif": _words(("IOC",), np.zeros(rows.size, dtype=np.int64)),
        "reason": _words(PURPOSES, rows["purpose"]),
        "side": _sides(rows["side"], "buy", "sell"),
        "ref_price": rows["reference"],
        "price": np.where(kinds == "MARKET", np.nan, rows["reference"]),
        "qty": rows["qty"],
        "cap": _words(CAPS, rows["cap"]),
        "status": _words(STATUSES, rows["status"]),
        "code": _words(CODES, rows["code"]),
        "position_id": _optional(rows["position"]),
        "fill_id": _optional(rows["fill"]),
    }


def trade_columns(records: Records, frame: Frame) -> Columns:
    """Return the trade legs in order of exit."""
    legs, fills, orders = records.legs, records.fills, records.orders
    entry, leave = fills[legs["entry_fill"] - 1], fills[legs["exit_fill"] - 1]
    is_long = entry["side"] > 0
    fees = legs["entry_fee"] + leave["fee"]
    notional = entry["qty"] * entry["price"]
    stop, target = _levels(legs, is_long)
    return {
        "trade_id": _ids(legs),
        "position_id": legs["position"].astype(np.int64),
        "leg": legs["number"].astype(np.int64),
        "is_final": legs["is_final"].astype(np.bool_),
        "symbol": np.full(legs.size, frame.symbol, dtype=object),
        "side": _sides(entry["side"], "long", "short"),
        "ts_entry": entry["ts"],
        "entry_price": entry["price"],
        "entry_qty": entry["qty"],
        "entry_notional": notional,
        "ts_exit": leave["ts"],
        "exit_price": leave["price"],
        "exit_qty": leave["qty"],
        "exit_notional": leave["qty"] * leave["price"],
        "exit_reason": _words(PURPOSES, leave["purpose"]),
        "exit_price_source": _price_sources(leave),
        "realized_pnl": legs["realized"],
        "entry_fee_alloc": legs["entry_fee"],
        "exit_fee": leave["fee"],
        "fees_paid": fees,
        "funding_pnl": np.zeros(legs.size),
        "net_pnl": legs["net"],
        "pnl_pct": 100.0 * legs["net"] / notional,
        "stop_loss": stop,
        "stop_loss_final": stop,
        "take_profit": target,
        "entry_bar_index": frame.bar_numbers(entry["ts"]),
        "exit_bar_index": frame.bar_numbers(leave["ts"]),
        "duration_bars": (leave["ts"] - entry["ts"]) / frame.exec_ms,
        **_excursions(legs, entry["price"], is_long),
        "entry_reason": _spoken(orders["word"][entry["order"] - 1], frame.blocks),
        "metadata": np.full(legs.size, None, dtype=object),
    }


def equity_columns(ts_close: Array, points: Array) -> Columns:
    """Return the equity points with their instants and how far each is below the peak so far."""
    peak = np.maximum.accumulate(points)
    return {
        "ts_close": ts_close,
        "equity": points,
        "drawdown": peak - points,
        "drawdown_pct": (peak - points) / peak * 100.0,
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


def _levels(legs: Array, is_long: Array) -> tuple[Array, Array]:
    """Return stop and target of each leg, NaN where there is none."""
    low = np.where(np.isinf(legs["low_level"]), np.nan, legs["low_level"])
    high = np.where(np.isinf(legs["high_level"]), np.nan, legs["high_level"])
    return np.where(is_long, low, high), np.where(is_long, high, low)


def _excursions(legs: Array, entry: Array, is_long: Array) -> Columns:
    """Return the extremes against and for the position, in percent of the entry price, >= 0."""
    down = (entry - legs["min_low"]) / entry * 100.0
    up = (legs["max_high"] - entry) / entry * 100.0
    return {"mae_pct": np.where(is_long, down, up), "mfe_pct": np.where(is_long, up, down)}


def _price_sources(fills: Array) -> Array:
    """Return where each exit price comes from: open, close, stop_loss or take_profit."""
    places, reasons = _words(SOURCES, fills["source"]), _words(PURPOSES, fills["purpose"])
    levels = np.array([PRICE_SOURCES.get(reason) for reason in reasons], dtype=object)
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
