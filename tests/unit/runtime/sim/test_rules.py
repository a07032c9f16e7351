"""Rules and instruments: the grid as whole numbers, the built-in instrument, bad figures."""

from decimal import Decimal

import pytest

from tradec.runtime.sim.rules import Instrument, Rules, grid_of


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
        {"leverage": 0.0},
        {"slippage_rate": 1.0},
        {"taker_rate": -0.1},
        {"max_drawdown_pct": 0.0},
        {"stop": ("atr", 1.0)},
        {"target": ("percent", 0.0)},
    ],
)
def test_rules_refuse(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"is above 0|is at least 0|is one of"):
        Rules(symbol="TEST", **bad)  # type: ignore[arg-type]


def test_the_larger_minimum_counts() -> None:
    instrument = Instrument.built_in(100.0)
    assert Rules(symbol="T", min_trade_notional_usdt=1.0).terms(instrument)["min_notional"] == 5.0
    assert Rules(symbol="T", min_trade_notional_usdt=9.0).terms(instrument)["min_notional"] == 9.0
