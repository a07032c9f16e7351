"""Rules and instruments: the grid as whole numbers, the built-in instrument, bad figures."""

from decimal import Decimal
from math import inf
from typing import Any

import pytest

from generators.money import rules
from tradec.runtime.sim.instrument import Instrument, Tier, grid_of
from tradec.runtime.sim.terms import terms_of, tiers_of


@pytest.mark.parametrize(
    ("unit", "mantissa", "scale"),
    [("0.1", 1, 10), ("0.05", 5, 100), ("0.0025", 25, 10_000), ("10", 10, 1), ("1E-13", 1, 1e13)],
)
def test_grid_is_two_whole_numbers(unit: str, mantissa: float, scale: float) -> None:
    assert grid_of(Decimal(unit)) == {"mantissa": mantissa, "scale": scale}


@pytest.mark.parametrize("unit", ["0", "-1", "NaN", "1E-23"])
def test_grid_refuses(unit: str) -> None:
    with pytest.raises(ValueError, match="tick or a step"):
        grid_of(Decimal(unit))


@pytest.mark.parametrize(
    ("price", "tick"),
    [(100.0, "0.001"), (99.9, "0.0001"), (1e5, "1"), (1e-8, "1E-13"), (0.5, "0.000001")],
)
def test_built_in_tick(price: float, tick: str) -> None:
    assert Instrument.built_in(price).tick == Decimal(tick)


@pytest.mark.parametrize("price", [0.0, -1.0, float("inf"), float("nan")])
def test_built_in_needs_a_price(price: float) -> None:
    with pytest.raises(ValueError, match="first price"):
        Instrument.built_in(price)


@pytest.mark.parametrize(
    "bad",
    [
        {"starting_equity_usdt": 0.0},
        {"starting_equity_usdt": 1e15, "leverage": 2.0},
        {"leverage": 0.0},
        {"slippage_rate": 1.0},
        {"taker_rate": -0.1},
        {"maker_rate": 1.0},
        {"max_drawdown_pct": 0.0},
        {"maintenance_margin_rate": 1.0},
        {"mm_deduction": -1.0},
        {"stop": ("atr", 1.0)},
        {"stop": ("percent", None)},
        {"stop": ("percent", 1.0, -1.0)},
        {"target": ("percent", 0.0)},
        {"target": ("rr_ratio", 2.0)},
        {"trailing": ("percent", 0.0)},
        {"trailing": ("points", 1.0)},
        {"break_even": (0.0,)},
        {"break_even": (1.0, -1.0)},
        {"sizing": ("kelly", 1.0)},
        {"sizing": ("risk_based", 1.0)},
        {"sizing": ("fixed_usdt", 1.0, True)},
        {"sizing": ("fixed_usdt", 2e15)},
        {"order_type": "iceberg"},
        {"time_in_force": "GTD"},
        {"limit_offset_pct": 100.0},
        {"trigger_offset_pct": -1.0},
        {"expire_after_bars": -1},
        {"on_resignal": "stack"},
        {"on_opposite": "flip"},
        {"on_sl_beyond_liq": "ignore"},
        {"sl_order_type": "Market"},
        {"mark_source": "index"},
        {"limit_fill": "near"},
        {"liq_formula": "cross"},
        {"constraints": "some"},
        {"impact": ("cubic", 1.0)},
        {"impact": ("sqrt", -1.0)},
        {"max_volume_fraction": 0.0},
        {"market_band": 0.0},
        {"max_position_equity_pct": 101.0},
        {"stop_equity_usdt": -1.0},
        {"stop_equity_usdt": 10_000.0},
    ],
)
def test_rules_refuse(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r" is | are |needs|can include"):
        rules(**bad)


def test_the_larger_minimum_counts() -> None:
    instrument = Instrument.built_in(100.0)
    assert terms_of(rules(min_trade_notional_usdt=1.0), instrument)["min_notional"] == 5.0
    assert terms_of(rules(min_trade_notional_usdt=9.0), instrument)["min_notional"] == 9.0


def test_the_account_overrides_the_tiers() -> None:
    instrument = Instrument.built_in(100.0)
    assert [tier["mmr"] for tier in tiers_of(rules(), instrument)] == [0.005]
    (tier,) = tiers_of(rules(maintenance_margin_rate=0.02, mm_deduction=7.0), instrument)
    assert (tier["mmr"], tier["deduction"], tier["max_leverage"]) == (0.02, 7.0, inf)


@pytest.mark.parametrize("limits", [(), (2.0, 1.0), (1.0, 1.0), (None, 1.0)])
def test_tiers_rise(limits: tuple[float | None, ...]) -> None:
    tiers = tuple(Tier(limit_usdt=limit, maintenance_margin_rate=0.01) for limit in limits)
    with pytest.raises(ValueError, match="rising limits"):
        Instrument(tick=None, step=None, source="test", tiers=tiers)


@pytest.mark.parametrize("bad", [{"maintenance_margin_rate": 1.0}, {"limit_usdt": 0.0}])
def test_tiers_refuse(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"is at least 0|are above 0"):
        Tier(**({"limit_usdt": 1.0, "maintenance_margin_rate": 0.01} | bad))
