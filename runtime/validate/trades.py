"""Trade legs: each against its exit fill and the account that it found (simulation.md 8)."""

from typing import Any, Final

import numpy as np

from tradec.runtime.validate.check import Array, Check, Compared, named
from tradec.runtime.validate.evidence import Evidence


def trades_of(run: Evidence) -> Any:
    """Return the columns of the legs."""
    return run.tables["trades"]


def names_of(run: Evidence) -> Array:
    """Return the names of the legs."""
    return named("trade", trades_of(run)["trade_id"])


def side_of(trades: Any) -> Array:
    """Return 1 for long legs, -1 for short ones."""
    return np.where(trades["side"] == "long", 1.0, -1.0)


def _of_fill(column: str, fill_column: str) -> Any:
    """Return a comparison of a leg's column with its exit fill's."""

    def compare(run: Evidence) -> Compared:
        expected = run.tables["fills"][fill_column][run.replayed.exit_rows]
        found = trades_of(run)[column]
        is_number = np.issubdtype(found.dtype, np.floating)
        scale = np.abs(expected) + 1e-300 if is_number else 1.0
        return Compared(expected=expected, found=found, where=names_of(run), scale=scale)

    return compare


def _of_account(column: str, field: str) -> Any:
    """Return a comparison of a leg's column with what the account was before it."""

    def compare(run: Evidence) -> Compared:
        expected = run.replayed.before_legs(field)
        return Compared(
            expected=expected,
            found=trades_of(run)[column],
            where=names_of(run),
            scale=np.abs(expected) + 1e-300,
        )

    return compare


def _value(run: Evidence) -> Array:
    """Return what each leg was worth at its exit: the scale of its money."""
    fills, rows = run.tables["fills"], run.replayed.exit_rows
    return np.asarray(fills["qty"][rows] * fills["price"][rows])


def _of_leg(column: str, field: str) -> Any:
    """Return a comparison of a leg's money with what was computed anew."""

    def compare(run: Evidence) -> Compared:
        return Compared(
            expected=run.replayed.of_legs(field),
            found=trades_of(run)[column],
            where=names_of(run),
            scale=_value(run),
        )

    return compare


def _side(run: Evidence) -> Compared:
    qty = run.replayed.before_legs("qty")
    side = np.where(qty > 0.0, "long", "short").astype(object)
    return Compared(expected=side, found=trades_of(run)["side"], where=names_of(run))


def _entry_times(run: Evidence) -> Compared:
    fills = run.tables["fills"]
    ids, first = np.unique(fills["position_id"], return_index=True)
    began = dict(zip(ids.tolist(), fills["ts_fill"][first].tolist(), strict=True))
    expected = np.array([began.get(p, -1) for p in trades_of(run)["position_id"].tolist()])
    found = trades_of(run)["ts_entry"]
    return Compared(expected=expected.astype(np.int64), found=found, where=names_of(run))


def _legs(run: Evidence) -> Compared:
    """Legs count from 1 within their position, and the last one is final."""
    ids = trades_of(run)["position_id"]
    number = np.arange(ids.size) - np.searchsorted(ids, ids) + 1
    final = np.append(ids[1:] != ids[:-1], np.ones(min(ids.size, 1), np.bool_))
    found = 2 * trades_of(run)["leg"] + trades_of(run)["is_final"]
    return Compared(expected=2 * number + final, found=found, where=names_of(run))


def _entry_notional(run: Evidence) -> Compared:
    before = run.replayed
    value = before.before_legs("bought") * before.before_legs("entry")
    found = trades_of(run)["entry_notional"]
    return Compared(expected=value, found=found, where=names_of(run), scale=value + 1e-300)


def _fees_paid(run: Evidence) -> Compared:
    legs = run.replayed
    paid = legs.of_legs("entry_fee") + legs.of_legs("fee")
    found = trades_of(run)["fees_paid"]
    return Compared(expected=paid, found=found, where=names_of(run), scale=_value(run))


def _return(run: Evidence) -> Compared:
    """pnl_pct is of what the leg was worth at its entry."""
    legs, trades = run.replayed, trades_of(run)
    worth = trades["exit_qty"] * legs.before_legs("entry")
    expected = 100.0 * legs.of_legs("net") / worth
    return Compared(expected=expected, found=trades["pnl_pct"], where=names_of(run), scale=100.0)


def _duration(run: Evidence) -> Compared:
    trades = trades_of(run)
    bars = (trades["ts_exit"] - trades["ts_entry"]) / float(run.exec_ms)
    scale = np.maximum(bars, 1.0)
    return Compared(expected=bars, found=trades["duration_bars"], where=names_of(run), scale=scale)


def _bar_numbers(run: Evidence) -> Compared:
    trades, closes = trades_of(run), run.tables["equity"]["ts_close"]
    numbers = [np.searchsorted(closes, trades[c], "right") - 1 for c in ("ts_entry", "ts_exit")]
    found = np.concatenate([trades["entry_bar_index"], trades["exit_bar_index"]])
    return Compared(
        expected=np.concatenate(numbers).astype(np.int64),
        found=found,
        where=np.concatenate([names_of(run)] * 2),
    )


def _sum(run: Evidence) -> Compared:
    points = run.tables["equity"]["equity"]
    return Compared(
        expected=np.array([points[-1] - run.equity_0]),
        found=np.array([trades_of(run)["net_pnl"].sum()]),
        where=np.array(["the run"], dtype=object),
        scale=run.equity_0,
    )


def _claim(name: str, says: str, tolerance: float, of: Any) -> Check:
    return Check(name=f"trade.{name}", says=says, tolerance=tolerance, of=of)


CHECKS: Final = (
    _claim("side", "long legs sell what was bought", 0.0, _side),
    _claim("leg", "legs count within their position, the last is final", 0.0, _legs),
    _claim("ts_entry", "a position begins with its first fill", 0.0, _entry_times),
    _claim("ts_exit", "a leg ends with its exit fill", 0.0, _of_fill("ts_exit", "ts_fill")),
    _claim("exit_price", "exit price = its fill's", 0.0, _of_fill("exit_price", "price")),
    _claim("exit_qty", "exit quantity = its fill's", 0.0, _of_fill("exit_qty", "qty")),
    _claim("exit_reason", "exit reason = its fill's", 0.0, _of_fill("exit_reason", "reason")),
    _claim(
        "exit_notional", "qty * price of the exit", 1e-12, _of_fill("exit_notional", "notional")
    ),
    _claim(
        "entry_price", "the average of the entry fills", 1e-11, _of_account("entry_price", "entry")
    ),
    _claim("entry_qty", "the sum of the entry fills", 1e-11, _of_account("entry_qty", "bought")),
    _claim("entry_notional", "entry_qty * entry_price", 1e-11, _entry_notional),
    _claim("realized", "side * qty * (exit - entry)", 1e-10, _of_leg("realized_pnl", "realized")),
    _claim(
        "entry_fee",
        "the leg's share of the entry fees",
        1e-11,
        _of_leg("entry_fee_alloc", "entry_fee"),
    ),
    _claim("exit_fee", "the fee of the exit fill", 1e-12, _of_leg("exit_fee", "fee")),
    _claim("fees_paid", "entry_fee_alloc + exit_fee", 1e-11, _fees_paid),
    _claim("funding", "the leg's share of the funding", 1e-11, _of_leg("funding_pnl", "funding")),
    _claim("net", "realized - fees + funding", 1e-10, _of_leg("net_pnl", "net")),
    _claim("return", "100 * net / (qty * entry)", 1e-10, _return),
    _claim("duration", "(ts_exit - ts_entry) / exec bar", 1e-9, _duration),
    _claim("bar_index", "the exec bars of entry and exit", 0.0, _bar_numbers),
    _claim("sum", "sum of net_pnl = E_n - E_0", 1e-9, _sum),
)
