"""The money rules of a run: what the account may do, and what the instrument admits."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import inf, isfinite
from typing import Any, Final

MEASURES: Final = {"percent": 1, "price_percent": 2}
"""Codes of `terms.Measure`; 0 means that there is no such level."""

MAX_EXPONENT: Final = 22
"""10 ** 22 is the largest power of ten that is a double."""


def grid_of(unit: Decimal | None) -> dict[str, float]:
    """Return a unit as the C grid of two whole numbers, unit = mantissa / scale; None: no grid."""
    if unit is None:
        return {"mantissa": 0.0, "scale": 1.0}
    if not unit.is_finite() or unit <= 0:
        raise ValueError(f"a tick or a step is above 0, received {unit}")
    numerator, denominator = unit.as_integer_ratio()
    exponent = 0
    while 10**exponent % denominator:
        exponent += 1
    if exponent > MAX_EXPONENT:
        raise ValueError(f"a tick or a step has at most {MAX_EXPONENT} decimals, received {unit}")
    scale = 10**exponent
    return {"mantissa": float(numerator * scale // denominator), "scale": float(scale)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What the exchange admits; None where it sets no grid or no limit.

    `source` says where the figures come from and goes into the manifest.
    """

    tick: Decimal | None
    step: Decimal | None
    min_qty: float = 0.0
    max_qty: float | None = None
    min_notional_usdt: float = 0.0
    maintenance_margin_rate: float = 0.0
    source: str

    @staticmethod
    def built_in(first_price: float) -> "Instrument":
        """Return the stand-in for a market without a snapshot (rulings B2).

        The tick is 10 ** (floor(log10 first_price) - 5), read off the decimal digits.
        """
        if not (isfinite(first_price) and first_price > 0):
            raise ValueError(f"a first price is above 0, received {first_price}")
        exponent = Decimal(first_price).adjusted() - 5
        return Instrument(
            tick=Decimal(1).scaleb(max(exponent, -MAX_EXPONENT)),
            step=Decimal("0.001"),
            min_qty=0.001,
            min_notional_usdt=5.0,
            maintenance_margin_rate=0.005,
            source="built-in",
        )

    @staticmethod
    def unconstrained() -> "Instrument":
        """Return an instrument without grid or limits: every price and quantity as computed."""
        return Instrument(tick=None, step=None, source="none")

    def as_dict(self) -> dict[str, Any]:
        """Return the figures for the manifest, tick and step as decimal strings."""
        return {
            "tick": None if self.tick is None else format(self.tick, "f"),
            "step": None if self.step is None else format(self.step, "f"),
            "min_qty": self.min_qty,
            "max_qty": self.max_qty,
            "min_notional_usdt": self.min_notional_usdt,
            "maintenance_margin_rate": self.maintenance_margin_rate,
            "source": self.source,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The account of one run. Rates are ratios, `_pct` is 0 to 100, None where a cap is absent.

    `stop` and `target` are (rule, value): `percent` of the margin (ROI), `price_percent` of the
    entry price. `max_drawdown_pct` 100 means no drawdown stop.
    """

    symbol: str
    starting_equity_usdt: float = 10_000.0
    leverage: float = 1.0
    taker_rate: float = 0.00055
    slippage_rate: float = 0.0002
    position_pct: float = 10.0
    min_trade_notional_usdt: float = 10.0
    max_position_equity_pct: float = 95.0
    max_margin_usdt: float | None = None
    max_notional_usdt: float | None = None
    max_drawdown_pct: float = 100.0
    stop: tuple[str, float] | None = None
    target: tuple[str, float] | None = None

    @staticmethod
    def of(facts: Mapping[str, Any]) -> "Rules":
        """Return the rules that a play's manifest holds (`compiler.rules_of.rules_of`).

        Raises NotExecutedError where the play asks for what no run executes yet.
        """
        _refuse_what_is_not_executed(facts)
        plain = {
            name: facts[name]
            for name in (
                "symbol",
                "starting_equity_usdt",
                "leverage",
                "taker_rate",
                "slippage_rate",
                "min_trade_notional_usdt",
                "max_margin_usdt",
                "max_notional_usdt",
                "max_drawdown_pct",
            )
        }
        stop, target = facts["stop"], facts["target"]
        return Rules(
            **plain,
            position_pct=facts["sizing"]["value"],
            max_position_equity_pct=facts["backtest"]["max_position_equity_pct"],
            stop=stop and (stop["rule"], stop["value"]),
            target=target and (target["rule"], target["value"]),
        )

    def __post_init__(self) -> None:
        """Refuse figures that no account can have."""
        _need(self.starting_equity_usdt > 0, "starting_equity_usdt is above 0")
        _need(self.leverage > 0, "leverage is above 0")
        _need(0 <= self.slippage_rate < 1, "slippage_rate is at least 0 and below 1")
        _need(0 <= self.taker_rate < 1, "taker_rate is at least 0 and below 1")
        _need(0 < self.max_drawdown_pct <= 100, "max_drawdown_pct is above 0 and at most 100")
        for level in (self.stop, self.target):
            _need(level is None or level[0] in MEASURES, f"a level is one of {', '.join(MEASURES)}")
            _need(level is None or level[1] > 0, "the value of a level is above 0")

    def terms(self, instrument: Instrument) -> dict[str, Any]:
        """Return the C struct `terms.Terms` of these rules on that instrument."""
        return {
            "tick": grid_of(instrument.tick),
            "step": grid_of(instrument.step),
            "min_qty": instrument.min_qty,
            "max_qty": _cap(instrument.max_qty),
            "min_notional": max(instrument.min_notional_usdt, self.min_trade_notional_usdt),
            "mmr": instrument.maintenance_margin_rate,
            "leverage": self.leverage,
            "taker": self.taker_rate,
            "slippage": self.slippage_rate,
            "position_pct": self.position_pct,
            "share_pct": self.max_position_equity_pct,
            "max_margin": _cap(self.max_margin_usdt),
            "max_notional": _cap(self.max_notional_usdt),
            "max_drawdown_pct": self.max_drawdown_pct,
            "stop": _distance(self.stop),
            "target": _distance(self.target),
        }


class NotExecutedError(ValueError):
    """A rule of a play that the simulated exchange does not execute yet."""


def _refuse_what_is_not_executed(facts: Mapping[str, Any]) -> None:
    """Raise NotExecutedError with everything of a play's rules that would not take effect."""
    entry, backtest = facts["entry"], facts["backtest"]
    absent = {
        "stops by volatility, structure or points": _rule(facts["stop"], MEASURES),
        "targets by volatility, points or ratio": _rule(facts["target"], MEASURES),
        "trailing stops": facts["trailing"] is not None,
        "break-even stops": facts["break_even"] is not None,
        "limit orders of stops": facts["sl_order_type"] != "market",
        "limit orders of targets": facts["tp_order_type"] != "market",
        "limit and stop entries": entry["order_type"] != "market",
        "sizing other than percent_equity": facts["sizing"]["model"] != "percent_equity",
        "`on_opposite`": facts["on_opposite"] != "ignore",
        "partial exits": facts["partial_exits"],
        "impact of orders": backtest["impact"] is not None,
        "limits of liquidity": backtest["max_volume_fraction"] is not None,
        "`market_band`": backtest["market_band"] is not None,
        "`stop_equity_usdt`": backtest["stop_equity_usdt"] != 0,
        "`constraints: none`": backtest["constraints"] != "instrument",
    }
    refused = [what for what, is_asked in absent.items() if is_asked]
    if refused:
        raise NotExecutedError(f"not executed yet: {', '.join(refused)}")


def _rule(level: Mapping[str, Any] | None, known: Mapping[str, int]) -> bool:
    return level is not None and level["rule"] not in known


def _need(holds: bool, claim: str) -> None:  # noqa: FBT001 - a claim and whether it holds
    if not holds:
        raise ValueError(claim)


def _cap(value: float | None) -> float:
    return inf if value is None else value


def _distance(level: tuple[str, float] | None) -> dict[str, float]:
    if level is None:
        return {"measure": 0, "value": 0.0}
    return {"measure": MEASURES[level[0]], "value": level[1]}
