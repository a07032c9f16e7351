"""The exchange of simulation.md in plain Python, bar by bar, without cleverness.

Written from the specification, not from the Cython: everything is a dict in a list, every bar runs
through every phase of section 3.1.
"""

from typing import Any

from differential.reference_entries import Entries
from differential.reference_exits import Exits
from differential.reference_holding import Holding
from differential.reference_market import SHOWN, Row
from tradec.runtime.data.bars import Bars

TERMINAL = ("liquidated", "equity_floor_hit")


class ReferenceExchange(Entries, Exits, Holding):
    """The phases of a minute, and the run over all of them."""

    def run(
        self, bars: Bars, actions: Any, first: int, every: int, percents: Any, seen: Any
    ) -> None:
        rows = self.bars_of(bars)
        for i in range(first, bars.n):
            shown = dict(zip(SHOWN, seen[i].tolist(), strict=True))
            if i > first:
                self.before_step(rows[i])
                if self.over:
                    break
            is_close = (i + 1) % every == 0
            self.after_step(rows[i], shown, is_close=is_close)
            if is_close and actions[i]:
                self.decide(rows[i], actions[i], actions[i] | i << 8, percents[i], shown)
            if self.over:
                break
        self.finish(rows[-1])

    def before_step(self, bar: Row) -> None:
        """A, B and what of C does not need the features of the minute."""
        self.settle_funding(bar["t0"])
        if bar["present"]:
            self.at_open(bar)
            if self.over:
                return
            self.live(bar)
        elif self.position is not None:
            self.settle_funding(bar["t1"] - 1)
            self.position["seen"].append(bar["close"])  # absent: flat at the close before
        if self.stop_reason == "end_of_data":
            floor = self.rules.backtest.stop_equity_usdt
            if self.worth(bar["mark_close"]) <= floor:
                self.stop("equity_floor_hit", bar)
        order = self.entry
        if order is not None and order["expires"] and bar["t1"] >= order["expires"]:
            self.end_entry(bar["t1"], "cancelled", "EXPIRED")

    def at_open(self, bar: Row) -> None:
        """A2: the close before the entry."""
        if self.exit is not None:
            self.leave(bar, bar["t0"], bar["open"], "open")
        if self.entry is not None and not self.entry["rests"]:
            self.arrive(self.entry, bar)
        if self.stop_reason == "max_drawdown_hit" and self.position is None:
            self.over = True

    def live(self, bar: Row) -> None:
        """A3, A4, B and the extremes of C1."""
        is_new, by_stop = False, False
        if self.position is None:
            if self.entry is None or not self.entry["rests"]:
                return
            if not self.open_fills(self.entry, bar):
                if self.entry is None or not self.entry["rests"]:
                    return
                by_stop = self.entry["now"] != "LIMIT"
                if not self.range_fills(self.entry, bar):
                    return
                is_new = True
        position = self.position
        assert position is not None
        if not is_new:
            position["seen"].append(bar["open"])
            self.exit_at_open(position, bar)
            if self.position is not None:
                self.settle_funding(bar["t1"] - 1)
        if self.position is not None:
            self.exit_inside(position, bar, is_new=is_new, by_stop=by_stop)
        if self.position is not None:
            adverse = bar["low"] if position["side"] > 0 else bar["high"]
            position["seen"] += [adverse] if is_new else [bar["low"], bar["high"]]

    def after_step(self, bar: Row, shown: Row, *, is_close: bool) -> None:
        """C3b, C4."""
        if self.position is not None:
            self.trail(self.position, shown)
        elif self.stop_reason == "max_drawdown_hit":
            self.over = True
        if not is_close:
            return
        self.equity.append(self.worth(bar["mark_close"]))
        if self.stop_reason in TERMINAL and self.position is None:
            self.over = True
            return
        peak, now, limit = max(self.equity), self.equity[-1], self.rules.max_drawdown_pct
        if self.stop_reason == "end_of_data" and limit < 100 and (peak - now) / peak * 100 >= limit:
            self.stop("max_drawdown_hit", bar)
            self.over = self.position is None

    def stop(self, reason: str, bar: Row) -> None:
        self.stop_reason = reason
        if self.entry is not None:
            self.end_entry(bar["t1"], "cancelled", "ENTRIES_DISABLED")
        if self.position is None:
            return
        if self.exit is not None and self.exit["left"] < self.position["qty"]:
            self.end_exit(bar["t1"], "POSITION_CLOSED")
        if self.exit is None:
            purpose = "max_drawdown" if reason == "max_drawdown_hit" else "equity_floor"
            self.exit = self.close_order(purpose, bar["t1"], bar["close"])

    def finish(self, bar: Row) -> None:
        if self.entry is not None:
            self.end_entry(bar["t1"], "cancelled", "END_OF_DATA")
        if self.position is not None:
            self.settle_funding(bar["t1"])
            resting, self.position["resting"] = self.position["resting"], None
            if resting:
                self.end(resting, bar["t1"], "cancelled", "END_OF_DATA")
            kept = ("max_drawdown", "equity_floor")
            if self.exit is not None and self.exit["purpose"] not in kept:
                self.end_exit(bar["t1"], "END_OF_DATA")
            if self.exit is None:
                self.exit = self.close_order("end_of_data", bar["t1"], bar["close"])
            self.leave(bar, bar["t1"], bar["close"], "close")
        if self.equity:
            self.equity[-1] = self.cash

    def decide(self, bar: Row, action: int, word: int, percent: float, shown: Row) -> None:
        """C5."""
        made, position = len(self.orders), self.position
        if action in (1, 2):
            side = 1 if action == 1 else -1
            if position is None:
                self.submit(bar, side, shown, sized=True)
            elif position["side"] == -side and self.exit is None:
                self.turn(bar, side, shown)
        elif position is None or self.exit is not None:
            return
        elif action in (5, 3 if position["side"] > 0 else 4):
            self.exit = self.close_order("signal", bar["t1"], bar["close"], percent)
        for row in self.orders[made:]:
            row["word"] = word

    def turn(self, bar: Row, side: int, shown: Row) -> None:
        """9: an entry of the other side."""
        if self.rules.on_opposite == "ignore":
            return
        self.exit = self.close_order("opposite", bar["t1"], bar["close"])
        if self.rules.on_opposite == "reverse":
            self.submit(bar, side, shown, sized=False)
