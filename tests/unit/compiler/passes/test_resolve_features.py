from dataclasses import replace

import pytest

from frontend import codes, findings, one, placed, surface, typed
from tradec.compiler.passes.resolve_features import resolve_features
from tradec.dsl import nodes


def features(text: str, actions: str = "ema_9 > 0") -> str:
    return f'features:\n  ema_9: {text}\nactions:\n  entry_long: "{actions}"\n'


def explicit(text: str) -> nodes.Feature:
    play, found = surface(features(text), resolve_features.__name__)
    assert [d for d in found if d.code.startswith("E")] == []
    return play.features[0]


def params(feature: nodes.Feature) -> dict[str, object]:
    return {a.name: getattr(a.value, "value", a.value) for a in feature.params}


def test_defaults_become_explicit_in_the_order_of_the_spec() -> None:
    found = explicit("{indicator: macd, params: {signal: 5}}")
    assert list(params(found).items()) == [("fast", 12), ("slow", 26), ("signal", 5)]
    assert found.source is not None
    assert found.source.value == "close"


def test_writing_a_default_changes_nothing() -> None:
    short = explicit("{indicator: bbands}")
    full = "{indicator: bbands, params: {ddof: 0, std: 2, length: 20}, source: close, tf: 15m}"
    assert short == explicit(full)
    assert params(short)["std"] == 2.0


def test_what_reads_the_bar_has_no_source() -> None:
    assert explicit("{indicator: atr}").source is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{indicator: ema, params: {lenght: 9}}", "`ema` has no parameter `lenght`"),
        ("{indicator: ema, params: {length: 0}}", "`length` is 0, not from 1 to 5000"),
        ("{indicator: ema, params: {length: 14.0}}", "`length` is `14.0`, not a whole number"),
        ("{indicator: ema, params: {length: true}}", "`length` is `true`, not a whole number"),
        ("{indicator: ema, params: {length: nine}}", "`length` is `nine`, not a whole number"),
        ("{indicator: ema, params: {length: [9]}}", "`length` is a list, not a whole number"),
        ("{indicator: rsi, params: {length: 1}}", "`length` is 1, not from 2 to 5000"),
        ("{indicator: bbands, params: {std: 0}}", "`std` is 0, not above 0"),
        ("{indicator: bbands, params: {std: wide}}", "`std` is `wide`, not a number"),
        ("{indicator: macd, params: {fast: 26}}", "fast must be shorter than slow"),
    ],
)
def test_bad_parameters(text: str, message: str) -> None:
    assert message in one(features(text), "E302").message


@pytest.mark.parametrize(
    ("value", "legal"), [("9", True), ("0", False), ("9.0", False), ("true", False)]
)
def test_the_value_of_a_variable_is_checked(value: str, legal: bool) -> None:  # noqa: FBT001
    sections = features('{indicator: ema, params: {length: "${n}"}}')
    found = codes(f"variables: {{n: {value}}}\n{sections}")
    assert ("E302" in found) is not legal


def test_a_misspelled_parameter_and_indicator_have_advice() -> None:
    sections = features("{indicator: ema, params: {lenght: 9}}")
    assert one(sections, "E302").helps == ("write `length`",)
    assert placed(sections, one(sections, "E302")) == "lenght"
    sections = features("{indicator: emma, params: {length: 9}}")
    assert "`ema`" in one(sections, "E301").helps[0]
    assert placed(sections, one(sections, "E301")) == "emma"


def test_an_unknown_indicator_is_one_error_however_often_it_is_read() -> None:
    sections = features("{indicator: emma, params: {length: 9}}", "ema_9 > 1 and ema_9.x == no")
    assert [c for c in codes(sections) if c.startswith("E")] == ["E301"]


def test_a_structure_is_no_indicator() -> None:
    found = one(features("{indicator: swing}"), "E301")
    assert found.helps == ("declare it under `structures`",)


def test_a_source_without_effect() -> None:
    sections = features("{indicator: atr, params: {length: 9}, source: open}")
    assert placed(sections, one(sections, "W110")) == "open"


CHAIN = """
features:
  ema_9: {indicator: ema, params: {length: 9}, source: %s}
  rsi_14: {indicator: rsi, params: {length: 14}, source: %s}
  atr_1h_14: {indicator: atr, params: {length: 14}, tf: 1h}
structures:
  exec: [{type: swing, key: swing, params: {left: 5, right: 5}}]
actions: {entry_long: "ema_9 > 0 and rsi_14 > 0 and atr_1h_14 > 0 and close > swing.high_level"}
"""


def test_a_chain_may_be_declared_in_any_order() -> None:
    assert codes(CHAIN % ("rsi_14", "hl2")) == []
    assert codes(CHAIN % ("volume", "ema_9")) == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("hlc4", "unknown source `hlc4`"),
        ("swing", "unknown source `swing`"),
        ("atr_1h_14", "source `atr_1h_14` runs on `1h`, not on `15m`"),
    ],
)
def test_bad_sources(source: str, message: str) -> None:
    assert one(CHAIN % (source, "close"), "E303").message == message


def test_a_circle() -> None:
    found = [d for d in findings(CHAIN % ("rsi_14", "ema_9")) if d.code == "E404"]
    assert [d.message for d in found] == [
        "`ema_9` reads itself: ema_9 -> rsi_14 -> ema_9",
        "`rsi_14` reads itself: rsi_14 -> ema_9 -> rsi_14",
    ]
    assert [d.code for d in findings(CHAIN % ("ema_9", "ema_9"))] == ["E404"]


QUALIFIED = """
features:
  ema_50_1h: {indicator: ema, params: {length: 50}, tf: 1h}
  ema_50: {indicator: ema, params: {length: 50}}
  ema_20: {indicator: ema, params: {length: 20}, tf: 4h}
structures:
  exec: [{type: swing, key: swing, params: {left: 5, right: 5}}]
actions: {entry_long: "close > %s"}
"""


@pytest.mark.parametrize(
    ("written", "series"),
    [
        ("1h.ema_50", "ema_50_1h"),
        ("1h.ema_50_1h", "ema_50_1h"),
        ("exec.ema_50", "ema_50"),
        ("15m.ema_50[2]", "ema_50"),
        ("4h.ema_20", "ema_20"),
        ("exec.swing.high_level", "swing"),
    ],
)
def test_qualified_names(written: str, series: str) -> None:
    play, found = surface(QUALIFIED % written, resolve_features.__name__)
    assert found == ()
    when = play.actions[0].cases[0].when
    assert isinstance(when, nodes.Compare)
    assert isinstance(when.right, nodes.Ref)
    assert when.right.qualifier is None
    assert when.right.segments[0].name == series


def test_a_clone_on_another_timeframe() -> None:
    play, found = surface(QUALIFIED % "D.ema_20", resolve_features.__name__)
    assert found == ()
    assert [f.id for f in play.features] == ["ema_50_1h", "ema_50", "ema_20", "ema_20_D"]
    original, clone = play.features[2:]
    assert clone == replace(original, id="ema_20_D", tf=nodes.Literal(value="D"))


def test_a_clone_means_what_its_declaration_means() -> None:
    declared = QUALIFIED.replace(
        "structures:", "  ema_20_D: {indicator: ema, params: {length: 20}, tf: D}\nstructures:"
    )
    assert typed(QUALIFIED % "D.ema_20").series == typed(declared % "ema_20_D").series


def test_a_clone_of_a_chain_clones_the_chain() -> None:
    sections = """
features:
  rsi_14: {indicator: rsi, params: {length: 14}}
  sma_5: {indicator: sma, params: {length: 5}, source: rsi_14}
actions: {entry_long: "1h.sma_5 > sma_5 and 1h.rsi_14 > 50"}
"""
    play, found = surface(sections, resolve_features.__name__)
    assert found == ()
    chained = {f.id: f.source.value for f in play.features if f.source}
    assert chained["sma_5_1h"] == "rsi_14_1h"
    assert [f.id for f in play.features] == ["rsi_14", "sma_5", "rsi_14_1h", "sma_5_1h"]


def test_a_clone_takes_no_name_that_is_taken() -> None:
    sections = """
features:
  ema_9: {indicator: ema, params: {length: 9}}
  ema_9_1h: {indicator: ema, params: {length: 9}, tf: 4h}
actions: {entry_long: "1h.ema_9 > ema_9 and ema_9_1h > 0"}
"""
    play, found = surface(sections, resolve_features.__name__)
    assert found == ()
    assert [f.id for f in play.features] == ["ema_9", "ema_9_1h", "ema_9_1h_"]


@pytest.mark.parametrize("written", ["1h.swing.high_level", "1h.ema_99", "1h.last_prize"])
def test_a_qualified_name_that_means_nothing(written: str) -> None:
    assert placed(QUALIFIED % written, one(QUALIFIED % written, "E401")) == written
