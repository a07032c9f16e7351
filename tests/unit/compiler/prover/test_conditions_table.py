"""What is said about conditions, one line each: caught with its reason, or left alone."""

import pytest

from frontend import findings
from tradec.dsl.diagnostics import Diagnostic

SCENE = """
variables: {rsi_high: 120, rsi_low: 30, factor: 1.02}
features:
  ema_9: {indicator: ema, params: {length: 9}}
  ema_21: {indicator: ema, params: {length: 21}}
  sma_5: {indicator: sma, params: {length: 5}}
  sma_20: {indicator: sma, params: {length: 20}}
  sma_200: {indicator: sma, params: {length: 200}}
  ema_50_1h: {indicator: ema, params: {length: 50}, tf: 1h}
  volume_sma_20: {indicator: sma, params: {length: 20}, source: volume}
  hl2_sma_20: {indicator: sma, params: {length: 20}, source: hl2}
  rsi_14: {indicator: rsi, params: {length: 14}}
  rsi_sma_5: {indicator: sma, params: {length: 5}, source: rsi_14}
  macd_12_26_9: {indicator: macd, params: {fast: 12, slow: 26, signal: 9}}
  macd_roc_5: {indicator: roc, params: {length: 5}, source: macd_12_26_9}
  atr_14: {indicator: atr, params: {length: 14}}
  roc_5: {indicator: roc, params: {length: 5}}
  bb_20: {indicator: bbands, params: {length: 20, std: 2.0}}
  donchian_20: {indicator: donchian, params: {lower_length: 20, upper_length: 20}}
  donchian_10: {indicator: donchian, params: {lower_length: 10, upper_length: 10}}
structures:
  exec:
    - {type: swing, key: swing, params: {left: 5, right: 5}}
    - {type: trend, key: trend, uses: swing}
    - {type: derived_zone, key: dz, uses: swing, params: {levels: [0.5, 0.618], max_active: 3}}
    - {type: rolling_window, key: peak, params: {size: 30, source: high, mode: max}}
    - {type: rolling_window, key: floor, params: {size: 30, source: low, mode: min}}
"""
IGNORED = {"W102", "W103", "W106", "W109"}


def said(condition: str) -> list[Diagnostic]:
    sections = f"{SCENE}\nactions:\n  entry_long: '{condition}'\n"
    return [found for found in findings(sections) if found.code not in IGNORED]


CAUGHT = [
    # numbers outside of a range
    ("rsi_14 > 120", "W107", "never", "`rsi_14` is at most 100"),
    ("rsi_14 > 100", "W107", "never", "`rsi_14` is at most 100"),
    ("rsi_14 >= ${rsi_high}", "W107", "never", "`rsi_14` is at most 100"),
    ("rsi_14 < -5", "W107", "never", "`rsi_14` is at least 0"),
    ("rsi_14 < 120", "W107", "always", "`rsi_14` is at most 100"),
    ("rsi_14[3] > 120", "W107", "never", "`rsi_14[3]` is at most 100"),
    ("rsi_14 between 110 and 120", "W107", "never", "`rsi_14` is at most 100"),
    ("rsi_14 between 0 and 100", "W107", "always", "`rsi_14` is at most 100"),
    ("rsi_14 crosses above 100", "W107", "never", "`rsi_14` is at most 100"),
    ("rsi_14 crosses above 120", "W107", "never", "`rsi_14` is at most 100"),
    ("rsi_14 crosses below 0", "W107", "never", "`rsi_14` is at least 0"),
    ("rsi_14 near 120 within 5", "W101", "never", "`rsi_14` is at most 100"),
    ("rsi_sma_5 > 101", "W107", "never", "`rsi_sma_5` is at most 100"),
    ("atr_14 < 0", "W107", "never", "`atr_14` is at least 0"),
    ("roc_5 < -100", "W107", "never", "`roc_5` is at least -100"),
    ("bb_20.percent_b > 1.7", "W107", "never", "`bb_20.percent_b` is at most"),
    ("close < 0", "W107", "never", "`close` is above 0"),
    ("volume >= 0", "W107", "always", "`volume` is at least 0"),
    ("volume_sma_20 < 0", "W107", "never", "`volume_sma_20` is at least 0"),
    ("trend.strength > 2", "W107", "never", "`trend.strength` is at most 2"),
    ("trend.direction == 2", "W107", "never", "`trend.direction` is at most 1"),
    ("trend.direction != 2", "W107", "always", "`trend.direction` is at most 1"),
    ("swing.high_idx < 0", "W107", "never", "`swing.high_idx` is at least 0"),
    # through arithmetic
    ("rsi_14 - 50 > 60", "W107", "never", "`rsi_14` is at most 100"),
    ("100 - rsi_14 < 0", "W107", "never", "`rsi_14` is at most 100"),
    ("-rsi_14 > 1", "W107", "never", "`rsi_14` is at least 0"),
    ("rsi_14 * 2 > 250", "W107", "never", "`rsi_14` is at most 100"),
    ("rsi_14 / 50 > 3", "W107", "never", "`rsi_14` is at most 100"),
    ("rsi_14 % 10 > 10", "W107", "never", "`rsi_14 % 10` is at most"),
    ("close / 0 > 1", "W107", "never", "`close / 0` has no value"),
    ("close * 1.01 < close", "W101", "never", "`close` is at most `close * 1.01`"),
    ("close * ${factor} < close", "W101", "never", "`close` is at most `close * ${factor}`"),
    ("close - open > high - low", "W101", "never", "`close` is at most `high`"),
    (
        "(close - low) / (high - low) > 1",
        "W101",
        "never",
        "`close - low` is at most `high - low`",
    ),
    # the prices of a bar, and windows of bars
    ("close > high", "W101", "never", "`close` is at most `high`"),
    ("low[2] > open[2]", "W101", "never", "`low[2]` is at most `open[2]`"),
    ("close >= low", "W120", "always", "`low` is at most `close`"),
    ("1h.close > 1h.high", "W101", "never", "`1h.close` is at most `1h.high`"),
    ("close > donchian_20.upper", "W101", "never", "the highest `high` of the last 20 bars"),
    (
        "close crosses above donchian_20.upper",
        "W101",
        "never",
        "`donchian_20.upper` is the highest",
    ),
    ("high[19] > donchian_20.upper", "W101", "never", "the highest `high` of the last 20 bars"),
    ("close[1] < donchian_20.lower[1]", "W101", "never", "the lowest `low` of 20 bars"),
    ("donchian_10.upper > donchian_20.upper", "W101", "never", "of the last 10 bars"),
    ("donchian_20.lower > donchian_10.upper", "W101", "never", "of the last 10 bars"),
    ("donchian_20.upper > peak", "W101", "never", "the highest `high` of the last 30 bars"),
    ("close < floor", "W101", "never", "the lowest `low` of the last 30 bars"),
    ("sma_20 > donchian_20.upper", "W101", "never", "but for the rounding"),
    ("sma_5 > donchian_20.upper", "W101", "never", "`sma_5` is at most the highest `close`"),
    ("hl2_sma_20 < donchian_20.lower", "W101", "never", "the lowest `hl2` of the last 20 bars"),
    # relations of outputs
    ("bb_20.lower > bb_20.upper", "W101", "never", "`bb_20.lower` is at most `bb_20.upper`"),
    ("bb_20.middle > bb_20.upper", "W101", "never", "`bb_20.middle` is at most `bb_20.upper`"),
    ("bb_20.lower[1] > bb_20.middle[1]", "W101", "never", "`bb_20.lower[1]` is at most"),
    ("swing.pair_low_level > swing.pair_high_level", "W101", "never", "is below"),
    ("trend.last_hh and trend.last_lh", "W101", "never", "not (last_hh and last_lh)"),
    ("macd_12_26_9.histogram > 0 and macd_12_26_9.macd < macd_12_26_9.signal", "W101", "never", ""),
    ("swing.version < swing.high_version", "W101", "never", ""),
    # relations within one member of a family of outputs
    (
        "dz.zone[0].lower > dz.zone[0].upper",
        "W101",
        "never",
        "`dz.zone[0].lower` is at most `dz.zone[0].upper`",
    ),
    ("dz.zone[2].entry_count > dz.zone[2].touch_count", "W101", "never", "is at most"),
    ("dz.zone[1].inside and not dz.zone[1].touched_this_bar", "W101", "never", "zone[1].inside"),
    ("close > close", "W101", "never", "both sides are the same"),
    # conditions beside each other
    ("close > sma_200 and close < sma_200", "W101", "never", "above sma_200 and below sma_200"),
    ("rsi_14 > 60 and rsi_14 < 50", "W101", "never", "above 60 and below 50"),
    ("rsi_14 > 60 and close > open and rsi_14 < 50", "W101", "never", "above 60 and below 50"),
    ("close > ema_9 and ema_9 > ema_21 and ema_21 > close", "W101", "never", "exclude the third"),
    (
        "trend.direction == 1 and trend.direction == -1",
        "W101",
        "never",
        "equal to 1 and equal to -1",
    ),
    ("close > ema_21 * 1.02 and close < ema_21", "W101", "never", ""),
    ("close / ema_21 > 1.02 and close < ema_21", "W101", "never", ""),
    ("close / ema_21 > 1.02 and close < ema_21 * 1.01", "W101", "never", ""),
    ("(close - ema_21) / ema_21 * 100 > 2 and close < ema_21", "W101", "never", ""),
    ("ema_9 - ema_21 > 5 and ema_9 < ema_21", "W101", "never", ""),
    ("ema_9 > ema_21 + 5 and ema_9 < ema_21 + 3", "W101", "never", ""),
    ("close near ema_21 within 1% and close > ema_21 * 1.02", "W101", "never", ""),
    ("close near ema_21 within 5 and close > ema_21 + 10", "W101", "never", "but for the rounding"),
    ("ema_9 crosses above ema_21 and ema_9 < ema_21", "W101", "never", ""),
    ("ema_9 crosses above ema_21 and ema_9[1] > ema_21[1]", "W101", "never", ""),
    ("close crosses above sma_20 and close crosses below sma_20", "W101", "never", ""),
    ("(rsi_14 > 60 or close > open) and rsi_14 < 50", "W101", "beside", "above 60 and below 50"),
    ("not (rsi_14 <= 70) and rsi_14 < 60", "W101", "never", ""),
    ("rsi_14 > 60 and rsi_14 > 50", "W121", "adds nothing", "whatever is above 60 is above 50"),
    ("rsi_14 > 60 and rsi_14 > 60", "W121", "said twice", ""),
    ("rsi_14 > 60 and 60 < rsi_14", "W121", "said twice", ""),
    ("rsi_14 > 60 and rsi_14 != 0 - 5 + 5 and rsi_14 > 5", "E501", "", ""),
    ("rsi_14 between 40 and 60 and rsi_14 > 30", "W121", "follows", ""),
    ("ema_9 crosses above ema_21 and ema_9 > ema_21", "W121", "follows", ""),
    ("close > bb_20.upper and close > bb_20.middle", "W121", "follows", "`bb_20.middle`"),
    ("close > ema_9 and ema_9 > ema_21 and close > ema_21", "W121", "follows", ""),
    ("close > ema_21 * 1.02 and close > ema_21 * 1.01", "W121", "follows", ""),
    ("rsi_14 > 60 or rsi_14 > 50", "W121", "as well then", "whatever is above 60 is above 50"),
    ("rsi_14 > 30 or rsi_14 < 50", "W120", "always", "whatever is not above 30 is below 50"),
    ("not (rsi_14 > 30 and rsi_14 > 20)", "W121", "follows", "whatever is above 30 is above 20"),
]


@pytest.mark.parametrize(("condition", "code", "words", "note"), CAUGHT)
def test_caught(condition: str, code: str, words: str, note: str) -> None:
    found = said(condition)
    assert [one.code for one in found] == [code]
    assert words in found[0].message
    assert note in "; ".join(found[0].notes)


LEFT_ALONE = [
    "dz.zone[0].lower > dz.zone[1].upper",
    "dz.zone[0].inside and not dz.zone[1].touched_this_bar",
    "rsi_14 >= 100",
    "rsi_14 <= 0",
    "rsi_14 > 70",
    "rsi_14 < ${rsi_low}",
    "rsi_14 between 30 and 200",
    "rsi_14 crosses above 0",
    "rsi_14 crosses below 100",
    "rsi_14 near 100 within 5",
    "macd_roc_5 < -100",
    "macd_12_26_9.macd < 0",
    "bb_20.percent_b > 1",
    "bb_20.bandwidth < 1",
    "rsi_14 - 50 > 40",
    "rsi_14 + 1 > 100",
    "close * 1.01 > high",
    "close - open > atr_14",
    "close - open >= high - low",
    "(close - low) / (high - low) > 0.9",
    "close >= high",
    "close > high[1]",
    "close > 1h.high",
    "close >= donchian_20.upper",
    "high >= donchian_20.upper",
    "close > donchian_20.upper[1]",
    "close crosses above donchian_20.upper[1]",
    "high[20] > donchian_20.upper",
    "donchian_20.upper > donchian_10.upper",
    "donchian_20.upper[15] > peak",
    "sma_20 > donchian_10.upper",
    "ema_9 > donchian_20.upper",
    "ema_9 > high",
    "close > sma_200 and close[1] < sma_200[1]",
    "close > sma_200 and ema_50_1h > sma_200",
    "rsi_14 > 50 and rsi_14 < 60",
    "rsi_14 > 50 and rsi_14 <= 50.00000001",
    "rsi_14 > 60 and rsi_14[1] < 50",
    "rsi_14 crosses above 30 and rsi_14 < 35",
    "ema_9 crosses above ema_21 and close > ema_21",
    "ema_9 crosses above ema_21 or ema_9 crosses below ema_21",
    "trend.last_hh and trend.last_hl",
    "trend.direction == 1 or trend.direction == -1",
    "trend.direction != 1 and trend.direction != -1",
    "close > bb_20.middle and close < bb_20.upper",
    "close near ema_21 within 1% and close > ema_21",
    "close near ema_21 within 1% and close > ema_21 * 1.005",
    "(rsi_14 > 60 or close > open) and rsi_14 < 70",
    "not (rsi_14 > 70) and rsi_14 > 30",
    "not (rsi_14 > 70 or rsi_14 < 30)",
    "close > ema_9 and ema_9 > ema_21 and ema_21 > sma_200",
    "(close - ema_21) / ema_21 * 100 > 2 and close > ema_9",
    "ema_9 - ema_21 > 5 and ema_9 < ema_21 + 10",
    "swing.version > swing.high_version",
    "swing.high_level > swing.low_level",
    "volume > volume_sma_20 * 1.5 and volume > volume[1]",
]


@pytest.mark.parametrize("condition", LEFT_ALONE)
def test_left_alone(condition: str) -> None:
    assert [(one.code, one.message) for one in said(condition)] == []
