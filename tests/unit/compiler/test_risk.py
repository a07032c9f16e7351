"""Stop, target, trailing stop, break-even and size of a play, resolved and checked."""

from typing import Any

import pytest

from frontend import codes, findings, one, placed, typed
from tradec.compiler import ir, trading

FIRST_HIT = "position_policy: {mode: long_short, exit_mode: first_hit}\n"
FEATURES = """
features:
  ema_9: {indicator: ema, params: {length: 9}}
  ema_21: {indicator: ema, params: {length: 21}}
  rsi_14: {indicator: rsi, params: {length: 14}}
  atr_14: {indicator: atr, params: {length: 14}}
  atr_7_1h: {indicator: atr, params: {length: 7}, tf: 1h}
"""
ACTIONS = "actions: {entry_long: rsi_14 < 30, entry_short: rsi_14 > 70, exit_all: ema_9 > ema_21}\n"
SWINGS = """
structures:
  low_tf:
    - {type: swing, key: later, params: {left: 2, right: 2}}
  exec:
    - {type: rolling_window, key: top, params: {size: 5, source: high, mode: max}}
    - {type: swing, key: first, params: {left: 3, right: 3}}
    - {type: swing, key: a_second, params: {left: 4, right: 4}}
  high_tf:
    - {type: swing, key: slow, params: {left: 2, right: 2}}
"""


def risk_of(rules: str, rest: str = "") -> trading.Risk:
    return typed(f"{FIRST_HIT}{FEATURES}{rest}\n{ACTIONS}risk: {{{rules}}}").risk


def shown(node: Any) -> Any:
    """Return a record without spans: numbers, words and `series.output[offset]`."""
    match node:
        case ir.Const(value=value):
            return value
        case ir.Param(name=name):
            return f"${name}"
        case ir.Read(series=series, output=output, offset=offset):
            return f"{series}.{output}[{offset}]"
        case ir.Node():
            names = [name for name in node.__dataclass_fields__ if name != "span"]
            return {name: shown(getattr(node, name)) for name in names}
        case _:
            return node


def stop(rule: str, value: Any, **rest: Any) -> dict[str, Any]:
    bare = {"volatility": None, "long_level": None, "short_level": None}
    return {"rule": rule, "value": value, "buffer_pct": 0.0, **bare, **rest}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("stop_loss_pct: 2", stop("percent", 2.0)),
        ("stop_loss: {type: percent, value: 2}", stop("percent", 2.0)),
        ("stop_loss: {type: price_percent, value: 2}", stop("price_percent", 2.0)),
        ("stop_loss: {type: fixed_points, value: 900}", stop("fixed_points", 900.0)),
        (
            "stop_loss: {type: atr_multiple, value: 1.5, atr_feature_id: atr_7_1h, buffer_pct: 1}",
            stop("atr_multiple", 1.5, volatility="atr_7_1h.value[0]", buffer_pct=1.0),
        ),
        (
            "stop_loss: {type: trailing_atr, atr_multiplier: 3, atr_feature_id: atr_14}",
            stop("atr_multiple", 3.0, volatility="atr_14.value[0]"),
        ),
        ("stop_loss: {type: trailing_pct, trail_pct: 1.5}", stop("price_percent", 1.5)),
    ],
)
def test_stops(rule: str, expected: dict[str, Any]) -> None:
    assert shown(risk_of(rule).stop_loss) == expected


@pytest.mark.parametrize(
    ("rules", "trailing", "first"),
    [
        (
            "stop_loss: {type: trailing_pct, trail_pct: 1.5, activation_pct: 2}",
            ("percent", 1.5, 2.0, None),
            1.5,
        ),
        (
            "stop_loss: {type: trailing_pct}, trailing: {trail_pct: 1.5}",
            ("percent", 1.5, 0.0, None),
            1.5,
        ),
        (
            "stop_loss: {type: trailing_atr}, trailing: {atr_feature_id: atr_14}",
            ("volatility", 2.0, 0.0, "atr_14.value[0]"),
            2.0,
        ),
        (
            "stop_loss_pct: 5, trailing: {atr_feature_id: atr_7_1h, atr_multiplier: 4}",
            ("volatility", 4.0, 0.0, "atr_7_1h.value[0]"),
            5.0,
        ),
        ("trailing: {trail_pct: 1}", ("percent", 1.0, 0.0, None), 1.0),
    ],
)
def test_trailing_stops(rules: str, trailing: tuple[Any, ...], first: float | None) -> None:
    risk = risk_of(rules)
    names = ("rule", "distance", "activation_pct", "volatility")
    assert shown(risk.trailing) == dict(zip(names, trailing, strict=True))
    assert (risk.stop_loss and shown(risk.stop_loss.value)) == first


def test_a_play_without_a_trailing_stop_has_none() -> None:
    assert risk_of("stop_loss_pct: 2").trailing is None


def test_levels_default_to_the_first_swing_on_exec() -> None:
    risk = risk_of("stop_loss: {type: structure, value: 4, buffer_pct: 0.2}", SWINGS)
    expected = stop(
        "structure",
        4.0,
        buffer_pct=0.2,
        long_level="first.low_level[0]",
        short_level="first.high_level[0]",
    )
    assert shown(risk.stop_loss) == expected


def test_the_order_of_the_sections_means_nothing() -> None:
    blocks = SWINGS.strip().split("\n  low_tf:")
    head, rest = blocks[0], "  low_tf:" + blocks[1]
    low = rest.split("\n  exec:")[0]
    others = rest.removeprefix(low)
    moved = f"\n{head}{others}\n{low}\n"
    assert risk_of("stop_loss: {type: structure}", moved) == risk_of(
        "stop_loss: {type: structure}", SWINGS
    )


def test_levels_may_be_named() -> None:
    rule = (
        "stop_loss: {type: structure, long_ref: 'slow.low_level[2]',"
        " short_ref: {feature_id: high_tf.high, offset: 1}}"
    )
    found = risk_of(rule, SWINGS).stop_loss
    assert found is not None
    assert shown(found.long_level) == "slow.low_level[2]"
    assert shown(found.short_level) == "D.high[1]"
    assert found.value is None


@pytest.mark.parametrize(
    ("mode", "sides"),
    [
        ("long_only", ("first.low_level[0]", None)),
        ("short_only", (None, "first.high_level[0]")),
    ],
)
def test_only_traded_sides_have_levels(mode: str, sides: tuple[Any, Any]) -> None:
    actions = "actions: {entry_long: rsi_14 < 30, entry_short: rsi_14 > 70}"
    policy = f"position_policy: {{mode: {mode}, exit_mode: first_hit}}"
    rule = "risk: {stop_loss: {type: structure}}"
    found = typed(f"{policy}\n{FEATURES}\n{SWINGS}\n{actions}\n{rule}").risk.stop_loss
    assert found is not None
    assert (shown(found.long_level), shown(found.short_level)) == sides


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("take_profit_pct: 4", ("percent", 4.0, None)),
        ("take_profit: {type: price_percent, value: 4}", ("price_percent", 4.0, None)),
        ("take_profit: {type: fixed_points, value: 400}", ("fixed_points", 400.0, None)),
        ("stop_loss_pct: 1, take_profit: {type: rr_ratio, value: 2}", ("rr_ratio", 2.0, None)),
        (
            "take_profit: {type: atr_multiple, value: 4, atr_feature_id: atr_14}",
            ("atr_multiple", 4.0, "atr_14.value[0]"),
        ),
    ],
)
def test_targets(rule: str, expected: tuple[Any, ...]) -> None:
    names = ("rule", "value", "volatility")
    assert shown(risk_of(rule).take_profit) == dict(zip(names, expected, strict=True))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("stop_loss_pct: 2", ("percent_equity", 10.0, False)),
        ("max_position_pct: 40", ("percent_equity", 40.0, False)),
        ("sizing: {model: percent_equity, value: 40}", ("percent_equity", 40.0, False)),
        (
            "stop_loss_pct: 2, sizing: {model: risk_based, value: 1, include_costs: true}",
            ("risk_based", 1.0, True),
        ),
        ("sizing: {model: fixed_usdt, value: 500}", ("fixed_usdt", 500.0, False)),
        ("sizing: {model: fixed_notional, value: 900}", ("fixed_notional", 900.0, False)),
    ],
)
def test_sizes(rules: str, expected: tuple[Any, ...]) -> None:
    names = ("model", "value", "include_costs")
    assert shown(risk_of(rules).sizing) == dict(zip(names, expected, strict=True))


def test_a_full_model_without_a_size_takes_that_of_the_account() -> None:
    model = f"{FIRST_HIT}risk_model: {{take_profit: {{type: percent, value: 5}}}}\naccount:"
    assert shown(typed(f"{model} {{risk_per_trade_pct: 3}}").risk.sizing.value) == 3.0
    assert shown(typed(f"{model} {{}}").risk.sizing.value) == 1.0


def test_the_leverage_in_effect() -> None:
    account = "account: {max_leverage: 5}\n"
    plain = typed(f"{account}{FIRST_HIT}risk: {{stop_loss_pct: 1}}")
    assert shown(plain.risk.leverage) == 5.0
    lower = "risk: {stop_loss_pct: 1, sizing: {model: fixed_usdt, value: 5, max_leverage: 2}}"
    assert shown(typed(f"{account}{FIRST_HIT}{lower}").risk.leverage) == 2.0


def test_orders_and_break_even() -> None:
    risk = risk_of("take_profit_pct: 3, tp_order_type: Limit, break_even: {}")
    assert (risk.tp_order_type, risk.sl_order_type) == ("limit", "market")
    assert shown(risk.break_even) == {"activation_pct": 1.0, "offset_pct": 0.1}


def test_words_may_be_variables() -> None:
    sections = "variables: {how: price_percent, far: 3}\n" + FIRST_HIT
    rule = "risk: {stop_loss: {type: '${how}', value: '${far}'}}"
    assert shown(typed(sections + rule).risk.stop_loss) == stop("price_percent", "$far")
    bare = "risk: {stop_loss: {type: '${how}'}}"
    assert "E102" in codes(sections + bare)


def test_figures_may_be_variables() -> None:
    sections = """
variables: {mult: 2.5, pct: 1, bars: 3}
entry: {order_type: LIMIT, limit_offset_pct: "${pct}", expire_after_bars: "${bars}"}
backtest: {stop_equity_usdt: "${pct}"}
risk:
  stop_loss: {type: trailing_atr, atr_multiplier: "${mult}", atr_feature_id: atr_14}
  take_profit: {type: rr_ratio, value: "${mult}"}
  sizing: {model: risk_based, value: "${pct}"}
"""
    play = typed(FIRST_HIT + FEATURES + sections, {"mult": "3.5", "bars": "7"})
    assert shown(play.risk.trailing)["distance"] == "$mult"
    assert shown(play.risk.sizing.value) == "$pct"
    assert shown(play.entry.expire_after_bars) == "$bars"
    assert shown(play.backtest.stop_equity_usdt) == "$pct"
    assert {p.name: p.value for p in play.params} == {"mult": 3.5, "pct": 1.0, "bars": 7}


@pytest.mark.parametrize(
    ("rules", "part", "word"),
    [
        (
            "stop_loss: {type: atr_multiple, value: 1, atr_feature_id: rsi_14}",
            "rsi_14",
            "no average true range",
        ),
        ("stop_loss: {type: structure}", "stop_loss", "no swing on 15m"),
        (
            "stop_loss: {type: structure, short_ref: low, long_ref: rsi_14}",
            "rsi_14",
            "no price",
        ),
        ("stop_loss: {type: trailing_pct}", "trailing_pct", "without its distance"),
        ("stop_loss: {type: trailing_atr}", "trailing_atr", "without its distance"),
        ("trailing: {activation_pct: 1}", "trailing", "without its distance"),
        (
            "trailing: {trail_pct: 1, atr_feature_id: atr_14}",
            "atr_14",
            "does not go with a trailing stop in percent",
        ),
        (
            "stop_loss: {type: trailing_atr, atr_feature_id: atr_14}, trailing: {trail_pct: 1}",
            "1",
            "does not go with a trailing stop in average true ranges",
        ),
        (
            "stop_loss: {type: trailing_pct, trail_pct: 1}, trailing: {trail_pct: 2}",
            "2",
            "stands in `stop_loss` and in `trailing`",
        ),
        ("take_profit: {type: rr_ratio, value: 2}", "rr_ratio", "without a stop"),
        ("sizing: {model: risk_based, value: 1}", "risk_based", "without a stop"),
        ("break_even: {offset_pct: 1.5}", "1.5", "the wrong side"),
        (
            "sizing: {model: fixed_usdt, value: 5, max_leverage: 2}",
            "2",
            "the account allows 1",
        ),
    ],
)
def test_rules_that_cannot_be_built(rules: str, part: str, word: str) -> None:
    sections = f"{FIRST_HIT}{FEATURES}\nrisk: {{{rules}}}"
    found = [d for d in findings(sections) if d.code == "E701"]
    assert len({d.span for d in found}) == 1, [d.message for d in findings(sections)]
    assert placed(sections, found[0]) == part
    assert word in found[0].message


def test_an_average_true_range_that_is_not_there() -> None:
    rule = "stop_loss: {type: atr_multiple, value: 1, atr_feature_id: atr_15}"
    found = one(f"{FIRST_HIT}{FEATURES}\nrisk: {{{rule}}}", "E401")
    assert found.helps == ("write `atr_14`",)


@pytest.mark.parametrize(
    ("sections", "part"),
    [
        ("risk: {stop_loss_pct: 1, stop_loss: {type: percent, value: 2}}", "1"),
        ("risk: {take_profit_pct: 3, take_profit: {type: percent, value: 2}}", "3"),
        ("risk: {max_position_pct: 7, sizing: {model: fixed_usdt, value: 2}}", "7"),
        ("account: {risk_per_trade_pct: 9}\nrisk: {stop_loss_pct: 1}", "9"),
        ("risk: {stop_loss_pct: 1}\nrisk_model: {}", "risk"),
        ("entry: {limit_offset_pct: 0.3}", "0.3"),
        ("entry: {expire_after_bars: 4}", "4"),
        ("entry: {time_in_force: IOC}", "IOC"),
        ("entry: {order_type: LIMIT, trigger_offset_pct: 0.3}", "0.3"),
        ("entry: {order_type: STOP, limit_offset_pct: 0.3}", "0.3"),
        ("entry: {order_type: STOP, time_in_force: FOK}", "FOK"),
        ("risk: {stop_loss_pct: 1, tp_order_type: Limit}", "Limit"),
        ("risk: {take_profit_pct: 1, sl_order_type: Limit}", "Limit"),
    ],
)
def test_figures_without_effect(sections: str, part: str) -> None:
    sections = FIRST_HIT + sections
    assert placed(sections, one(sections, "W110")) == part


@pytest.mark.parametrize(
    "sections",
    [
        "entry: {order_type: LIMIT, limit_offset_pct: 0.3, time_in_force: PostOnly}",
        "entry: {order_type: STOP, trigger_offset_pct: 0.3, expire_after_bars: 5}",
        "entry: {order_type: STOP_LIMIT, trigger_offset_pct: 0.3, limit_offset_pct: 1}",
        "entry: {order_type: STOP_LIMIT, time_in_force: IOC, expire_after_bars: 5}",
        "entry: {order_type: MARKET, time_in_force: GTC, limit_offset_pct: 0}",
    ],
)
def test_entries_in_which_everything_counts(sections: str) -> None:
    assert not {"W110", "W130"} & set(codes(FIRST_HIT + sections))


def test_what_has_no_effect_changes_no_meaning() -> None:
    plain = typed(FIRST_HIT + "entry: {}")
    idle = "entry: {limit_offset_pct: 3, trigger_offset_pct: 2, expire_after_bars: 4}"
    assert typed(FIRST_HIT + idle) == plain
    one_sided = "position_policy: {mode: long_only, exit_mode: first_hit%s}"
    assert typed(one_sided % ", on_opposite: close") == typed(one_sided % "")


def test_a_limit_stop_may_not_fill() -> None:
    assert "W130" in codes("risk: {stop_loss_pct: 1, take_profit_pct: 2, sl_order_type: Limit}")


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("{mode: long_short, exit_mode: sl_tp_only, on_opposite: close}", "E702"),
        ("{mode: long_only, exit_mode: first_hit, on_opposite: reverse}", "W110"),
    ],
)
def test_opposite_entries_that_do_nothing(policy: str, expected: str) -> None:
    assert expected in codes(f"position_policy: {policy}")


def test_opposite_entries_that_close() -> None:
    policy = "position_policy: {mode: long_short, exit_mode: first_hit, on_opposite: close}"
    assert not {"E702", "W110"} & set(codes(policy))
    assert typed(policy).policy.on_opposite == "close"


def test_a_window_that_ends_before_it_begins() -> None:
    window = "backtest: {window: {start: 2025-02-01, end: 2025-02-01}}"
    assert placed(window, one(window, "E104")) == "2025-02-01"


def test_the_backtest_wins_over_the_account() -> None:
    sections = "account: {starting_equity_usdt: 5, slippage_bps: 7}\n"
    account = typed(f"{sections}backtest: {{equity: 900, slippage_bps: 0}}").account
    assert (shown(account.starting_equity_usdt), shown(account.slippage_bps)) == (900.0, 0.0)
    plain = typed(f"{sections}backtest: {{}}").account
    assert (shown(plain.starting_equity_usdt), shown(plain.slippage_bps)) == (5.0, 7.0)


def test_metadata_is_typed() -> None:
    sections = """
variables: {level: 2, word: dip}
actions:
  entry_long:
    when: rsi_14 < 30
    metadata: {why: "${word}", n: "${level}", x: {feature_id: high_tf.close, offset: 3}, ok: true,
      r: {feature_id: rsi_14}}
"""
    play = typed(sections)
    notes = play.blocks[0].cases[0].emit[0].metadata
    assert [(note.name, shown(note.value)) for note in notes] == [
        ("why", {"text": "dip"}),
        ("n", "$level"),
        ("x", "D.close[3]"),
        ("ok", 1),
        ("r", "rsi_14.value[0]"),
    ]
    assert "D" in [bars.id for bars in play.bars]
    assert "E401" in codes(sections.replace("feature_id: rsi_14", "feature_id: rsi_15"))


def test_metadata_of_no_trade() -> None:
    when = "when: rsi_14 < 30"
    sections = f"actions: {{entry_long: close > 1, no_action: {{{when}, metadata: {{a: 1}}}}}}"
    assert placed(sections, one(sections, "W110")) == "a"
    assert [b.cases[0].emit[0].metadata for b in typed(sections).blocks] == [(), ()]


def test_what_only_a_stop_reads_is_used() -> None:
    rule = "stop_loss: {type: atr_multiple, value: 1, atr_feature_id: atr_7_1h}"
    unused = [d.message for d in findings(f"{FIRST_HIT}{FEATURES}\nrisk: {{{rule}}}")]
    assert "feature `atr_14` is not used" in unused
    assert "feature `atr_7_1h` is not used" not in unused


BANDS = """
features:
  don_20: {indicator: donchian, params: {lower_length: 20, upper_length: 20}}
  rsi_14: {indicator: rsi, params: {length: 14}}
structures: {exec: [{type: swing, key: s, params: {left: 2, right: 2}}]}
actions: {entry_long: rsi_14 < 30, entry_short: rsi_14 > 70}
"""


@pytest.mark.parametrize(
    ("refs", "part"),
    [
        ("long_ref: don_20.upper, short_ref: don_20.upper", "don_20.upper"),
        ("long_ref: high, short_ref: high", "high"),
        ("long_ref: don_20.lower, short_ref: low", "low"),
    ],
)
def test_a_level_on_the_wrong_side_of_the_price(refs: str, part: str) -> None:
    sections = f"{FIRST_HIT}{BANDS}\nrisk: {{stop_loss: {{type: structure, {refs}}}}}"
    found = one(sections, "E701")
    assert placed(sections, found) == part
    assert "is never" in found.message
    assert found.notes


@pytest.mark.parametrize(
    "refs",
    [
        "long_ref: don_20.lower, short_ref: don_20.upper",
        "long_ref: s.high_level, short_ref: s.low_level",
        "long_ref: low, short_ref: high",
        "long_ref: 'high[1]', short_ref: 'low[1]'",
        "value: 2",
    ],
)
def test_levels_that_may_protect(refs: str) -> None:
    sections = f"{FIRST_HIT}{BANDS}\nrisk: {{stop_loss: {{type: structure, {refs}}}}}"
    assert "E701" not in codes(sections)
