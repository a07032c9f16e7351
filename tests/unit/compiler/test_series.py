import pytest

from frontend import typed
from tradec.compiler import ir
from tradec.compiler.types import AnchoredMemory, FadingMemory, FiniteMemory, Kind

PLAY = """
variables: {n: 9}
features:
  ema_9: {indicator: ema, params: {length: "${n}"}}
  rsi_14: {indicator: rsi, params: {length: 14}, source: ema_9}
  sma_5: {indicator: sma, params: {length: 5}, source: rsi_14}
  sma_3: {indicator: sma, params: {length: 3}, source: sma_4}
  sma_4: {indicator: sma, params: {length: 4}, source: ohlc4}
  macd_12: {indicator: macd, source: volume}
  bbands_20: {indicator: bbands, source: rsi_14}
  ema_50_1h: {indicator: ema, params: {length: 50}, tf: 1h, source: hl2}
structures:
  med_tf: [{type: swing, key: a, params: {left: 3, right: 2}}]
  exec:
    - {type: swing, key: z, params: {left: 5, right: 5}}
    - {type: trend, key: t, uses: z}
actions: {entry_long: "close > 0"}
"""


@pytest.fixture(scope="module")
def play() -> ir.Play:
    return typed(PLAY)


def series(play: ir.Play, name: str) -> ir.Series:
    return next(s for s in play.series if s.id == name)


def output(play: ir.Play, name: str, field: str) -> ir.Output:
    return next(o for o in series(play, name).outputs if o.name == field)


def test_order(play: ir.Play) -> None:
    assert [s.id for s in play.series] == [
        "ema_9",
        "macd_12",
        "rsi_14",
        "bbands_20",
        "sma_4",
        "sma_3",
        "sma_5",
        "z",
        "t",
        "ema_50_1h",
        "a",
    ]


def test_first_values_add_up(play: ir.Play) -> None:
    assert output(play, "ema_9", "value").first_valid == 8
    assert output(play, "rsi_14", "value").first_valid == 8 + 14
    assert output(play, "sma_5", "value").first_valid == 8 + 14 + 4
    assert output(play, "macd_12", "macd").first_valid == 25
    assert output(play, "macd_12", "signal").first_valid == 33
    assert output(play, "z", "version").first_valid == 10
    assert output(play, "t", "direction").first_valid == 10


def test_memory_of_a_chain(play: ir.Play) -> None:
    assert output(play, "sma_4", "value").type.memory == FiniteMemory(4)
    assert output(play, "sma_3", "value").type.memory == FiniteMemory(6)
    fading = output(play, "sma_5", "value").type.memory
    assert isinstance(fading, FadingMemory)
    assert (fading.decay, fading.window) == (13 / 14, 2 + 4)
    anchored = output(play, "t", "direction").type.memory
    assert isinstance(anchored, AnchoredMemory)
    assert anchored.bars_required == 11


def test_units_follow_the_source(play: ir.Play) -> None:
    assert output(play, "macd_12", "macd").type.unit == "volume"
    assert output(play, "bbands_20", "upper").type.unit == "bounded oscillator"
    assert output(play, "bbands_20", "bandwidth").type.unit == "percent"
    assert output(play, "sma_4", "value").type.unit == "price"


def test_inputs(play: ir.Play) -> None:
    assert [getattr(i, "series", None) for i in series(play, "rsi_14").inputs] == ["ema_9"]
    (source, number) = series(play, "bbands_20").inputs
    assert isinstance(source, ir.Read)
    assert number is None
    assert series(play, "z").inputs[-1] is None
    assert series(play, "t").uses == ("z",)


def test_the_middle_of_the_bar(play: ir.Play) -> None:
    match series(play, "ema_50_1h").inputs[0]:
        case ir.Arithmetic(
            op="/",
            left=ir.Arithmetic(
                op="+",
                left=ir.Read(series="1h", output="high"),
                right=ir.Read(series="1h", output="low"),
            ),
            right=ir.Const(value=2.0),
        ):
            pass
        case other:
            pytest.fail(f"not hl2: {other}")


def test_the_mean_of_four_prices_is_summed_from_the_left(play: ir.Play) -> None:
    node = series(play, "sma_4").inputs[0]
    names = []
    assert isinstance(node, ir.Arithmetic)
    assert node.right == ir.Const(value=4.0, type=node.right.type)
    node = node.left
    while isinstance(node, ir.Arithmetic):
        assert isinstance(node.right, ir.Read)
        names.append(node.right.output)
        node = node.left
    assert isinstance(node, ir.Read)
    assert [node.output, *reversed(names)] == ["open", "high", "low", "close"]


def test_parameters(play: ir.Play) -> None:
    assert dict(series(play, "ema_9").params)["length"] == ir.Param(
        name="n",
        type=dict(series(play, "ema_9").params)["length"].type,  # type: ignore[union-attr]
    )
    assert [(p.name, p.value) for p in play.params] == [("n", 9)]
    swing = dict(series(play, "z").params)
    mode = swing["mode"]
    assert isinstance(mode, ir.Const)
    assert (mode.value, mode.type.kind) == (0, Kind.ENUM)
    assert swing["min_atr_move"] is None


def test_types_of_a_structure(play: ir.Play) -> None:
    level = output(play, "a", "high_level").type
    assert (level.timeframe, level.lag, level.unit) == ("1h", 2, "price")
    assert output(play, "a", "high_idx").empty == -1
    assert output(play, "a", "high_accepted").type.kind is Kind.BOOL


def test_a_set_variable_changes_types_only() -> None:
    changed = typed(PLAY, {"n": "20"})
    assert output(changed, "ema_9", "value").first_valid == 19
    assert output(changed, "sma_5", "value").first_valid == 19 + 14 + 4
    assert [(p.name, p.value) for p in changed.params] == [("n", 20)]


def test_words_and_truths_of_variables_are_no_parameters() -> None:
    found = typed("""
variables: {strict: true, how: fractal}
structures:
  exec:
    - type: swing
      key: s
      params: {left: 5, right: 5, strict_alternation: "${strict}", mode: "${how}"}
actions: {entry_long: "close > s.high_level"}
""")
    assert found.params == ()
    strict = dict(series(found, "s").params)["strict_alternation"]
    assert isinstance(strict, ir.Const)
    assert strict.value == 1
