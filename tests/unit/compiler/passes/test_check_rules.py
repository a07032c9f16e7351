import pytest

from frontend import codes, findings, one, placed

STRUCTURES = """
structures:
  exec:
    - {type: swing, key: s, params: {left: 5, right: 5}}
    - {type: trend, key: t, uses: s}
"""


def rule(text: str, more: str = "") -> str:
    return f"{STRUCTURES}{more}\nactions:\n  entry_long: '{text}'\n"


def found(sections: str) -> list[str]:
    """Return what is found besides unused things."""
    return [code for code in codes(sections) if code != "W102"]


# --- exit modes -------------------------------------------------------------------------------

EXIT = '\nactions:\n  entry_long: "ema_9 > ema_21"\n  exit_long: "rsi_14 > 70"\n'
STOP = "\nrisk: {stop_loss_pct: 1, max_position_pct: 50}\n"
NAKED = "\nrisk: {max_position_pct: 50}\n"


@pytest.mark.parametrize(
    ("mode", "sections", "expected"),
    [
        ("sl_tp_only", "", []),
        ("sl_tp_only", STOP, ["E702"]),
        ("sl_tp_only", EXIT, ["E702"]),
        ("sl_tp_only", STOP + EXIT, ["E702", "E702"]),
        ("signal", EXIT, []),
        ("signal", EXIT + NAKED, []),
        ("signal", "", ["W111"]),
        ("first_hit", NAKED, ["E702"]),
        ("first_hit", NAKED + EXIT, []),
        ("first_hit", STOP, []),
    ],
)
def test_exit_modes(mode: str, sections: str, expected: list[str]) -> None:
    assert found(f"position_policy: {{exit_mode: {mode}}}{sections}") == expected


def test_a_contradiction_names_the_exits() -> None:
    sections = f"position_policy: {{exit_mode: sl_tp_only}}{EXIT}"
    contradiction = one(sections, "E702")
    assert placed(sections, contradiction) == "sl_tp_only"
    assert [label.text for label in contradiction.labels] == ["never acts"]


def test_a_contradiction_with_the_default_has_a_place() -> None:
    sections = 'version: "3.0.0"\nname: x\nsymbol: BTCUSDT\n'
    sections += "timeframes: {low_tf: 15m, med_tf: 1h, high_tf: D, exec: low_tf}\naccount: {}\n"
    sections += "features: {ema_9: {indicator: ema, params: {length: 9}}}\n"
    sections += 'actions: {entry_long: "close > ema_9"}\n'
    assert one(sections, "E702").span.file == "play.yml"


@pytest.mark.parametrize(
    ("mode", "action", "warned"),
    [
        ("long_only", "entry_short", True),
        ("short_only", "entry_long", True),
        ("long_short", "entry_short", False),
        ("short_only", "entry_short", False),
    ],
)
def test_forbidden_sides(mode: str, action: str, warned: bool) -> None:  # noqa: FBT001
    sections = f'position_policy: {{mode: {mode}}}\nactions: {{{action}: "ema_9 > ema_21"}}\n'
    assert (found(sections) == ["W101"]) is warned


def test_an_exit_of_a_side_that_is_never_held() -> None:
    sections = EXIT.replace("exit_long", "exit_short")
    assert found(f"position_policy: {{exit_mode: first_hit}}{sections}") == ["W101"]


# --- unused -----------------------------------------------------------------------------------


def unused(sections: str) -> list[str]:
    return [d.message.split("`")[1] for d in findings(sections) if d.code == "W102"]


def test_unused() -> None:
    assert set(unused(rule("ema_9 > ema_21"))) == {"rsi_14", "s", "t"}


def test_what_another_reads_is_used() -> None:
    assert set(unused(rule("t.direction == 1"))) == {"ema_9", "ema_21", "rsi_14"}


def test_a_chain_and_volatility_count() -> None:
    sections = """
features:
  ema_9: {indicator: ema, params: {length: 9}}
  rsi_14: {indicator: rsi, params: {length: 14}, source: ema_9}
  atr_14: {indicator: atr, params: {length: 14}}
structures:
  exec: [{type: swing, key: s, params: {left: 5, right: 5, atr_key: atr_14}}]
actions: {entry_long: "rsi_14 < 70 and close > s.high_level"}
"""
    assert unused(sections) == []


def test_nothing_is_called_unused_while_there_are_errors() -> None:
    assert unused(rule("ema_99 > 1")) == []


# --- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("feature", "warned"),
    [
        ("fast: {indicator: ema, params: {length: 9}}", True),
        ("ema_12: {indicator: ema, params: {length: 9}}", True),
        ("ema_9: {indicator: ema, params: {length: 9}}", False),
        ("ema9: {indicator: ema, params: {length: 9}}", False),
        ("mine: {indicator: ema}", False),
        ('fast: {indicator: ema, params: {length: "${n}"}}', False),
        ("macd_12_26: {indicator: macd, params: {fast: 12, slow: 26, signal: 9}}", False),
        ("bands: {indicator: bbands, params: {std: 2.0}}", False),
    ],
)
def test_ids_say_their_parameters(feature: str, warned: bool) -> None:  # noqa: FBT001
    name = feature.split(":", maxsplit=1)[0]
    sections = (
        f'variables: {{n: 9}}\nfeatures:\n  {feature}\nactions: {{entry_long: "close > {name}"}}'
    )
    assert ("W106" in codes(sections)) is warned


# --- literals ---------------------------------------------------------------------------------


def test_the_range_may_depend_on_parameters() -> None:
    sections = """
features: {bb_5_1: {indicator: bbands, params: {length: 5, std: 1.0}}}
actions: {entry_long: "bb_5_1.percent_b > %s"}
"""
    assert "W107" not in codes(sections % 1.4)
    assert one(sections % 1.6, "W107").notes[0] == "`bb_5_1.percent_b` is at most 1.5"


def test_nothing_is_proven_of_a_play_with_errors() -> None:
    assert "W107" not in codes(rule("rsi_14 > 120 and ema_99 > 1"))


def test_bounds_the_wrong_way_round() -> None:
    sections = rule("rsi_14 between 70 and 30")
    assert "E104" in codes(sections)
    sections = rule("rsi_14 between ${a} and 30", "variables: {a: 40}")
    assert placed(sections, one(sections, "E104")) == "${a}"
    assert "E104" not in codes(rule("rsi_14 between 30 and 30"))


@pytest.mark.parametrize(("percent", "warned"), [("0.049", True), ("0.05", False), ("0.5", False)])
def test_small_tolerances(percent: str, warned: bool) -> None:  # noqa: FBT001
    assert ("W113" in codes(rule(f"close near ema_9 within {percent}%"))) is warned
    assert "W113" not in codes(rule("close near ema_9 within 0.001"))


# --- money ------------------------------------------------------------------------------------


def test_defaults_are_listed_once() -> None:
    warning = one(
        "account: {max_drawdown_pct: 20}\nrisk: {stop_loss_pct: 1, take_profit_pct: 2}", "W109"
    )
    assert warning.message == (
        "money left to its default: starting_equity_usdt, max_leverage, taker_bps, maker_bps,"
        " slippage_bps, min_trade_notional_usdt, max_position_pct"
    )
    assert "max_position_pct is 10" in warning.notes


def test_the_size_of_a_play_without_risk_is_that_of_the_account() -> None:
    policy = "position_policy: {exit_mode: first_hit}\n"
    warning = one(policy + "risk_model: {take_profit: {type: percent, value: 2}}", "W109")
    assert warning.message == "money left to its default: risk_per_trade_pct"
    assert warning.notes == ("risk_per_trade_pct is 1",)


def test_a_play_that_says_everything_is_not_warned() -> None:
    assert found("name: plain") == []


# --- validation -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("trend_up_clean", []), ("trend_stairs", []), ("trend_up_cleen", ["E801"])],
)
def test_patterns(pattern: str, expected: list[str]) -> None:
    sections = f"validation: {{pattern: {pattern}}}"
    assert found(sections) == expected
    if expected:
        assert placed(sections, one(sections, expected[0])) == pattern
