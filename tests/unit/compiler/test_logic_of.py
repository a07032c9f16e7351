"""The rules of a play as the runtime looks at them again."""

from frontend import typed
from generators.irbuild import bar, const, read, series
from tradec.compiler.logic_of import logic_of, unit_of

SECTIONS = """
variables: {near: 2.5}
features:
  rsi_14: {indicator: rsi, params: {length: 14}}
position_policy: {mode: long_short, exit_mode: first_hit}
actions:
  - id: enter
    cases:
      - when: close > open and (close > open or rsi_14 crosses above 30)
        emit: [{action: entry_long}]
      - when: {holds_for: {bars: 3, expr: [[rsi_14, "<", "${near}"]]}}
        emit: [{action: no_action}, {action: exit_all}]
    else: {emit: [{action: entry_short}]}
"""


def test_equal_atoms_stand_once_and_those_of_a_window_before_it() -> None:
    logic = logic_of(typed(SECTIONS), {"near": 3.5})
    texts = [atom["text"] for atom in logic["atoms"]]
    assert len(texts) == len(set(texts)) == 4
    close, cross, inside, window = logic["atoms"]
    assert (close["form"], close["op"], close["unit"]) == ("compare", ">", "price")
    assert (cross["form"], cross["above"], cross["clock"]) == ("cross", True, "exec")
    assert inside["operands"] == [["slot", 2], ["const", 3.5]]
    assert inside["unit"] == "bounded oscillator"
    assert (window["of"], window["samples"], window["least"]) == (["atom", 2], 3, 3)
    (block,) = logic["blocks"]
    assert block["cases"][0]["when"] == ["all", ["atom", 0], ["any", ["atom", 0], ["atom", 1]]]


def test_every_intent_has_the_word_of_its_decision() -> None:
    (block,) = logic_of(typed(SECTIONS), {"near": 3.5})["blocks"]
    assert block["cases"][0]["emit"] == [[1, 1]]
    assert block["cases"][1]["emit"] == [[0, 1 << 24], [5, 5 | 1 << 24 | 1 << 40]]
    assert block["otherwise"] == [[2, 2 | 0xFFFF << 24]]


def test_a_distance_has_the_unit_of_its_sides_and_words_have_none() -> None:
    swing = series("s", "swing", "1m", params={"left": 2, "right": 2})
    rsi = series("r", "rsi", "1m", params={"length": 3})
    assert unit_of(bar("close"), const(100.0)) == "price"
    assert unit_of(const(100.0), bar("close")) == "price"
    assert unit_of(read(rsi), const(30.0)) == "bounded oscillator"
    assert unit_of(const(1.0), const(2.0)) == "number"
    assert unit_of(read(swing, "last_confirmed_pivot_type"), const(1)) is None
    assert unit_of(read(swing, "version"), const(1)) is None
