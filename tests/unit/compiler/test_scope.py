import pytest

from frontend import codes, one, placed, typed
from tradec.compiler import ir

UNITS = """
features:
  ema_9: {indicator: ema, params: {length: 9}}
  macd_12: {indicator: macd}
  ema_50_1h: {indicator: ema, params: {length: 50}, tf: 1h}
structures:
  exec: [{type: swing, key: s, params: {left: 5, right: 5}}]
actions:
  entry_long: "%s"
"""


def left(text: str) -> ir.Read:
    when = typed(UNITS % text).blocks[0].cases[0].when
    assert isinstance(when, ir.Compare)
    assert isinstance(when.left, ir.Read)
    return when.left


@pytest.mark.parametrize(
    ("written", "series", "output", "offset"),
    [
        ("ema_9", "ema_9", "value", 0),
        ("ema_9.value", "ema_9", "value", 0),
        ("ema_9[3]", "ema_9", "value", 3),
        ("macd_12.macd[500]", "macd_12", "macd", 500),
        ("macd_12", "macd_12", "macd", 0),
        ("s.high_level", "s", "high_level", 0),
        ("close", "15m", "close", 0),
        ("close[2]", "15m", "close", 2),
        ("1h.close", "1h", "close", 0),
        ("high_tf.low[1]", "D", "low", 1),
        ("exec.open", "15m", "open", 0),
        ("1h.ema_50", "ema_50_1h", "value", 0),
    ],
)
def test_what_a_name_reads(written: str, series: str, output: str, offset: int) -> None:
    read = left(f"{written} > 1")
    assert (read.series, read.output, read.offset) == (series, output, offset)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("ema_99", "E401"),
        ("hl2", "E401"),
        ("ema_9.valeu", "E402"),
        ("close.value", "E402"),
        ("macd_12.sgnal[2]", "E402"),
        ("s.high_level[501]", "E507"),
        ("macd_12[1].macd", "E507"),
        ("last_price.close", "E402"),
        ("1h.last_price", "E401"),
        ("funding_rate[501]", "E507"),
    ],
)
def test_names_that_mean_nothing(written: str, code: str) -> None:
    sections = UNITS % f"{written} > 1"
    assert [c for c in codes(sections) if c.startswith("E")] == [code]


def test_an_undeclared_name_has_advice() -> None:
    sections = UNITS % "emma_9 > 1"
    found = one(sections, "E401")
    assert placed(sections, found) == "emma_9"
    assert found.helps == ("write `ema_9`",)


def test_an_unknown_field_names_its_neighbors_and_its_declaration() -> None:
    sections = UNITS % "s.high_lvl > 1"
    found = one(sections, "E402")
    assert found.notes[0].startswith("fields of swing that start with `high`: high_level, high_idx")
    assert found.helps == ("write `s.high_level`",)
    assert found.labels[0].text == "`s` is a swing, declared here"


def test_a_primary_output_is_assumed_once_for_each_place() -> None:
    found = one(UNITS % "macd_12 > 1", "W103")
    assert found.helps == ("write `macd_12.macd`",)
    assert "W103" not in codes(UNITS % "ema_9 > 1")
    assert codes(UNITS % "macd_12 > 1 and macd_12 < 5").count("W103") == 2


def test_bars_are_those_in_use() -> None:
    assert [b.id for b in typed(UNITS % "ema_9 > 1").bars] == ["15m", "1h"]
    assert [b.id for b in typed(UNITS % "4h.close > W.open").bars] == ["15m", "1h", "4h", "W"]
