"""`explain PLAY`: every rule, stop and number of a play, as sentences."""

from pathlib import Path

import pytest

from commandline import tradec

RICH = """\
version: "3.0.0"
name: rich
symbol: ETHUSDT
timeframes: {low_tf: 15m, med_tf: 1h, high_tf: 4h, exec: low_tf}
variables: {floor: 30, stop: 3.0}
account:
  starting_equity_usdt: 5000
  max_leverage: 2
  max_drawdown_pct: 40
  margin_mode: isolated_usdt
  min_trade_notional_usdt: 10
  slippage_bps: 2
  fee_model: {taker_bps: 5.5, maker_bps: 2}
features:
  ema_9: {indicator: ema, params: {length: 9}}
  ema_50_1h: {indicator: ema, params: {length: 50}, tf: med_tf}
  rsi_14: {indicator: rsi, params: {length: 14}}
  atr_14: {indicator: atr, params: {length: 14}}
actions:
  entry_long: WHEN
  exit_long: [[close, cross_below, ema_9]]
position_policy: {mode: long_only, exit_mode: first_hit}
entry: {order_type: LIMIT, limit_offset_pct: 0.1, expire_after_bars: 3}
risk_model:
  stop_loss: {type: percent, value: "${stop}"}
  take_profit: {type: rr_ratio, value: 2}
  sizing: {model: risk_based, value: 1}
  trailing: {atr_multiplier: 2, atr_feature_id: atr_14, activation_pct: 1}
  break_even: {activation_pct: 1, offset_pct: 0.1}
"""


def lines_of(when: str, section: str) -> list[str]:
    """Return a section of what is said of the play with that entry."""
    Path("rich.yml").write_text(RICH.replace("WHEN", when), encoding="utf-8")
    said = tradec("explain", "rich.yml", "--json")
    assert said.code == 0, said.out
    found = {one["title"]: one["lines"] for one in said.data["sections"]}
    return list(found[section])


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("ema_9 crosses above ema_50_1h", "ema_9 crosses above ema_50_1h"),
        ("close >= 4h.close[2]", "the close is at or above the 4h close (2 bars of 4h ago)"),
        ("rsi_14 < ${floor}", "rsi_14 is below 30 (variable floor)"),
        ("not rsi_14 between 20 and 40", "not (rsi_14 is between 20 and 40)"),
        ("holds(close > open, 5)", "the close is above the open at each of the last 5 bars of 15m"),
        (
            "occurred(rsi_14 > 9 or rsi_14 < 5, 4)",
            "(rsi_14 is above 9 or rsi_14 is below 5) at least once in the last 4 bars of 15m",
        ),
        (
            "count(close > open, 4) >= 3",
            "the close is above the open at 3 or more of the last 4 bars of 15m",
        ),
        (
            "volume > 9 and holds(rsi_14 < 55, 3)",
            "the volume is above 9 and (rsi_14 is below 55 at each of the last 3 bars of 15m)",
        ),
        ("changed(volume)", "the volume has changed"),
        ("abs(close - open) > 1", "(the size of (the close - the open)) is above 1"),
        ("close near ema_9 within 0.5%", "the close is within 0.5 % of ema_9"),
    ],
)
def test_a_condition_is_a_clause(when: str, words: str) -> None:
    assert lines_of(when, "Rules")[0] == f"Enter long when {words}."


def test_a_long_condition_gets_a_line_for_each_part() -> None:
    when = "close > ema_9 and close > ema_50_1h and rsi_14 < 70 and rsi_14 > rsi_14[3]"
    assert lines_of(when, "Rules")[:5] == [
        "Enter long when all of these hold:",
        "- the close is above ema_9",
        "- the close is above ema_50_1h",
        "- rsi_14 is below 70",
        "- rsi_14 is above rsi_14 (3 bars of 15m ago)",
    ]


def test_money_is_told_with_the_values_in_effect() -> None:
    assert "\n".join(lines_of("close > open", "Risk")) == (
        "Size: so that the stop loses 1 % of the equity.\n"
        "Leverage: 2.\n"
        "Stop: 3 % (variable stop) of the margin (1.5 % of the price) away from the "
        "entry price (market order).\n"
        "Target: 2 times the distance of the stop away from the entry price (market order).\n"
        "Trailing stop: 2 times atr_14 behind the best price, once that is 1 % ahead; "
        "it never steps back.\n"
        "Break-even: once the price is 1 % ahead, the stop goes 0.1 % beyond the entry price."
    )
    orders = lines_of("close > open", "Orders")
    assert "It enters by a limit order 0.1 % better than the close." in orders
    assert any("canceled after 3 bars of 15m" in line for line in orders)


def test_a_stop_limit_entry_is_told_with_both_prices() -> None:
    entry = "entry: {order_type: STOP_LIMIT, trigger_offset_pct: 0.2, limit_offset_pct: 0.1}"
    text = RICH.replace("WHEN", "close > open").replace(
        "entry: {order_type: LIMIT, limit_offset_pct: 0.1, expire_after_bars: 3}", entry
    )
    Path("rich.yml").write_text(text, encoding="utf-8")
    assert (
        "Once the price is 0.2 % beyond the close, it enters by a limit order at most 0.1 % "
        "worse than that."
    ) in tradec("explain", "rich.yml").out


def test_a_stop_by_structure_names_the_levels_of_the_sides_it_has() -> None:
    text = RICH.replace("WHEN", "rsi_14 < ${floor}").replace(
        'stop_loss: {type: percent, value: "${stop}"}',
        'stop_loss: {type: structure, value: "${stop}", buffer_pct: 0.2}',
    )
    swing = "structures: {exec: [{type: swing, key: swing, params: {left: 5, right: 5}}]}\n"
    Path("rich.yml").write_text(text.replace("actions:", f"{swing}actions:"), encoding="utf-8")
    assert (
        "Stop: at swing.low_level for a long plus 0.2 %; without a usable level "
        "3 % (variable stop) of the margin (1.5 % of the price) (market order)."
    ) in tradec("explain", "rich.yml").out


def test_an_example_is_told_whole() -> None:
    said = tradec("explain", "structure_trend")
    assert said.code == 0
    for words in (
        "It trades BTCUSDT on bars of 15m.",
        "ema_50: Exponential moving average on 15m, of the close with length 50.",
        "    - the close crosses above swing.high_level",
        "Close a long position when trend.direction is -1 or the close is below lowest_20 (1 bar",
        "223 closed bars of 15m before the first decision",
    ):
        assert words in said.out


def test_what_is_neither_a_code_nor_a_play_is_refused() -> None:
    assert "there is no code `E999`" in tradec("explain", "E999").err
    assert "there is no play `ema_crss`" in tradec("explain", "ema_crss").err


@pytest.mark.parametrize(
    ("play", "way"),
    [
        ("atr_trail", "A position ends by its stop alone."),
        ("donchian_breakout", "whatever comes first: an exit rule or its stop."),
        ("ema_cross", "whatever comes first: an exit rule, its stop or its target."),
    ],
)
def test_only_ways_out_that_there_are_are_told(play: str, way: str) -> None:
    assert way in tradec("explain", play).out
