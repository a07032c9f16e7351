"""The sections about money as written: every key, every bound, every old name."""

from typing import Any

import pytest

from complete import complete
from reading import read, read_clean
from tradec.dsl import nodes, written
from tradec.dsl.sections_money import ACCOUNT, ENTRY, FEE_MODEL, POLICY, RISK, RISK_MODEL

ACCOUNT_KEYS = """
account:
  starting_equity_usdt: 5000
  max_leverage: 5
  max_drawdown_pct: 30
  margin_mode: isolated_usdt
  fee_model: {taker_bps: 6, maker_bps: -1}
  slippage_bps: 0
  min_trade_notional_usdt: 0
  risk_per_trade_pct: 3
  max_notional_usdt: 1000
  max_margin_usdt: 500
  maintenance_margin_rate: 0.01
  mm_deduction: 0
  on_sl_beyond_liq: adjust
"""
LOW = nodes.Ref(qualifier=None, segments=(nodes.Segment(name="s"), nodes.Segment(name="low_level")))


def literal(value: float | str) -> nodes.Literal:
    return nodes.Literal(value=value)


def rule(type_: str, **given: Any) -> written.Rule:
    values: dict[str, Any] = {
        name: value if isinstance(value, nodes.Node) else literal(value)
        for name, value in given.items()
    }
    return written.Rule(type=literal(type_), **values)


def test_every_key_of_the_account() -> None:
    assert read_clean(complete(ACCOUNT_KEYS)).account == written.Account(
        starting_equity_usdt=literal(5000.0),
        max_leverage=literal(5.0),
        max_drawdown_pct=literal(30.0),
        margin_mode=literal("isolated_usdt"),
        taker_bps=literal(6.0),
        maker_bps=literal(-1.0),
        slippage_bps=literal(0.0),
        min_trade_notional_usdt=literal(0.0),
        risk_per_trade_pct=literal(3.0),
        max_notional_usdt=literal(1000.0),
        max_margin_usdt=literal(500.0),
        maintenance_margin_rate=literal(0.01),
        mm_deduction=literal(0.0),
        on_sl_beyond_liq=literal("adjust"),
    )


@pytest.mark.parametrize(
    ("stop", "expected"),
    [
        ("{type: percent, value: 2}", rule("percent", value=2.0)),
        ("{type: price_percent, value: 2}", rule("price_percent", value=2.0)),
        ("{type: fixed_points, value: 1500}", rule("fixed_points", value=1500.0)),
        (
            "{type: atr_multiple, value: 2, atr_feature_id: atr_14, buffer_pct: 0.1}",
            rule("atr_multiple", value=2.0, atr_feature_id="atr_14", buffer_pct=0.1),
        ),
        ("{type: structure}", rule("structure")),
        (
            (
                "{type: structure, value: 3, long_ref: s.low_level,"
                " short_ref: {feature_id: s, field: low_level}, buffer_pct: 0}"
            ),
            rule("structure", value=3.0, long_ref=LOW, short_ref=LOW, buffer_pct=0.0),
        ),
        (
            "{type: trailing_atr, atr_multiplier: 3, atr_feature_id: atr_14, activation_pct: 1}",
            rule("trailing_atr", atr_multiplier=3.0, atr_feature_id="atr_14", activation_pct=1.0),
        ),
        ("{type: trailing_pct, trail_pct: 1.5}", rule("trailing_pct", trail_pct=1.5)),
    ],
)
def test_stops(stop: str, expected: written.Rule) -> None:
    for section in ("risk", "risk_model"):
        risk = read_clean(complete(f"{section}: {{stop_loss: {stop}}}")).risk
        assert risk is not None
        assert risk.stop_loss == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("{type: percent, value: 400}", rule("percent", value=400.0)),
        ("{type: rr_ratio, value: 2}", rule("rr_ratio", value=2.0)),
        ("{type: fixed_points, value: 500}", rule("fixed_points", value=500.0)),
        (
            "{type: atr_multiple, value: 4, atr_feature_id: atr_14}",
            rule("atr_multiple", value=4.0, atr_feature_id="atr_14"),
        ),
    ],
)
def test_targets(target: str, expected: written.Rule) -> None:
    risk = read_clean(complete(f"risk: {{take_profit: {target}}}")).risk
    assert risk is not None
    assert risk.take_profit == expected


def test_the_rest_of_the_risk() -> None:
    text = """
risk:
  sizing: {model: risk_based, value: 1, max_leverage: 3, include_costs: on}
  trailing: {trail_pct: 2, activation_pct: 1}
  break_even: {activation_pct: 2, offset_pct: 0.2}
  tp_order_type: limit
  sl_order_type: MARKET
"""
    assert read_clean(complete(text)).risk == written.Risk(
        sizing=written.Sizing(
            model=literal("risk_based"),
            value=literal(1.0),
            max_leverage=literal(3.0),
            include_costs=nodes.Literal(value=True),
        ),
        trailing=written.Trailing(trail_pct=literal(2.0), activation_pct=literal(1.0)),
        break_even=written.BreakEven(activation_pct=literal(2.0), offset_pct=literal(0.2)),
        tp_order_type=literal("Limit"),
        sl_order_type=literal("Market"),
    )


def test_the_full_form_wins() -> None:
    text = complete("risk: {stop_loss_pct: 1}\nrisk_model: {stop_loss: {type: percent, value: 2}}")
    play, found = read(text)
    assert play is not None
    assert play.risk is not None
    assert (play.risk.is_full, play.risk.stop_loss_pct) == (True, None)
    assert [(one.code, one.message) for one in found] == [
        ("W110", "`risk` has no effect beside `risk_model`")
    ]


@pytest.mark.parametrize("order_type", ["MARKET", "limit", "Stop", "stop_limit"])
def test_entry(order_type: str) -> None:
    text = f"""
entry: {{order_type: {order_type}, limit_offset_pct: 0.1, trigger_offset_pct: 0.2,
  time_in_force: postonly, expire_after_bars: 3, on_resignal: replace}}
"""
    assert read_clean(complete(text)).entry == written.Entry(
        order_type=literal(order_type.upper()),
        limit_offset_pct=literal(0.1),
        trigger_offset_pct=literal(0.2),
        time_in_force=literal("PostOnly"),
        expire_after_bars=literal(3),
        on_resignal=literal("replace"),
    )


def test_policy() -> None:
    text = """
position_policy: {mode: long_short, exit_mode: signal, max_positions_per_symbol: 1,
  allow_flip: false, allow_scale_in: false, allow_scale_out: false, on_opposite: reverse}
"""
    assert read_clean(complete(text)).policy == written.Policy(
        mode=literal("long_short"),
        exit_mode=literal("signal"),
        max_positions_per_symbol=literal(1),
        on_opposite=literal("reverse"),
    )


@pytest.mark.parametrize(
    ("sections", "code", "part", "word"),
    [
        ("account: {maintenance_margin_rate: 1}", "E104", "1", "below 1"),
        ("account: {mm_deduction: -1}", "E104", "-1", "at least 0"),
        ("account: {on_sl_beyond_liq: ignore}", "E104", "ignore", "reject"),
        ("account: {fee_model: {taker_bps: -1}}", "E104", "-1", "at least 0"),
        ("account: {max_leverage: 0.5}", "E104", "0.5", "at least 1"),
        ("position_policy: {allow_flip: true}", "E104", "true", "`false`"),
        ("position_policy: {on_opposite: flip}", "E104", "flip", "reverse"),
        ("position_policy: {pyramid_mode: full}", "E104", "full", "`none`"),
        ("risk: {stop_loss: {value: 1}}", "E102", "stop_loss", "`risk.stop_loss.type`"),
        ("risk: {stop_loss: {type: rr_ratio, value: 1}}", "E104", "rr_ratio", "percent"),
        ("risk: {stop_loss: {type: fixed_points, value: 0}}", "E104", "0", "above 0"),
        ("risk: {stop_loss: {type: structure, value: 101}}", "E104", "101", "at most 100"),
        ("risk: {stop_loss: {type: atr_multiple, value: 1}}", "E102", "stop_loss", "atr_feature"),
        (
            "risk: {stop_loss: {type: percent, value: 1, trail_pct: 2}}",
            "E101",
            "trail_pct",
            "`type: trailing_pct`",
        ),
        (
            "risk: {stop_loss: {type: structure, long_ref: 5}}",
            "E103",
            "5",
            "`swing.low_level`",
        ),
        ("risk: {stop_loss: {type: percent, value: 1, atr_key: a}}", "E106", "atr_key", "atr_feat"),
        ("risk: {take_profit: {type: price_percent, value: 101}}", "E104", "101", "at most 100"),
        ("risk: {take_profit: {type: percent, value: 10001}}", "E104", "10001", "10000"),
        ("risk: {take_profit: {type: trailing_pct}}", "E104", "trailing_pct", "rr_ratio"),
        ("risk: {break_even: {activation_pct: 0}}", "E104", "0", "above 0"),
        ("risk: {break_even: {offset_pct: -0.1}}", "E104", "-0.1", "at least 0"),
        ("risk: {break_even: 5}", "E103", "5", "a mapping"),
        ("risk: {trailing: {atr_multiplier: 0}}", "E104", "0", "above 0"),
        ("risk: {trailing: {activation_pct: -1}}", "E104", "-1", "at least 0"),
        ("risk: {sizing: {}}", "E102", "sizing", "`risk.sizing.model`"),
        ("risk: {sizing: {model: kelly, value: 1}}", "E104", "kelly", "risk_based"),
        ("risk: {sizing: {model: risk_based, value: 101}}", "E104", "101", "at most 100"),
        ("risk: {sizing: {model: fixed_usdt}}", "E102", "sizing", "`risk.sizing.value`"),
        ("risk: {sizing: {model: fixed_usdt, value: 5, max_leverage: 0}}", "E104", "0", "least 1"),
        ("risk: {tp_order_type: Stop}", "E104", "Stop", "Limit"),
        ("risk_model: {stop_loss_pct: 1}", "E101", "stop_loss_pct", "write `stop_loss`"),
        ("risk_model: {risk_per_trade_pct: 1}", "E106", "risk_per_trade_pct", "risk_based"),
        ("entry: {order_type: ICEBERG}", "E104", "ICEBERG", "LIMIT"),
        ("entry: {limit_offset_pct: -1}", "E104", "-1", "at least 0"),
        ("entry: {limit_offset_pct: 100}", "E104", "100", "below 100"),
        ("entry: {trigger_offset_pct: 100}", "E104", "100", "below 100"),
        ("entry: {expire_after_bars: 1.5}", "E103", "1.5", "a whole number"),
        ("entry: {time_in_force: GTD}", "E104", "GTD", "GTC"),
        ("entry: {price: 5}", "E101", "price", "accepted keys: expire_after_bars"),
    ],
)
def test_mistakes(sections: str, code: str, part: str, word: str) -> None:
    text = complete(sections)
    play, found = read(text)
    assert play is None
    one = next(one for one in found if one.code == code)
    assert text[one.span.start.offset : one.span.end.offset] == part
    assert word in " ".join((one.message, *one.notes, *one.helps))


def test_a_value_that_a_trailing_stop_does_not_read() -> None:
    text = complete("risk: {stop_loss: {type: trailing_pct, value: 1, trail_pct: 2}}")
    _, found = read(text)
    assert [(one.code, one.span.start.offset) for one in found] == [("W110", text.index("value"))]


@pytest.mark.parametrize("section", [ACCOUNT, FEE_MODEL, ENTRY, RISK, POLICY, RISK_MODEL])
def test_defaults_lie_within_their_own_bounds(section: Any) -> None:
    """Every default that the tables print is a value that a play may write."""
    for key in section.keys:
        if key.default:
            written_ = f"{{{key.name}: {key.default}}}"
            path = section.path.split(".")
            for name in reversed(path):
                written_ = f"{{{name}: {written_}}}"
            play, found = read(complete(written_[1:-1]))
            assert play is not None, [one.message for one in found]
