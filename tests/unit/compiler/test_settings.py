from generators.irbuild import INT, param, play, series
from tradec.compiler.catalog import standard
from tradec.compiler.settings import play_values, unit_arguments


def test_a_unit_is_given_words_bools_and_nothing_where_nothing_is_said() -> None:
    params = {"left": param("n", INT), "right": 3, "atr_multiplier": 2, "strict_alternation": True}
    unit = series("s", "swing", params=params)
    arguments = unit_arguments(unit, standard().spec("swing"), {"n": 7})
    assert arguments == {
        "mode": "fractal",
        "left": 7,
        "right": 3,
        "atr_multiplier": 2.0,
        "major_threshold": 1.5,
        "min_atr_move": None,
        "min_pct_move": None,
        "strict_alternation": True,
        "atr_key": None,
        "atr_length": None,
    }
    assert type(arguments["atr_multiplier"]) is float
    assert type(arguments["strict_alternation"]) is bool


def test_a_run_may_change_the_plays_values_and_no_others() -> None:
    one = play(params={"a": 1, "b": 2.5})
    assert play_values(one, {}) == {"a": 1, "b": 2.5}
    assert play_values(one, {"b": 3.0, "c": 9}) == {"a": 1, "b": 3.0}
