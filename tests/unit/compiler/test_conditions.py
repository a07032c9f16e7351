import pytest

from frontend import codes, condition, one, placed, typed
from tradec.compiler import ir
from tradec.compiler.types import Constant, FadingMemory, FiniteMemory, Kind

UNITS = """
variables: {low: 30, ratio: 0.5, yes: true, word: bullish}
features:
  ema_9: {indicator: ema, params: {length: 9}}
  rsi_14: {indicator: rsi, params: {length: 14}}
  atr_14: {indicator: atr, params: {length: 14}}
  macd_12: {indicator: macd}
  roc_10: {indicator: roc, params: {length: 10}}
  sma_20_v: {indicator: sma, params: {length: 20}, source: volume}
  ema_50_1h: {indicator: ema, params: {length: 50}, tf: 1h}
structures:
  exec:
    - {type: swing, key: s, params: {left: 5, right: 5}}
    - {type: trend, key: t, uses: s}
"""


def when(text: str) -> ir.Condition:
    return condition(f"'{text}'", UNITS)


def compared(text: str) -> ir.Compare:
    found = when(text)
    assert isinstance(found, ir.Compare)
    return found


def rejected(text: str) -> str:
    sections = f"{UNITS}\nactions:\n  entry_long: '{text}'\n"
    return placed(sections, one(sections, "E501"))


# --- kinds ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "culprit"),
    [
        ("rsi_14 == 70", "rsi_14"),
        ("rsi_14 != close", "rsi_14"),
        ("t.direction == 1.0", "1.0"),
        ("t.direction == 1.5", "1.5"),
        ("t.direction == ${ratio}", "${ratio}"),
        ("t.last_hh > 0", "t.last_hh"),
        ("t.last_hh == 2", "2"),
        ("t.last_hh + 1 > 0", "t.last_hh"),
        ("-t.last_hh > 0", "t.last_hh"),
        ("t.last_wave_direction > 0", "t.last_wave_direction"),
        ("t.last_wave_direction == bulish", "bulish"),
        ("t.last_wave_direction == t.direction", "t.direction"),
        ("t.last_wave_direction crosses above 0", "t.last_wave_direction"),
        ("t.last_hh between 0 and 1", "t.last_hh"),
        ("t.last_hh near 1 within 2", "t.last_hh"),
        ("t.direction", "t.direction"),
        ("rsi_14 and t.last_hh", "rsi_14"),
        ("close > ${yes}", "${yes}"),
        ("close > ${word}", None),
    ],
)
def test_kinds_that_do_not_fit(text: str, culprit: str | None) -> None:
    if culprit is None:  # the text of the variable stands there: an undeclared name
        assert "E401" in codes(f"{UNITS}\nactions:\n  entry_long: '{text}'\n")
    else:
        assert rejected(text) == culprit


def test_a_whole_float_has_a_repair() -> None:
    sections = f"{UNITS}\nactions:\n  entry_long: 't.direction == 1.0'\n"
    assert one(sections, "E501").helps == ("write `1`",)


def test_a_misspelled_word_has_advice() -> None:
    sections = f"{UNITS}\nactions:\n  entry_long: 't.last_wave_direction == bulish'\n"
    assert "`bullish`" in one(sections, "E501").helps[0]


@pytest.mark.parametrize(("word", "code"), [("bullish", 1), ("BEARISH", -1), ("none", 0)])
def test_words_are_codes(word: str, code: int) -> None:
    found = compared(f"t.last_wave_direction == {word}")
    assert isinstance(found.right, ir.Const)
    assert (found.right.value, found.right.type.kind) == (code, Kind.ENUM)


def test_a_word_may_come_from_a_variable() -> None:
    listed = condition('[t.last_wave_direction, "==", "${word}"]', UNITS)
    assert listed == when("t.last_wave_direction == ${word}")
    assert listed == when("t.last_wave_direction == bullish")


def test_the_empty_word_is_none() -> None:
    found = compared("s.pair_direction != none")
    assert isinstance(found.right, ir.Const)
    assert found.right.value == 0
    assert dict(found.left.type.tokens)["none"] == 0


def test_a_bare_truth_is_a_comparison() -> None:
    assert when("t.last_hh") == when("t.last_hh == true") == when("t.last_hh == 1")
    assert isinstance(when("not t.last_hh"), ir.Not)


def test_known_truths() -> None:
    assert when("true") == ir.Known(value=True)
    assert when("${yes}") == ir.Known(value=True)


def test_a_truth_beside_a_whole_number() -> None:
    found = compared("t.direction == true")
    assert isinstance(found.right, ir.Const)
    assert found.right.type.kind is Kind.INT


def test_truths_compare_with_whole_numbers() -> None:
    assert compared("t.last_hh == t.direction").right.type.kind is Kind.INT


def test_literals_beside_floats_are_floats() -> None:
    assert when("rsi_14 > 70") == when("rsi_14 > 70.0") == when("70 < rsi_14")
    assert when("(ema_9 - close) * 2 > 1") == when("(ema_9 - close) * 2.0 > 1.0")
    assert when("rsi_14 between 30 and 70") == when("rsi_14 between 30.0 and 70.0")
    whole = compared("t.bars_in_trend > 3").right
    assert isinstance(whole, ir.Const)
    assert whole.type.kind is Kind.INT


def test_kinds_of_arithmetic() -> None:
    assert compared("t.direction * 2 > 1").left.type.kind is Kind.INT
    assert compared("t.direction / 2 > 0.4").left.type.kind is Kind.FLOAT
    assert compared("t.direction * 2.0 > 1").left.type.kind is Kind.FLOAT
    assert compared("t.direction % 2 == 1").left.type.kind is Kind.INT


# --- units ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("rsi_14 > close", ("bounded oscillator", "price")),
        ("volume > close", ("volume", "price")),
        ("rsi_14 crosses above macd_12.macd", ("bounded oscillator", "price-difference")),
        ("atr_14 > close", ("price-difference", "price")),
        ("close - ema_9 > roc_10", ("price-difference", "percent")),
        ("close near sma_20_v within 2%", ("price", "volume")),
        ("t.direction > close", ("direction", "price")),
        ("close between ema_9 and volume", ("price", "volume")),
    ],
)
def test_units_that_do_not_fit(text: str, labels: tuple[str, str]) -> None:
    sections = f"{UNITS}\nactions:\n  entry_long: '{text}'\n"
    found = one(sections, "E501")
    assert (found.label, found.labels[0].text) == labels
    assert found.span != found.labels[0].span


@pytest.mark.parametrize(
    "text",
    [
        "volume > sma_20_v * 1.5",
        "close > ema_9 + 2 * atr_14",
        "close - ema_9 > 0.5 * atr_14",
        "(close - ema_9) / atr_14 > 1.5",
        "(high + low) / 2 > ema_9",
        "(close - ema_9) / ema_9 * 100 > roc_10",
        "atr_14 / close > 0.01",
        "close * (1 + atr_14 / close) > ema_9",
        "macd_12.macd > macd_12.signal",
        "macd_12.histogram > 0.1 * atr_14",
        "close > s.high_level and s.high_idx > s.low_idx",
        "rsi_14 > ${low}",
        "close > 50000",
        "close * close > ema_9 * ema_9",
        "close % 1000 < 10",
    ],
)
def test_sensible_units(text: str) -> None:
    assert isinstance(when(text), ir.Compare | ir.All)


# --- time and memory --------------------------------------------------------------------------


def test_a_result_changes_with_its_fastest_operand() -> None:
    found = compared("close - ema_50_1h > 0").left.type
    assert (found.timeframe, found.unit) == ("15m", "price-difference")
    assert compared("ema_50_1h - 1h.open > 0").left.type.timeframe == "1h"


def test_lag_and_memory_join() -> None:
    found = compared("close - s.high_level > 0").left.type
    assert found.lag == 5
    assert compared("close - ema_9 > 0").left.type.memory == FadingMemory(0.8, 1, 1)
    assert compared("close - open[3] > 0").left.type.memory == FiniteMemory(4)
    assert compared("close > 3 * 2").right.type.memory == Constant()


# --- tolerances and bounds --------------------------------------------------------------------


def test_a_relative_tolerance_is_a_ratio() -> None:
    found = when("close near ema_9 within 0.5%")
    assert isinstance(found, ir.Near)
    assert isinstance(found.tolerance, ir.Const)
    assert found.tolerance.value == 0.005
    absolute = when("close near ema_9 within 5")
    assert isinstance(absolute, ir.Near)
    assert isinstance(absolute.tolerance, ir.Const)
    assert absolute.tolerance.value == 5.0


def test_a_variable_tolerance_is_divided_at_run_time() -> None:
    play = typed(
        'variables: {near: 0.5}\nactions:\n  entry_long: [close, near_pct, ema_9, "${near}"]\n'
    )
    found = play.blocks[0].cases[0].when
    assert isinstance(found, ir.Near)
    match found.tolerance:
        case ir.Arithmetic(op="/", left=ir.Param(name="near"), right=ir.Const(value=100.0)):
            pass
        case other:
            pytest.fail(f"not divided: {other}")


def test_a_negative_variable_tolerance() -> None:
    sections = (
        'variables: {near: -0.5}\nactions:\n  entry_long: [close, near_pct, ema_9, "${near}"]\n'
    )
    assert one(sections, "E503")


def test_every_error_of_a_condition_is_reported() -> None:
    sections = (
        f"{UNITS}\nactions:\n  entry_long: 'emma > 1 and rsi_14 > close and t.direktion == 1'\n"
    )
    found = [code for code in codes(sections) if code.startswith("E")]
    assert found == ["E401", "E501", "E402"]


# --- membership, changes, functions -----------------------------------------------------------


def test_membership_is_a_set() -> None:
    assert when("t.direction in (1, 0, 1)") == when("t.direction in (0, 1)")
    found = when("t.direction in (1, 0)")
    assert isinstance(found, ir.In)
    assert [one.value for one in found.members if isinstance(one, ir.Const)] == [0, 1]
    assert when("t.direction in (1)") == when("t.direction == 1")
    assert when("t.direction not in (1, 0)") == ir.Not(operand=found)


def test_membership_by_kind() -> None:
    words = when("t.last_wave_direction in (BULLISH, none)")
    assert isinstance(words, ir.In)
    assert {one.type.kind for one in words.members} == {Kind.ENUM}
    truths = when("t.last_hh in (true, 0)")
    assert isinstance(truths, ir.In)
    assert {one.type.kind for one in truths.members} == {Kind.BOOL}
    mixed = when("t.direction in (1, ${low})")
    assert isinstance(mixed, ir.In)
    assert isinstance(mixed.members[1], ir.Param)


@pytest.mark.parametrize(
    ("text", "culprit"),
    [
        ("rsi_14 in (30, 70)", "rsi_14"),
        ("t.direction in (1.0, 0)", "1.0"),
        ("t.direction in (1, 0.5)", "0.5"),
        ("t.last_hh in (true, 2)", "2"),
        ("t.last_wave_direction in (bullish, bulish)", "bulish"),
        ("t.last_wave_direction in (bullish, 1)", "1"),
        ("changed(5)", "5"),
        ("changed(${low})", "${low}"),
        ("abs(t.last_hh) > 0", "t.last_hh"),
        ("max(close, t.last_wave_direction) > 0", "t.last_wave_direction"),
        ("max(close, atr_14) > 0", "close"),
        ("max(rsi_14, close) > 0", "rsi_14"),
    ],
)
def test_sets_changes_and_functions_that_do_not_fit(text: str, culprit: str) -> None:
    assert rejected(text) == culprit


@pytest.mark.parametrize(
    "text",
    [
        "changed(t.last_wave_direction)",
        "changed(t.last_hh)",
        "changed(t.version)",
        "changed(rsi_14)",
        "changed(close - open)",
    ],
)
def test_any_kind_may_change(text: str) -> None:
    assert isinstance(when(text), ir.Changed)


def test_functions_have_the_types_of_what_they_choose() -> None:
    whole = compared("max(t.direction, t.strength, 2) > 1").left
    assert whole.type.kind is Kind.INT
    mixed = compared("min(rsi_14, t.direction, 2) > 1").left
    assert isinstance(mixed, ir.Function)
    assert mixed.type.kind is Kind.FLOAT
    assert mixed.operands[2].type.kind is Kind.FLOAT
    assert compared("max(close, open) > close").left.type.unit == "price"
    assert compared("abs(close - open) > atr_14").left.type.unit == "price-difference"
    assert compared("max(atr_14, 0.01 * close) < close").left.type.unit == "share of a price"


# --- the market's own numbers -----------------------------------------------------------------


def test_builtins_have_types() -> None:
    time = compared("timestamp % 86400000 >= 3600000").left
    assert time.type.kind is Kind.INT
    assert compared("mark_price > close").left.type.unit == "price"
    assert rejected("funding_rate > close") == "funding_rate"
    assert rejected("open_interest > close") == "open_interest"
    assert compared("open_interest > open_interest[60]").right.type.memory == FiniteMemory(61)
