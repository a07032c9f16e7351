"""Prices, levels, sizes and margins of simulation.md in plain Python, from the rules as written.

The order of float operations is that of the docstrings in `runtime/sim`.
"""

from math import floor, inf, isnan, nan, sqrt
from typing import Any

from tradec.runtime.sim.instrument import Instrument, Tier, grid_of
from tradec.runtime.sim.rules import Rules

Row = dict[str, Any]


class Money:
    """What rules and instrument say of prices and quantities."""

    def __init__(self, rules: Rules, instrument: Instrument) -> None:
        self.rules, self.instrument, self.assumed = rules, instrument, rules.backtest
        self.tick, self.step = grid_of(instrument.tick), grid_of(instrument.step)
        self.tiers = list(instrument.tiers)
        if rules.maintenance_margin_rate is not None or rules.mm_deduction is not None:
            rate = rules.maintenance_margin_rate
            rate = self.tiers[0].maintenance_margin_rate if rate is None else rate
            own = Tier(
                limit_usdt=None, maintenance_margin_rate=rate, deduction=rules.mm_deduction or 0.0
            )
            self.tiers = [own]

    # --- the grid (2) -------------------------------------------------------------------------

    def down(self, unit: Row, x: float) -> float:
        mantissa, scale = float(unit["mantissa"]), float(unit["scale"])
        if not mantissa or abs(x) == inf or isnan(x):
            return x
        n = float(floor(x * scale / mantissa + 1e-9))
        return (n + 1 if (n + 1) * mantissa / scale <= x else n) * mantissa / scale

    def up(self, unit: Row, x: float) -> float:
        mantissa, scale = float(unit["mantissa"]), float(unit["scale"])
        if not mantissa or abs(x) == inf or isnan(x):
            return x
        n = 0.0 - floor(1e-9 - x * scale / mantissa)
        return (n - 1 if (n - 1) * mantissa / scale >= x else n) * mantissa / scale

    def near(self, x: float) -> float:
        """Return a quantity on the step."""
        mantissa, scale = self.step["mantissa"], self.step["scale"]
        return x if not mantissa else floor(x * scale / mantissa + 0.5) * mantissa / scale

    def tick_by(self, x: float, sign: int) -> float:
        return self.up(self.tick, x) if sign > 0 else self.down(self.tick, x)

    # --- prices (4, 5) ------------------------------------------------------------------------

    def market(self, side: int, reference: float, qty: float, bar: Row) -> float:
        extra = self.impact(qty * reference, bar["volume"] * bar["close"])
        price = reference * (1 + side * (self.rules.slippage_rate + extra))
        if side > 0:
            return self.up(self.tick, price)
        price = self.down(self.tick, price)
        return price if price > 0 else self.tick["mantissa"] / self.tick["scale"]

    def impact(self, notional: float, traded: float) -> float:
        model = self.assumed.impact
        if model is None:
            return 0.0
        cap = inf if model.cap_bps is None else model.cap_bps / 10_000.0
        if traded <= 0:
            return model.k if cap == inf else cap
        share = notional / traded
        return min(model.k * (sqrt(share) if model.model == "sqrt" else share), cap)

    def takes(self, wanted: float, bar: Row) -> float:
        """Return how much of a market order one minute takes (5.3)."""
        share = self.assumed.max_volume_fraction
        if share is None:
            return wanted
        return min(wanted, self.down(self.step, share * bar["volume"]))

    def in_band(self, price: float, low: float, high: float) -> bool:
        band = self.assumed.market_band
        if band is None:
            return True
        mark = min(max(price, low), high)
        return abs(price - mark) / mark <= band

    def rested(self, side: int, price: float, limit: float) -> bool:
        """Return whether a price fills a resting limit order (4.3)."""
        beyond = side * (limit - price)
        return beyond >= 0 if self.assumed.limit_fill == "touch" else beyond > 0

    def entry_prices(self, side: int, close: float) -> tuple[float, float, float]:
        """Return reference, limit and trigger of an entry; NaN where there is none."""
        how = self.rules.entry
        if how.order_type == "market":
            return close, nan, nan
        if how.order_type == "limit":
            limit = self.tick_by(close * (1 - side * how.limit_offset_pct / 100), -side)
            return limit, limit, nan
        trigger = self.tick_by(close * (1 + side * how.trigger_offset_pct / 100), side)
        if how.order_type == "stop":
            return trigger, nan, trigger
        limit = self.tick_by(trigger * (1 + side * how.limit_offset_pct / 100), -side)
        return limit, limit, trigger

    # --- margin (11) --------------------------------------------------------------------------

    def tier(self, notional: float) -> Tier:
        for tier in self.tiers[:-1]:
            if notional <= (inf if tier.limit_usdt is None else tier.limit_usdt):
                return tier
        return self.tiers[-1]

    def bankruptcy(self, side: int, qty: float, entry: float, margin: float) -> float:
        price = entry - side * margin / qty
        return max(0.0, price)

    def liquidation(self, side: int, qty: float, entry: float, margin: float) -> float:
        bankrupt = self.bankruptcy(side, qty, entry, margin)
        if self.assumed.liq_formula == "entry_value":
            tier = self.tier(qty * entry)
            kept = qty * entry * tier.maintenance_margin_rate - tier.deduction
            found = entry - side * (margin - kept) / qty
        else:
            for tier in self.tiers:
                rate = tier.maintenance_margin_rate
                found = (qty * entry - side * (margin + tier.deduction)) / (qty * (1 - side * rate))
                if qty * found <= (inf if tier.limit_usdt is None else tier.limit_usdt):
                    break
        return max(found, bankrupt) if side > 0 else min(found, bankrupt)

    def room(self, price: float, liquidation: float) -> float:
        """Return how far a stop may lie (6.2)."""
        return inf if liquidation <= 0 else abs(price - liquidation) * 0.999

    # --- stops and targets (6.1) --------------------------------------------------------------

    def levels(self, side: int, entry: float, seen: Row) -> Row:
        """Return stop and target (infinite: none), whether they are valid, and what to tell."""
        r, flags = self.rules, 0
        stop, target = -side * inf, side * inf
        if r.stop is not None:
            buffer = entry * r.stop.buffer_pct / 100
            level = seen["long_level"] if side > 0 else seen["short_level"]
            if r.stop.rule == "structure" and side * (entry - level) > 0:
                distance = abs(entry - level) + buffer
            elif r.stop.rule == "structure":
                flags = 1
                value = nan if r.stop.value is None else r.stop.value
                distance = entry * value / 100 / r.leverage
            else:
                assert r.stop.value is not None
                distance = self.distance(r.stop.rule, r.stop.value, entry, seen["stop_volatility"])
                if r.stop.rule == "atr_multiple":
                    distance += buffer
            stop = self.tick_by(entry - side * distance, -side)
        if r.target is not None:
            if r.target.rule == "rr_ratio":
                distance = r.target.value * abs(entry - stop)
            else:
                volatility = seen["target_volatility"]
                distance = self.distance(r.target.rule, r.target.value, entry, volatility)
            target = self.tick_by(entry + side * distance, side)
        valid = side * (entry - stop) > 0 and side * (target - entry) > 0
        return {"stop": stop, "target": target, "valid": valid, "flags": flags}

    def distance(self, rule: str, value: float, entry: float, volatility: float) -> float:
        match rule:
            case "fixed_points":
                return value
            case "atr_multiple":
                return value * volatility
            case "price_percent":
                return entry * value / 100
            case _:
                return entry * value / 100 / self.rules.leverage

    def is_beyond(self, side: int, entry: float, stop: float, liquidation: float) -> bool:
        if self.rules.stop is None:
            return False
        return side * (entry - stop) >= self.room(entry, liquidation)

    # --- sizing (10) --------------------------------------------------------------------------

    def cost(self, side: int, notional: float) -> float:
        lev, f = self.rules.leverage, self.rules.taker_rate
        return notional / lev + notional * f + notional * (1 - side / lev) * f

    def affordable(self, side: int, available: float, price: float) -> float:
        """Return the notional at `price` that can be paid for at what a market buy slips to."""
        lev, f = self.rules.leverage, self.rules.taker_rate
        notional = available / (1 / lev + f + f * (1 - side / lev))
        if side > 0 and self.rules.entry.order_type in {"market", "stop"}:
            notional = notional * (
                price / self.up(self.tick, price * (1 + self.rules.slippage_rate))
            )
        return notional

    def affords(self, side: int, notional: float, available: float) -> bool:
        return self.cost(side, notional) <= available * (1 + 1e-12)

    def wanted(self, equity: float, available: float, price: float, stop: float) -> float:
        r, size = self.rules, self.rules.sizing
        match size.model:
            case "percent_equity":
                return available * size.value / 100 * r.leverage
            case "fixed_usdt":
                return size.value * r.leverage
            case "fixed_notional":
                return size.value
            case _:
                distance = abs(price - stop)
                if size.include_costs:
                    distance += price * (2 * r.taker_rate + 2 * r.slippage_rate)
                return equity * size.value / 100 * price / distance

    def tier_cap(self) -> float:
        cap = 0.0
        for tier in self.tiers:
            if tier.max_leverage is not None and self.rules.leverage > tier.max_leverage:
                break
            cap = inf if tier.limit_usdt is None else tier.limit_usdt
        return cap

    def most(self) -> float:
        x = self.instrument
        is_market = self.rules.entry.order_type in {"market", "stop"}
        most = x.max_market_qty if is_market and x.max_market_qty is not None else x.max_qty
        return inf if most is None else most

    def size(
        self, side: int, equity: float, available: float, price: float, stop: float
    ) -> tuple[float, str]:
        """Return the quantity of an entry and the cap that bound it."""
        r, lev = self.rules, self.rules.leverage
        caps = {
            "": self.wanted(equity, available, price, stop),
            "margin_share": equity * self.assumed.max_position_equity_pct / 100 * lev,
            "affordability": self.affordable(side, available, price),
            "max_margin_usdt": inf if r.max_margin_usdt is None else r.max_margin_usdt * lev,
            "max_notional_usdt": inf if r.max_notional_usdt is None else r.max_notional_usdt,
            "max_qty": self.most() * price,
            "risk_tier": self.tier_cap(),
        }
        cap = min(caps, key=lambda name: caps[name])
        return min(self.down(self.step, caps[cap] / price), self.most()), cap

    def market_parts(self, qty: float) -> list[float]:
        """Return `qty` in parts that are no larger than a market order may be (rulings B9)."""
        x = self.instrument
        most = x.max_qty if x.max_market_qty is None else x.max_market_qty
        largest = inf if most is None else self.down(self.step, most)
        parts = []
        while qty > 0:
            parts.append(largest if 0 < largest < qty else qty)
            qty = self.near(qty - parts[-1])
        return parts

    def least(self) -> float:
        return max(self.instrument.min_notional_usdt, self.rules.min_trade_notional_usdt)

    def exit_qty(self, qty: float, percent: float, price: float) -> float:
        """Return what an exit closes: 0 where that is too little (8)."""
        x = self.instrument
        part = qty if percent >= 100 else self.down(self.step, qty * percent / 100)
        if part == qty:
            return qty
        if part <= 0:
            return 0.0
        left = self.near(qty - part)
        if left <= 0 or left < x.min_qty or left * price < x.min_notional_usdt:
            return qty
        return part if part >= x.min_qty else 0.0
