"""Held positions of the reference exchange: funding, moving stops (simulation.md 7, 12)."""

from math import isnan

from differential.reference_book import ReferenceBook
from differential.reference_market import Row


class Holding(ReferenceBook):
    """What happens to a position while it is held."""

    def settle_funding(self, until: int) -> None:
        """A1: (12)."""
        while self.position is not None and self.funding and self.funding[0][0] <= until:
            ts, rate = self.funding.pop(0)
            position = self.position
            if ts <= position["ts"]:
                continue
            mark = self.mark_by_ts(ts)
            pnl = -(position["side"] * position["qty"]) * mark * rate
            lacking = -pnl - self.free()
            if lacking > 0:
                position["margin"] = max(0.0, position["margin"] - lacking)
            self.cash += pnl
            position["funding"] += pnl
            row = {"ts": ts, "rate": rate, "mark": mark, "pnl": pnl, "position": self.positions}
            signed_qty = position["side"] * position["qty"]
            self.payments.append(row | {"signed_qty": signed_qty})

    def mark_by_ts(self, ts: int) -> float:
        """Return the mark's open where a bar begins at `ts`, else the close of the bar before."""
        length = self.rows[0]["t1"] - self.rows[0]["t0"]
        i = (ts - self.rows[0]["t0"]) // length
        if i < len(self.rows) and self.rows[i]["t0"] == ts:
            row = self.rows[i]
            if not isnan(row["mark_at_open"]):
                return float(row["mark_at_open"])
        return float(self.rows[i - 1]["mark_close"])

    def trail(self, position: Row, shown: Row) -> None:
        side, entry, r = position["side"], position["entry"], self.rules
        if position["triggered"] or position["resting"]:
            return
        best = max(position["seen"]) if side > 0 else min(position["seen"])
        move = side * (best - entry) / entry * 100
        if r.trailing is not None:
            position["trails"] = position["trails"] or move >= r.trailing.activation_pct
            distance = r.trailing.distance * shown["trail_volatility"]
            if r.trailing.rule == "percent":
                distance = best * r.trailing.distance / 100
            if position["trails"]:
                self.tighten(position, best - side * distance, "trailing")
        even = r.break_even
        if even is not None and not position["even"] and move >= even.activation_pct:
            position["even"] = True
            self.tighten(position, entry * (1 + side * even.offset_pct / 100), "break_even")

    def tighten(self, position: Row, stop: float, by: str) -> None:
        stop = self.money.tick_by(stop, -position["side"])
        if position["side"] * (stop - position["stop"]) > 0:
            position.update(stop=stop, by=by)
