"""Random sections about money: risk in both forms, entry orders, what a backtest assumes.

All of them are valid together; only levels may lie on the wrong side.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from generators.operands import Draw, Operand, reference

_PERCENTS = (0.1, 0.2, 1, 2.5, 30.0)
_ENTRIES = ("MARKET", "MARKET", "LIMIT", "STOP", "limit")
_SIDES = {"long_only": ("long_ref",), "short_only": ("short_ref",)}
_TRAILING = ("trailing_atr", "trailing_pct")


@dataclass(frozen=True, slots=True)
class Trading:
    """Draws what a play says about money.

    It may read the average true ranges `volatilities` and the prices `levels`; `variable` makes a
    number a variable, now and then. Without exits a play needs a stop and a target.
    """

    draw: Draw
    volatilities: Sequence[str]
    levels: Sequence[Operand]
    variable: Callable[[Any], Any]
    mode: str
    leverage: float
    has_exits: bool

    def sections(self) -> dict[str, Any]:
        """Return the sections but for the policy."""
        is_full = self._now_and_then()
        sections = {"risk_model" if is_full else "risk": self._risk(is_full=is_full)}
        if self._half():
            sections["entry"] = self._entry()
        if self._half():
            sections["backtest"] = self._backtest()
        return sections

    # --- risk -------------------------------------------------------------------------------

    def _risk(self, *, is_full: bool) -> dict[str, Any]:
        risk: dict[str, Any] = {}
        stop = self._stop() if not self.has_exits or self._mostly() else None
        target = self._target(stop) if not self.has_exits or self._mostly() else None
        self._put(risk, "stop_loss", stop, is_full=is_full)
        self._put(risk, "take_profit", target, is_full=is_full)
        risk |= self._moving(stop) | self._ordered(stop, target)
        if is_full or self._half():
            risk["sizing"] = self._sizing(stop)
        else:
            risk["max_position_pct"] = self._one_of((5, 50.0, 100))
        return risk

    def _put(
        self, risk: dict[str, Any], name: str, rule: dict[str, Any] | None, *, is_full: bool
    ) -> None:
        """Write a rule, one of a percent of the margin in its short form where there is one."""
        if rule is None:
            return
        if not is_full and rule["type"] == "percent" and self._half():
            risk[f"{name}_pct"] = rule["value"]
        else:
            risk[name] = rule

    def _stop(self) -> dict[str, Any]:
        kinds = ["percent", "price_percent", "fixed_points", "trailing_pct"]
        kinds += ["atr_multiple", "trailing_atr"] if self.volatilities else []
        kinds += ["structure"] * 2 if self.levels else []
        kind = self._one_of(kinds)
        rule: dict[str, Any] = {"type": kind}
        match kind:
            case "atr_multiple":
                rule |= {"value": self._factor(), **self._atr(), **self._buffer()}
            case "structure":
                rule |= self._levels() | self._buffer()
                if self._half():
                    rule["value"] = self._percent()
            case "trailing_atr":
                rule |= {"atr_multiplier": self._factor(), **self._atr(), **self._activation()}
            case "trailing_pct":
                rule |= {"trail_pct": self._percent(), **self._activation()}
            case "fixed_points":
                rule["value"] = self._points()
            case _:
                rule["value"] = self._percent()
        return rule

    def _target(self, stop: dict[str, Any] | None) -> dict[str, Any]:
        kinds = ["percent", "price_percent", "fixed_points"]
        kinds += ["rr_ratio"] * 2 if stop else []
        kinds += ["atr_multiple"] if self.volatilities else []
        kind = self._one_of(kinds)
        match kind:
            case "rr_ratio":
                return {"type": kind, "value": self._factor()}
            case "atr_multiple":
                return {"type": kind, "value": self._factor(), **self._atr()}
            case "fixed_points":
                return {"type": kind, "value": self._points()}
            case _:
                return {"type": kind, "value": self._percent()}

    def _moving(self, stop: dict[str, Any] | None) -> dict[str, Any]:
        """Return what moves the stop: a trailing one beside another, a break-even."""
        found: dict[str, Any] = {}
        is_trailed = stop is not None and stop["type"] in _TRAILING
        if not is_trailed and self._now_and_then():
            by_atr = self.volatilities and self._half()
            own = {"atr_multiplier": self._factor(), **self._atr()} if by_atr else {}
            found["trailing"] = (own or {"trail_pct": self._percent()}) | self._activation()
        if self._now_and_then():
            found["break_even"] = {"activation_pct": self._percent()}
            if self._half():
                found["break_even"]["offset_pct"] = self._one_of((0, 0.1, 0.5))
        return found

    def _ordered(self, *rules: dict[str, Any] | None) -> dict[str, str]:
        """Return how stop and target are ordered, now and then in words of their own."""
        names = ("sl_order_type", "tp_order_type")
        return {
            name: self._one_of(("Market", "Limit"))
            for name, rule in zip(names, rules, strict=True)
            if rule is not None and self._now_and_then()
        }

    def _sizing(self, stop: dict[str, Any] | None) -> dict[str, Any]:
        models = ["percent_equity", "fixed_usdt", "fixed_notional"] + ["risk_based"] * 2
        model = self._one_of(models if stop else models[:3])
        value = self._one_of((5, 50.0, 100) if model == "percent_equity" else (1, 2.5))
        found: dict[str, Any] = {"model": model, "value": self.variable(value)}
        if model.startswith("fixed"):
            found["value"] = self.variable(self._one_of((50, 400.0)))
        if model == "risk_based" and self._half():
            found["include_costs"] = self._one_of((True, False))
        if self._now_and_then():
            found["max_leverage"] = self._one_of((1, self.leverage))
        return found

    def _levels(self) -> dict[str, Any]:
        """Return the levels of the sides that are traded."""
        found = {}
        for side in _SIDES.get(self.mode, ("long_ref", "short_ref")):
            name, _, field = self._one_of(self.levels).text.partition(":")
            found[side], _, _ = reference(self.draw, name, field)
        return found

    def _atr(self) -> dict[str, Any]:
        return {"atr_feature_id": self._one_of(self.volatilities)}

    def _buffer(self) -> dict[str, Any]:
        return {"buffer_pct": self._one_of((0, 0.05, 1))} if self._now_and_then() else {}

    def _activation(self) -> dict[str, Any]:
        return {"activation_pct": self._one_of((0, 0.1, 1))} if self._half() else {}

    # --- entries and backtest ---------------------------------------------------------------

    def _entry(self) -> dict[str, Any]:
        kind = self._one_of(_ENTRIES)
        entry: dict[str, Any] = {"order_type": kind}
        if kind in {"LIMIT", "limit"}:
            entry["limit_offset_pct"] = self._one_of((0, 0.02, 0.3))
            entry["time_in_force"] = self._one_of(("GTC", "GTC", "IOC", "FOK", "PostOnly"))
        if kind == "STOP":
            entry["trigger_offset_pct"] = self._one_of((0, 0.02, 0.3))
        if kind != "MARKET":
            entry["expire_after_bars"] = self._one_of((0, 1, 2, 5))
            entry["on_resignal"] = self._one_of(("ignore", "replace"))
        return entry

    def _backtest(self) -> dict[str, Any]:
        maybe = {
            "equity": (1500, 20_000.0),
            "slippage_bps": (0, 4.0),
            "limit_fill": ("touch", "through"),
            "liq_formula": ("entry_value", "mark_value"),
            "funding": (True, False),
            "constraints": ("none", "instrument"),
            "impact": ({"model": "sqrt", "k": 1}, {"model": "linear", "k": 2, "cap_bps": 30}),
            "liquidity": ({"max_volume_fraction": 0.1},),
            "market_band": (0.05, 0.5),
            "max_position_equity_pct": (40, 90),
            "stop_equity_usdt": (5, 900),
            "continue_after_liquidation": (True, False),
        }
        return {
            name: self._one_of(values) for name, values in maybe.items() if self._now_and_then()
        }

    # --- numbers ----------------------------------------------------------------------------

    def _percent(self) -> Any:
        return self.variable(self._one_of(_PERCENTS))

    def _factor(self) -> Any:
        return self.variable(self._one_of((0.5, 1, 2.5)))

    def _points(self) -> Any:
        return self.variable(self._one_of((0.01, 5, 300.0)))

    def _one_of(self, values: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(values))

    def _half(self) -> bool:
        return bool(self.draw(st.booleans()))

    def _mostly(self) -> bool:
        return bool(self.draw(st.integers(0, 3)))

    def _now_and_then(self) -> bool:
        return not self.draw(st.integers(0, 3))
