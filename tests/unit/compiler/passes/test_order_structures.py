import pytest

from frontend import codes, findings, one, placed, surface, typed
from tradec.compiler import ir
from tradec.compiler.passes.order_structures import order_structures
from tradec.runtime.spec import DATA_DEPENDENT

SWING = "{type: swing, key: s, params: {left: 5, right: 5}}"
WINDOW = "{type: rolling_window, key: t, params: {size: 3, source: close, mode: max}, uses: s}"
TREND = "{type: trend, key: t, uses: s}"


def structures(*entries: str, features: str = "", rule: str = "t.direction == 1") -> str:
    lines = "\n".join(f"    - {entry}" for entry in entries)
    declared = f"features:\n{features}\n" if features else ""
    return f'{declared}structures:\n  exec:\n{lines}\nactions:\n  entry_long: "{rule}"\n'


def keys(sections: str) -> list[str]:
    play, found = surface(sections, order_structures.__name__)
    assert [d.code for d in found if d.code.startswith("E")] == []
    return [str(s.key.value) for s in play.structures]


def test_each_stands_after_what_it_uses() -> None:
    other = "{type: swing, key: z, params: {left: 5, right: 5}}"
    user = "{type: trend, key: a, uses: z}"
    assert keys(structures(other, SWING, user, TREND)) == ["s", "t", "z", "a"]


def test_sections_have_no_order() -> None:
    upper = f"structures:\n  exec: [{TREND}]\n  low_tf: [{SWING}]\n"
    lower = f"structures:\n  low_tf: [{SWING}]\n  exec: [{TREND}]\n"
    assert keys(upper) == keys(lower) == ["s", "t"]


def test_parameters_are_explicit() -> None:
    play, _ = surface(structures(SWING, TREND), order_structures.__name__)
    assert [a.name for a in play.structures[0].params] == [
        "mode",
        "left",
        "right",
        "atr_multiplier",
        "major_threshold",
        "strict_alternation",
    ]
    assert play.structures[1].params[0].name == "wave_history_size"


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ((TREND, SWING), "`s` is not declared above `t`"),
        ((SWING, "{type: trend, key: t, uses: t}"), "`t` is not declared above `t`"),
        ((SWING, "{type: trend, key: t}"), "`trend` needs a swing"),
        ((SWING, "{type: trend, key: t, uses: x}"), "`x` is not declared"),
        ((SWING, "{type: trend, key: t, uses: ema_9}"), "`ema_9` is a feature"),
        ((SWING, TREND, "{type: trend, key: u, uses: t}"), "`trend` cannot use `t`, a trend"),
        (
            (
                SWING,
                WINDOW,
            ),
            "`rolling_window` cannot use `s`, a swing",
        ),
        (
            (
                SWING,
                "{type: swing, key: z, params: {left: 5, right: 5}}",
                "{type: trend, key: t, uses: [s, z]}",
            ),
            "`z` is a second swing for `t`",
        ),
    ],
)
def test_bad_dependencies(entries: tuple[str, ...], message: str) -> None:
    assert one(structures(*entries), "E306").message == message


def test_another_timeframe_is_no_dependency() -> None:
    sections = f"structures:\n  med_tf: [{SWING}]\n  exec: [{TREND}]\n"
    found = one(sections, "E306")
    assert found.message == "`s` runs on `1h`, not on `15m`"
    assert placed(sections, found) == "s"


def test_an_unknown_type_is_one_error() -> None:
    sections = structures("{type: swings, key: s, params: {left: 5}}", TREND)
    assert [c for c in codes(sections) if c.startswith("E")] == ["E304"]
    assert one(sections, "E304").helps == ("write `swing`",)
    assert one(structures("{type: ema, key: t}"), "E304").helps == ("declare it under `features`",)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ("left: 5", "`swing` needs the parameter `right`"),
        ("left: 5, right: 501", "`right` is 501, not from 1 to 500"),
        ("left: 5, right: 5, mode: fractl", "`mode` has no choice `fractl`"),
        ("left: 5, right: 5, strict_alternation: 1", "`strict_alternation` is `1`"),
        ("left: 5, right: 5, lefft: 5", "`swing` has no parameter `lefft`"),
    ],
)
def test_bad_parameters(params: str, message: str) -> None:
    sections = structures(f"{{type: swing, key: s, params: {{{params}}}}}", TREND)
    assert message in one(sections, "E305").message


DISPLACEMENT = "{type: displacement, key: d, params: {atr_length: 14}}"


def block(params: str = "", uses: str = "") -> str:
    return f"{{type: order_block, key: t, params: {{{params}}}, uses: [{uses}]}}"


def order_blocks(*entries: str, features: str = "") -> str:
    return structures(*entries, features=features, rule="t.new_this_bar and s.version >= 0")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (
            (SWING, block("require_displacement: false")),
            "`require_displacement: false` needs a swing",
        ),
        (
            (SWING, DISPLACEMENT, block("require_displacement: false", "s, d")),
            "`require_displacement: false` takes no displacement",
        ),
        ((SWING, block()), "no feature `atr` for `atr_key`"),
        ((SWING, block("atr_key: atr_14", "s")), "no feature `atr_14` for `atr_key`"),
    ],
)
def test_what_is_needed_depends_on_the_instance(entries: tuple[str, ...], message: str) -> None:
    found = one(order_blocks(*entries), "E306")
    assert found.message == message
    assert found.span.start.line > 0


@pytest.mark.parametrize(
    ("entry", "uses", "first"),
    [
        (block("require_displacement: false", "s"), ("s",), 11),
        (block("", "s, d"), ("s", "d"), 13),
        (block("", "d"), ("d",), 13),
        (block("atr_length: 20"), (), 19),
        (block("atr_length: 1"), (), 1),
    ],
)
def test_the_first_value_follows_the_chain(entry: str, uses: tuple[str, ...], first: int) -> None:
    play = typed(order_blocks(SWING, DISPLACEMENT, entry))
    found = next(series for series in play.series if series.id == "t")
    assert found.uses == uses
    assert {output.first_valid for output in found.outputs} == {first}


def test_lag_and_warm_up_follow_the_swing() -> None:
    entries = (
        "{type: swing, key: s, params: {left: 5, right: 3}}",
        "{type: swing, key: z, params: {mode: atr_zigzag, atr_length: 14}}",
        "{type: market_structure, key: m, uses: s}",
        "{type: market_structure, key: t, uses: z}",
    )
    play = typed(structures(*entries, rule="t.bias == m.bias"))
    found = {
        series.id: {output.name: output.type.lag for output in series.outputs}
        for series in play.series
    }
    assert (found["m"]["break_level_high"], found["m"]["bos_this_bar"]) == (3, 0)
    assert found["t"]["break_level_high"] == DATA_DEPENDENT


# --- volatility -------------------------------------------------------------------------------

ATR = "  atr_14: {indicator: atr, params: {length: 14}}\n"
SLOW = "  atr_14: {indicator: atr, params: {length: 14}, tf: 1h}\n"
EMA = "  atr_14: {indicator: ema, params: {length: 14}}\n"


def zigzag(params: str, features: str = ATR) -> str:
    entry = f"{{type: swing, key: s, params: {{mode: atr_zigzag{params}}}}}"
    return structures(entry, features=features, rule="close > s.high_level and atr_14 > 0")


def swing(play: ir.Play) -> ir.Series:
    return next(series for series in play.series if series.id == "s")


def test_volatility_of_a_feature() -> None:
    found = swing(typed(zigzag(", atr_key: atr_14")))
    (read,) = [i for i in found.inputs if isinstance(i, ir.Read) and i.series == "atr_14"]
    assert read.output == "value"
    assert found.outputs[0].first_valid == 13
    assert dict(found.params)["atr_key"] is None


def test_a_private_volatility_wins() -> None:
    play = typed(zigzag(", atr_key: gone, atr_length: 20"))
    (private,) = [series for series in play.series if series.private]
    assert private.id == "volatility_20_15m"
    assert swing(play).inputs[-1] is not None
    assert swing(play).outputs[0].first_valid == 19
    assert play.series.index(private) < play.series.index(swing(play))


def test_one_private_series_serves_all() -> None:
    entry = "{type: swing, key: %s, params: {left: 5, right: 5, atr_length: 20}}"
    sections = structures(entry % "s", entry % "z", rule="s.version > z.version")
    assert [series.id for series in typed(sections).series if series.private] == [
        "volatility_20_15m"
    ]


def test_a_private_series_takes_no_declared_id() -> None:
    taken = "  volatility_20_15m: {indicator: ema, params: {length: 20}}\n"
    play = typed(zigzag(", atr_length: 20", ATR + taken))
    assert [s.id for s in play.series if s.private] == ["volatility_20_15m_"]


def test_a_variable_is_the_length() -> None:
    play = typed("variables: {n: 20}\n" + zigzag(', atr_length: "${n}"'))
    assert [s.id for s in play.series if s.private] == ["volatility_n_15m"]
    assert [param.name for param in play.params] == ["n"]


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        (zigzag(""), "`swing` needs volatility"),
        (zigzag(", atr_key: atr_15"), "no feature `atr_15` for `atr_key`"),
        (zigzag(", atr_key: atr_14", EMA), "`atr_14` is ema, which is no average true range"),
        (zigzag(", atr_key: atr_14", SLOW), "`atr_14` runs on `1h`, not on `15m`"),
    ],
)
def test_bad_volatility(sections: str, message: str) -> None:
    found = one(sections, "E306")
    assert found.message == message
    assert found.helps


def test_a_fractal_swing_needs_no_volatility() -> None:
    assert "E306" not in codes(structures(SWING, TREND))
    moves = "{type: swing, key: s, params: {left: 5, right: 5, min_atr_move: 2}}"
    assert one(structures(moves, TREND), "E306").message == "`swing` needs volatility"


# --- sources ----------------------------------------------------------------------------------


def window(source: str) -> str:
    entry = f"{{type: rolling_window, key: w, params: {{size: 3, source: {source}, mode: max}}}}"
    return structures(entry, rule="w.value > 1")


@pytest.mark.parametrize(
    ("source", "unit"),
    [("volume", "volume"), ("hl2", "price"), ("rsi_14", "bounded oscillator")],
)
def test_a_structure_over_a_source(source: str, unit: str) -> None:
    found = next(s for s in typed(window(source)).series if s.id == "w")
    assert found.outputs[0].type.unit == unit
    assert dict(found.params)["source"] is None


def test_a_chain_adds_up() -> None:
    found = next(s for s in typed(window("rsi_14")).series if s.id == "w")
    assert found.outputs[0].first_valid == 14 + 2


def test_a_missing_source_is_one_error() -> None:
    entry = "{type: rolling_window, key: w, params: {size: 3, mode: max}}"
    found = codes(structures(entry, rule="w.value > close and w.value > rsi_14"))
    assert [code for code in found if code.startswith("E")] == ["E305"]


def test_a_bad_source() -> None:
    assert placed(window("nothing"), one(window("nothing"), "E303")) == "nothing"
    assert [d.code for d in findings(window("w")) if d.code.startswith("E")] == ["E303"]
