"""The sections about runs as written, and what they were called before."""

from typing import Any

import pytest

from complete import complete
from reading import read, read_clean
from tradec.dsl import nodes, written
from tradec.dsl.sections_runs import SHAPE

DAY = 86_400_000
NEW_YEAR = 1_735_689_600_000
"""2025-01-01T00:00Z in ms."""


def literal(value: float | str) -> nodes.Literal:
    return nodes.Literal(value=value)


def codes(text: str) -> list[str]:
    return [one.code for one in read(complete(text))[1]]


def test_every_key_of_the_backtest() -> None:
    text = """
backtest:
  equity: 500
  slippage_bps: 0
  window: {start: 2025-01-01, end: "2025-01-02 00:00:00+00:00"}
  mark_source: last_close
  limit_fill: touch
  liq_formula: entry_value
  funding: off
  constraints: none
  allow_gaps: true
  impact: {model: sqrt, k: 0.1, cap_bps: 30}
  liquidity: {max_volume_fraction: 0.05}
  market_band: 0.05
  max_position_equity_pct: 50
  stop_equity_usdt: 100
  continue_after_liquidation: true
"""
    assert read_clean(complete(text)).backtest == written.Backtest(
        equity=literal(500.0),
        slippage_bps=literal(0.0),
        window=written.Window(start=literal(NEW_YEAR), end=literal(NEW_YEAR + DAY)),
        mark_source=literal("last_close"),
        limit_fill=literal("touch"),
        liq_formula=literal("entry_value"),
        funding=nodes.Literal(value=False),
        constraints=literal("none"),
        allow_gaps=nodes.Literal(value=True),
        impact=written.Impact(model=literal("sqrt"), k=literal(0.1), cap_bps=literal(30.0)),
        max_volume_fraction=literal(0.05),
        market_band=literal(0.05),
        max_position_equity_pct=literal(50.0),
        stop_equity_usdt=literal(100.0),
        continue_after_liquidation=nodes.Literal(value=True),
    )


def test_models_that_are_off_are_absent() -> None:
    text = "backtest: {impact: off, liquidity: off, market_band: off}"
    assert read_clean(complete(text)).backtest == written.Backtest()


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-01-01", NEW_YEAR),
        ("2025-01-01T00:00Z", NEW_YEAR),
        ("2025-01-01 02:30:30", NEW_YEAR + 9_030_000),
        ("2025-01-01T02:00+02:00", NEW_YEAR),
        ("1735689600000", NEW_YEAR),
        ("2000-02-29", 951_782_400_000),
    ],
)
def test_instants(text: str, instant: int) -> None:
    window = read_clean(complete(f"backtest: {{window: {{start: '{text}'}}}}")).backtest.window
    assert window is not None
    assert window.start == literal(instant)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2025-02-30", "E104"),
        ("2025-13-01", "E104"),
        ("2025-01-01 25:00", "E104"),
        ("01.02.2025", "E103"),
        ("2025", "E103"),
        ("yesterday", "E103"),
    ],
)
def test_no_instants(text: str, code: str) -> None:
    assert codes(f"backtest: {{window: {{end: {text}}}}}") == [code]


def test_deploy() -> None:
    text = "deploy: {capital: 250, settle_coin: USDT, dcp_window: 40}"
    assert read_clean(complete(text)).deploy == written.Deploy(
        capital=literal(250.0), settle_coin=literal("USDT"), dcp_window=literal(40)
    )


def test_validation() -> None:
    text = """
validation:
  pattern: trending
  params: {trend_magnitude: 0.3, stairs_steps: 5}
  expect: {min_trades: 3, direction: long, min_win_rate: 40, max_drawdown_pct: 20}
"""
    assert read_clean(complete(text)).validation == written.Validation(
        pattern=literal("trending"),
        params=(("trend_magnitude", literal(0.3)), ("stairs_steps", literal(5))),
        expect=written.Expect(
            min_trades=literal(3),
            direction=literal("long"),
            min_win_rate=literal(40.0),
            max_drawdown_pct=literal(20.0),
        ),
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "synthetic: {pattern: trending, bars: 50, seed: 1}",
            "validation: {pattern: trending, bars: 50, seed: 1}",
        ),
        ("expected: {min_trades: 4}", "validation: {expect: {min_trades: 4}}"),
        (
            "date_range: {start: 2025-01-01, end: 2025-02-01}",
            "backtest: {window: {start: 2025-01-01, end: 2025-02-01}}",
        ),
        ("validation: {expect_entries: 4}", "validation: {expect: {min_trades: 4}}"),
        ("validation: {expect_entries: true}", "validation: {expect: {min_trades: 1}}"),
        ("validation: {expect_entries: false}", "validation: {expect: {min_trades: 0}}"),
        ("validation: {expect_direction: both}", "validation: {expect: {direction: both}}"),
        ("validation: {min_win_rate: 5}", "validation: {expect: {min_win_rate: 5}}"),
        ("validation: {max_drawdown_pct: 5}", "validation: {expect: {max_drawdown_pct: 5}}"),
    ],
)
def test_old_names_mean_the_same_and_warn(old: str, new: str) -> None:
    play, found = read(complete(old))
    assert play == read_clean(complete(new))
    assert [one.code for one in found] == ["W105"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("synthetic: {pattern: ranging}", "validation: {pattern: trending}"),
        ("date_range: {start: 2025-01-01}", "backtest: {window: {start: 2026-01-01}}"),
    ],
)
def test_new_names_win_over_old_ones(old: str, new: str) -> None:
    play, found = read(complete(f"{old}\n{new}"))
    assert play == read_clean(complete(new))
    assert sorted(one.code for one in found) == ["W105", "W110"]


def test_new_keys_win_over_old_ones() -> None:
    text = "validation: {expect_entries: 4, expect: {min_trades: 2}}\nexpected: {min_trades: 9}"
    play, _ = read(complete(text))
    assert play is not None
    assert play.validation.expect.min_trades == literal(2)


@pytest.mark.parametrize(
    ("sections", "code", "part"),
    [
        ("backtest: {mark_source: index}", "E104", "index"),
        ("backtest: {funding: maybe}", "E103", "maybe"),
        ("backtest: {equity: 0}", "E104", "0"),
        ("backtest: {slippage_bps: -1}", "E104", "-1"),
        ("backtest: {impact: on}", "E103", "on"),
        ("backtest: {impact: {k: 1}}", "E102", "impact"),
        ("backtest: {impact: {model: cubic, k: 1}}", "E104", "cubic"),
        ("backtest: {liquidity: {max_volume_fraction: 1.5}}", "E104", "1.5"),
        ("backtest: {market_band: 1}", "E104", "1"),
        ("backtest: {market_band: on}", "E103", "on"),
        ("backtest: {max_position_equity_pct: 101}", "E104", "101"),
        ("backtest: {intrabar: 1m}", "E106", "intrabar"),
        ("backtest: {window: {from: 2025-01-01}}", "E101", "from"),
        ("deploy: {capital: 0}", "E104", "0"),
        ("deploy: {settle_coin: BTC}", "E104", "BTC"),
        ("deploy: {dcp_window: 2}", "E104", "2"),
        ("deploy: {dcp_window: 301}", "E104", "301"),
        ("validation: {params: {slope: 1}}", "E101", "slope"),
        ("validation: {params: {range_width: 0}}", "E104", "0"),
        ("validation: {expect: {direction: up}}", "E104", "up"),
        ("validation: {expect: {min_win_rate: 101}}", "E104", "101"),
        ("validation: {expect_entries: many}", "E103", "many"),
        ("synthetic: {volatility: 1}", "E101", "volatility"),
    ],
)
def test_mistakes(sections: str, code: str, part: str) -> None:
    text = complete(sections)
    play, found = read(text)
    assert play is None
    one = next(one for one in found if one.code == code)
    assert text[one.span.start.offset : one.span.end.offset] == part


def test_shapes_have_their_defaults() -> None:
    defaults: dict[str, Any] = {key.name: float(key.default) for key in SHAPE.keys}
    text = ", ".join(f"{name}: {key.default}" for name, key in SHAPE.by_name.items())
    params = read_clean(complete(f"validation: {{params: {{{text}}}}}")).validation.params
    assert {name: value.value for name, value in params} == defaults


@pytest.mark.parametrize(
    ("sections", "symbol"),
    [
        ("symbol: ethusdt", "ETHUSDT"),
        ("symbol_universe: [solusdt]\nsymbol: null", None),
        ("symbol: 1000PEPEUSDT", "1000PEPEUSDT"),
        ("symbol: BTCPERP\ndeploy: {settle_coin: USDC}", "BTCPERP"),
        ("symbol: BTCPERP", None),
        ("symbol: BTCUSDT\ndeploy: {settle_coin: USDC}", None),
        ("symbol: BTC", None),
        ("symbol: BTC-USDT", None),
    ],
)
def test_symbols(sections: str, symbol: str | None) -> None:
    play, _ = read(complete(sections))
    assert (play and play.symbol.value) == symbol


@pytest.mark.parametrize(
    ("universe", "code"),
    [("[SOLUSDT]", ""), ("[]", "E104"), ("[A1USDT, B1USDT]", "E104"), ("SOLUSDT", "E103")],
)
def test_a_universe_is_one_symbol(universe: str, code: str) -> None:
    text = complete("").replace("symbol: BTCUSDT", f"symbol_universe: {universe}")
    play, found = read(text)
    assert [one.code for one in found] == [code] * bool(code)
    assert code or (play and play.symbol.value == "SOLUSDT")


def test_both_kinds_of_symbol() -> None:
    assert codes("symbol_universe: [SOLUSDT]") == ["E105"]
