"""Whole plays: every section as nodes, every kind of mistake with its place."""

import pytest

from complete import complete
from reading import read, read_clean
from tradec.dsl import nodes, written
from tradec.dsl.build import read_what_stands
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Source

PLAY = """
version: 3.1
name: "007"
id: cross.v1
description: |
  Two lines
  of text
symbol: btcusdt
timeframes: {low_tf: 15m, med_tf: 1h, high_tf: D, exec: low_tf}
account:
  starting_equity_usdt: 5000
  max_leverage: 2
  fee_model: {maker_bps: -1}
features:
  ema_9: {indicator: ema, params: {length: 9}}
  ema_50_1h: {indicator: ema, params: {length: 50, flag: true}, tf: 1h, source: hl2}
structures:
  exec:
    - {type: swing, key: swing, params: {left: 5, mode: fractal}}
    - {type: trend, key: trend, uses: swing}
  high_tf:
    D: [{type: rolling_window, key: top, uses: [swing, trend]}]
actions:
  - id: entry
    cases:
      - when: [ema_9, cross_above, ema_50_1h]
        emit: [entry_long, {action: entry_short}]
      - {when: "close > ema_9", emit: [{action: exit_long, percent: 100}]}
    else: {emit: [no_action]}
position_policy: {mode: long_short, exit_mode: first_hit, max_positions_per_symbol: 1,
  allow_flip: false}
risk:
  stop_loss: {type: price_percent, value: 1}
  take_profit_pct: 400
  max_position_pct: 50
  sl_order_type: Market
validation: {pattern: trending, bars: 500, seed: 7, base_price: 100, volatility: 0.03}
"""


TWIN = "{id: a, cases: [{when: close > 1, emit: [no_action]}]}"


def literal(value: float | str) -> nodes.Literal:
    return nodes.Literal(value=value)


def test_every_section() -> None:
    play = read_clean(PLAY)
    assert (play.version, play.name, play.id) == (
        literal("3.1"),
        literal("007"),
        literal("cross.v1"),
    )
    assert play.description == literal("Two lines\nof text\n")
    assert play.symbol == literal("BTCUSDT")
    assert play.timeframes == nodes.Timeframes(
        low_tf=literal("15m"), med_tf=literal("1h"), high_tf=literal("D"), exec=literal("low_tf")
    )
    assert play.account == written.Account(
        starting_equity_usdt=literal(5000.0), max_leverage=literal(2.0), maker_bps=literal(-1.0)
    )
    assert play.policy == written.Policy(
        mode=literal("long_short"),
        exit_mode=literal("first_hit"),
        max_positions_per_symbol=literal(1),
    )
    assert play.risk == written.Risk(
        stop_loss=written.Rule(type=literal("price_percent"), value=literal(1.0)),
        take_profit_pct=literal(400.0),
        max_position_pct=literal(50.0),
        sl_order_type=literal("Market"),
    )
    assert play.validation == written.Validation(
        pattern=literal("trending"),
        bars=literal(500),
        seed=literal(7),
        base_price=literal(100.0),
        volatility=literal(0.03),
    )


def test_features_and_structures() -> None:
    play = read_clean(PLAY)
    assert play.features[1] == nodes.Feature(
        id="ema_50_1h",
        indicator=literal("ema"),
        params=(
            nodes.Argument(name="length", value=literal(50)),
            nodes.Argument(name="flag", value=literal(True)),
        ),
        tf=literal("1h"),
        source=literal("hl2"),
    )
    exec_, high = literal("exec"), literal("high_tf")
    assert play.structures == (
        nodes.Structure(
            key=literal("swing"),
            type=literal("swing"),
            role=exec_,
            params=(
                nodes.Argument(name="left", value=literal(5)),
                nodes.Argument(name="mode", value=literal("fractal")),
            ),
        ),
        nodes.Structure(
            key=literal("trend"), type=literal("trend"), role=exec_, uses=(literal("swing"),)
        ),
        nodes.Structure(
            key=literal("top"),
            type=literal("rolling_window"),
            role=high,
            nested_tf=literal("D"),
            uses=(literal("swing"), literal("trend")),
        ),
    )


def test_a_structure_under_its_type_is_understood_and_refused() -> None:
    text = complete("structures: {exec: [{swing: {params: {left: 5}}}]}")
    play, found = read(text)
    assert play is None
    assert [(one.code, one.helps) for one in found] == [
        ("E101", ("write `{type: swing, key: swing, ...}`",))
    ]
    stands = read_what_stands(Source("play.yml", text), Diagnostics())
    assert stands is not None
    (structure,) = stands.structures
    assert (structure.key, structure.type) == (literal("swing"), literal("swing"))
    assert structure.params == (nodes.Argument(name="left", value=literal(5)),)


def test_blocks() -> None:
    (block,) = read_clean(PLAY).actions
    assert block.id == literal("entry")
    assert [intent.action.value for intent in block.cases[0].emit] == ["entry_long", "entry_short"]
    assert block.cases[1].emit == (
        nodes.Intent(action=literal("exit_long"), percent=literal(100.0)),
    )
    assert block.otherwise == (nodes.Intent(action=literal("no_action")),)


def test_the_map_form_keeps_the_order_of_the_file() -> None:
    text = """
actions:
  exit_long: {when: "rsi_14 > 70"}
  entry_long: [[ema_9, cross_above, ema_21], "rsi_14 < 70"]
"""
    play = read_clean(complete(text))
    assert [block.id.value for block in play.actions] == ["exit_long", "entry_long"]
    assert isinstance(play.actions[1].cases[0].when, nodes.All)


def test_intents_in_both_forms() -> None:
    note = "metadata: {why: dip, level: 2, from: {feature_id: 1h.ema_50, offset: 2}, ok: true}"
    in_map = f"actions: {{exit_long: {{when: close > 1, percent: 50, {note}}}}}"
    intent = f"{{action: exit_long, percent: 50, {note}}}"
    in_list = f"actions: [{{id: exit_long, cases: [{{when: close > 1, emit: [{intent}]}}]}}]"
    reference = nodes.Ref(qualifier="1h", segments=(nodes.Segment(name="ema_50", indexes=(2,)),))
    expected = nodes.Intent(
        action=literal("exit_long"),
        percent=literal(50.0),
        metadata=(
            nodes.Note(name="why", value=literal("dip")),
            nodes.Note(name="level", value=literal(2)),
            nodes.Note(name="from", value=reference),
            nodes.Note(name="ok", value=nodes.Literal(value=True)),
        ),
    )
    for text in (in_map, in_list):
        (block,) = read_clean(complete(text)).actions
        assert block.cases[0].emit == (expected,)


def test_a_map_entry_without_its_condition() -> None:
    text = complete("actions: {exit_long: {percent: 50}}")
    _, found = read(text)
    assert [(one.code, one.message) for one in found] == [
        ("E102", "`actions.exit_long.when` is missing")
    ]


def test_spans_are_those_of_the_file() -> None:
    play = read_clean(PLAY)
    named = [(feature.id, feature.span) for feature in play.features]
    named += [(str(structure.key.value), structure.span) for structure in play.structures]
    for name, span in named:
        assert PLAY[span.start.offset : span.end.offset] == name


@pytest.mark.parametrize(
    ("sections", "code", "part", "word"),
    [
        ("riks: {}", "E101", "riks", "write `risk`"),
        ("account: {leverage: 1.0}", "E101", "leverage", "write `max_leverage`"),
        ("account: {fee_model: {taker: 1}}", "E101", "taker", "write `taker_bps`"),
        ("features: {ema_9: {indicator: ema, length: 9}}", "E101", "length", "`params:`"),
        ("position_policy: {mod: long_only}", "E101", "mod", "`position_policy.mod`"),
        (
            "actions: [{id: a, cases: [{when: close > 1, emits: [no_action]}]}]",
            "E101",
            "emits",
            "emit",
        ),
        (
            "actions: {entry_long: {when: close > 1, then: 1}}",
            "E101",
            "then",
            "`actions.entry_long",
        ),
        ("structures: {1h: []}", "E101", "1h", "accepted keys: exec, high_tf"),
        ("timeframes: {low_tf: 15m, med_tf: 1h, exec: low_tf}", "E102", "timeframes", "high_tf"),
        ("structures: {exec: [{type: swing}]}", "E102", "type", "structures.exec[0].key"),
        ("risk: {stop_loss: {type: percent}}", "E102", "stop_loss", "risk.stop_loss.value"),
        (
            "actions: [{cases: [{when: close > 1, emit: [no_action]}]}]",
            "E102",
            "{cases: [{when: close > 1, emit: [no_action]}]}",
            "id",
        ),
        ("account: []", "E103", "[]", "takes a mapping"),
        ("features:", "E103", "", "received nothing"),
        ("features: {a: {indicator: ema, params: {length: {x: 1}}}}", "E103", "{x: 1}", "list"),
        ("risk: {stop_loss_pct: yes}", "E103", "yes", "takes a number"),
        ("risk: {stop_loss_pct: '2'}", "E103", "'2'", "remove the quotes"),
        ("risk: {stop_loss_pct: 0x10}", "E103", "0x10", "takes a number"),
        ("risk: {stop_loss_pct: .nan}", "E103", ".nan", "takes a number"),
        ("validation: {bars: 5.0}", "E103", "5.0", "write `5`"),
        ("position_policy: {allow_flip: 5}", "E103", "5", "true or false"),
        ("actions: 5", "E103", "5", "`actions`"),
        ("actions: {entry_long: }", "E103", "", "condition"),
        ("risk: {stop_loss_pct: 100.1}", "E104", "100.1", "at most 100"),
        ("risk: {stop_loss_pct: 0}", "E104", "0", "above 0"),
        ("account: {max_leverage: 0.99}", "E104", "0.99", "at least 1"),
        ("account: {starting_equity_usdt: 1e400}", "E104", "1e400", "64 bits"),
        ("position_policy: {max_positions_per_symbol: 2}", "E104", "2", "equal to 1"),
        ("position_policy: {max_positions: 2}", "E104", "2", "`1`"),
        ("position_policy: {exit_mode: signals}", "E104", "signals", "write `signal`"),
        ("risk: {stop_loss: {type: percents, value: 1}}", "E104", "percents", "`percent`"),
        ("features: {é: {indicator: ema}}", "E104", "é", "id"),
        ("features: {a b: {indicator: ema}}", "E104", "a b", "id"),
        ("structures: {exec: [{type: swing, key: ema_9}]}", "E105", "ema_9", "first here"),
        ("features: {a: {indicator: ema}, a: {indicator: sma}}", "E105", "a", "first here"),
        (
            f"actions: [{TWIN}, {TWIN}]",
            "E105",
            "a",
            "first here",
        ),
        ("account: {margin_mode: isolated}", "E106", "isolated", "isolated_usdt"),
        ("risk_limits: {max_drawdown_pct: 5}", "E106", "risk_limits", "account.max_drawdown_pct"),
        ("risk: {risk_per_trade_pct: 1}", "E106", "risk_per_trade_pct", "max_position_pct"),
        (
            "features: {a: {indicator_type: ema, indicator: ema}}",
            "E106",
            "indicator_type",
            "indicator",
        ),
        ("blocks: []", "E106", "blocks", "actions"),
        ("signal_rules: []", "E106", "signal_rules", "actions"),
        ("tf_mapping: {}", "E106", "tf_mapping", "timeframes"),
        ("warmup_bars: 5", "E106", "warmup_bars", "computed"),
        ("setups: {up: }", "E103", "", "a condition"),
        ("evaluation: daily", "E104", "daily", "`every_1m`"),
        ("warmup: soon", "E103", "soon", "a mapping"),
        ("warmup: {tolerance: 0}", "E104", "0", "tolerance"),
        ("warmup: {tolerance: 2}", "E104", "2", "tolerance"),
        ("warmup: {}", "E102", "warmup", "`warmup.tolerance`"),
        ("warmup: {bars: 5}", "E101", "bars", "tolerance"),
        ("features: {close: {indicator: ema}}", "E307", "close", "word"),
        ("features: {AND: {indicator: ema}}", "E307", "AND", "word"),
        ("features: {D: {indicator: ema}}", "E307", "D", "word"),
        ("features: {entry_long: {indicator: ema}}", "E307", "entry_long", "word"),
        ("actions: {adjust_stop: close > 1}", "E601", "adjust_stop", "the actions are"),
        ("actions: {buy: close > 1}", "E601", "buy", "write `entry_long`"),
        ("actions: {}", "E603", "actions", "empty"),
        ("actions: [{id: a, cases: []}]", "E603", "cases", "empty"),
        ("actions: [{id: a, cases: [{when: close > 1, emit: []}]}]", "E603", "emit", "empty"),
    ],
)
def test_mistakes(sections: str, code: str, part: str, word: str) -> None:
    text = complete(sections)
    play, found = read(text)
    assert play is None
    one = next(one for one in found if one.code == code)
    assert text[one.span.start.offset : one.span.end.offset] == part
    labels = [label.text for label in one.labels]
    assert word in " ".join((one.message, *one.notes, *one.helps, *labels))


@pytest.mark.parametrize(
    ("intent", "code", "part"),
    [
        ("{action: entry_long, percent: 100}", "E602", "percent"),
        ("{action: exit_long, percent: 0}", "E602", "0"),
        ("{action: exit_long, percent: 101}", "E602", "101"),
        ("{action: exit_long, metadata: []}", "E103", "[]"),
        ("{action: exit_long, metadata: {a: [1]}}", "E103", "[1]"),
        ("{action: exit_long, metadata: {a: {feature_id: x, offset: 501}}}", "E507", "501"),
        ("{action: exit_long, metadata: {a: [x, +, 1]}}", "E103", "[x, +, 1]"),
        ("{action: entry_long, metadata: {stop_loss: 1}}", "E307", "stop_loss"),
        ("{action: entry_long, metadata: {a: 1e400}}", "E104", "1e400"),
        ("{action: adjust_stop}", "E601", "adjust_stop"),
        ("[exit_long]", "E103", "[exit_long]"),
    ],
)
def test_intents(intent: str, code: str, part: str) -> None:
    cases = f"cases: [{{when: close > 1, emit: [{intent}]}}]"
    text = complete(f"actions: [{{id: a, {cases}}}]")
    _, found = read(text)
    assert [one.code for one in found] == [code]
    assert text[found[0].span.start.offset : found[0].span.end.offset] == part


@pytest.mark.parametrize(
    "missing", ["name", "symbol", "timeframes", "account", "features", "actions"]
)
def test_what_is_required(missing: str) -> None:
    lines = [
        "version: '3.0.0'",
        "name: x",
        "symbol: BTCUSDT",
        "timeframes: {low_tf: 15m, med_tf: 1h, high_tf: D, exec: low_tf}",
        "account: {}",
        "features: {}",
        "actions: {entry_long: close > open}",
    ]
    kept = [line for line in lines if not line.startswith(missing)]
    _, found = read("\n".join(kept) + "\n")
    assert [(one.code, one.message) for one in found] == [("E102", f"`{missing}` is missing")]
    read_clean("\n".join(lines) + "\n")


def test_structures_stand_in_for_features() -> None:
    text = complete("features: {}\nactions: {entry_long: swing.high_level > 1}\n")
    text = text.replace("features: {}", "structures: {exec: [{type: swing, key: swing}]}")
    assert read_clean(text).features == ()


@pytest.mark.parametrize("version", ["3.0", "3.1.2", "3.10"])
def test_versions_of_this_language(version: str) -> None:
    read_clean(complete("").replace('"3.0.0"', version))


@pytest.mark.parametrize("version", ["3", "2.0.0", "4.0", "3.0.0.1", "v3.0"])
def test_other_versions(version: str) -> None:
    _, found = read(complete("").replace('"3.0.0"', version))
    assert [one.code for one in found] == ["E104"]


def test_deprecated_aliases_warn_and_change_nothing() -> None:
    policy = "position_policy: {max_positions: 1, pyramid_mode: none, allow_scale_in: false}"
    play, found = read(complete(policy))
    assert play == read_clean(complete("position_policy: {}"))
    assert [one.code for one in found] == ["W105", "W105"]


def test_all_errors_of_a_file_come_together_by_place() -> None:
    text = complete("risk: {a: 1}\naccount: {b: 2}\nactions: {entry_long: [x, gt, y]}\nfoo: 1\n")
    _, found = read(text)
    assert [one.code for one in found] == ["E101", "E101", "E502", "E101"]
    assert [one.span for one in found] == sorted(one.span for one in found)
