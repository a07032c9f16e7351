"""Variables: what they become, where they may stand, and what is said of the rest."""

import pytest

from complete import complete
from reading import read, read_clean
from tradec.dsl import nodes
from tradec.dsl.diagnostics import Diagnostic


def with_variables(variables: str, *sections: str) -> str:
    return complete("\n".join((f"variables: {variables}", *sections)))


def value_of(play: nodes.Play, name: str) -> object:
    (variable,) = [one for one in play.variables if one.name == name]
    assert isinstance(variable.value, nodes.Literal)
    return variable.value.value


def entry(play: nodes.Play) -> nodes.Condition:
    return play.actions[0].cases[0].when


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    return [one.code for one in found]


RISK = "risk: {stop_loss_pct: '${x}', take_profit_pct: 4.0, max_position_pct: 50.0}"


def test_a_number_stays_a_reference_and_takes_the_type_of_its_place() -> None:
    play = read_clean(with_variables("{x: 2}", RISK))
    assert play.risk is not None
    assert play.risk.stop_loss_pct == nodes.VarRef(name="x")
    assert value_of(play, "x") == 2.0
    assert isinstance(value_of(play, "x"), float)


def test_a_whole_number_that_an_expression_uses_stays_whole() -> None:
    text = with_variables("{x: 2}", RISK, 'actions: {entry_long: "rsi_14 < ${x}"}')
    play = read_clean(text)
    assert isinstance(value_of(play, "x"), int)
    assert entry(play) == nodes.Compare(
        op="<",
        left=nodes.Ref(qualifier=None, segments=(nodes.Segment(name="rsi_14"),)),
        right=nodes.VarRef(name="x"),
    )


@pytest.mark.parametrize(
    ("variables", "written", "plain"),
    [
        ("{f: 9}", "ema_${f} > ema_21", "ema_9 > ema_21"),
        ("{k: 1}", "rsi_14[${k}] > 5", "rsi_14[1] > 5"),
        ("{tf: 1h}", "${tf}.close > ema_9", "1h.close > ema_9"),
        ("{h: 1}", "${h}h.close > ema_9", "1h.close > ema_9"),
        ("{zone: discount}", "pd.zone is ${zone}", "pd.zone is discount"),
        ("{on: true}", "ms.up == ${on}", "ms.up == true"),
        ("{side: 'ema_9 > ema_21'}", "${side}", "ema_9 > ema_21"),
    ],
)
def test_words_are_put_together_before_reading(variables: str, written: str, plain: str) -> None:
    play = read_clean(with_variables(variables, f'actions: {{entry_long: "{written}"}}'))
    assert entry(play) == entry(read_clean(complete(f'actions: {{entry_long: "{plain}"}}')))


def test_numbers_in_lists_and_between_signs_are_references() -> None:
    x = nodes.VarRef(name="x")
    in_list = read_clean(with_variables("{x: 5}", "actions: {entry_long: [rsi_14, '<', '${x}']}"))
    spaced = read_clean(with_variables("{x: 5}", 'actions: {entry_long: "rsi_14<${x}"}'))
    mirrored = read_clean(with_variables("{x: 5}", 'actions: {entry_long: "${x} > rsi_14"}'))
    for play in (in_list, spaced, mirrored):
        condition = entry(play)
        assert isinstance(condition, nodes.Compare)
        assert (condition.op, condition.right) == ("<", x)


def test_keys_names_and_arguments() -> None:
    play = read_clean(
        with_variables(
            "{f: 9, tf: 1h, word: ema}",
            'features: {"ema_${f}": {indicator: "${word}", tf: "${tf}", params: {length: "${f}"}}}',
            'actions: {entry_long: "close > ema_${f}"}',
            'description: "costs $5, $${f}, ${f}"',
        )
    )
    (feature,) = play.features
    assert feature.id == "ema_9"
    assert (feature.indicator.value, feature.tf) == ("ema", nodes.Literal(value="1h"))
    assert feature.params[0].value == nodes.VarRef(name="f")
    assert play.description == nodes.Literal(value="costs $5, ${f}, 9")


def test_a_list_stands_for_a_whole_argument() -> None:
    features = "features: {a: {indicator: ema, params: {levels: '${l}'}}}"
    play = read_clean(
        with_variables("{l: [1, 2.5]}", features, "actions: {entry_long: 'close > a'}")
    )
    assert play.features[0].params[0].value == (
        nodes.Literal(value=1),
        nodes.Literal(value=2.5),
    )
    _, found = read(with_variables("{l: [1, 2.5]}", 'actions: {entry_long: "close > ${l}"}'))
    assert set(codes(found)) == {"E103"}


def test_earlier_variables_may_be_used() -> None:
    text = with_variables(
        '{a: 9, b: "${a}", c: "ema_${a}"}', 'actions: {entry_long: "${c} > ${b}"}'
    )
    play = read_clean(text)
    assert [value_of(play, name) for name in "abc"] == [9, 9, "ema_9"]


@pytest.mark.parametrize(
    ("variables", "use", "code", "part"),
    [
        ('{a: "${b}", b: 1}', "${a} < rsi_14[${b}]", "E404", "${b}"),
        ('{a: "${a}"}', "rsi_14 < ${a}", "E404", "${a}"),
        ('{a: "${z}"}', "rsi_14 < ${a}", "E405", "${z}"),
        ("{a: 1}", "rsi_14 < ${aa} + ${a}", "E405", "${aa}"),
        ("{a: 1}", "rsi_14 < ${a + ${a}", "E405", "${a + $"),
        ("{a: 1, b: 2}", "rsi_14 < ${a}", "W102", "b"),
        ("{1a: 1}", "rsi_14 < 5", "E104", "1a"),
        ("{a: }", "rsi_14 < ${a}", "E103", "a"),
        ("{a: {b: 1}}", "rsi_14 < ${a}", "E103", "{b: 1}"),
        ("{a: -1}", "rsi_14 near ema_9 within ${a}", "E503", "${a}"),
    ],
)
def test_what_is_wrong(variables: str, use: str, code: str, part: str) -> None:
    text = with_variables(variables, f'actions: {{entry_long: "{use}"}}')
    _, found = read(text)
    assert code in codes(found)
    (one,) = [one for one in found if one.code == code][:1]
    place = text[one.span.start.offset : one.span.end.offset]
    assert place == part or part.startswith(place)


def test_a_mistyped_reference_names_what_was_meant() -> None:
    _, found = read(with_variables("{rsi_max: 1}", 'actions: {entry_long: "rsi_14 < ${rsi_mx}"}'))
    assert [(one.code, one.helps) for one in found] == [("E405", ("write `rsi_max`",))]


def test_bounds_are_checked_where_a_variable_stands() -> None:
    text = with_variables("{x: 0}", RISK)
    _, (only,) = read(text)
    assert only.code == "E104"
    assert text[only.span.start.offset : only.span.end.offset] == "'${x}'"
    assert only.labels[0].text == "`x` is 0 here"


def test_spans_inside_spliced_text() -> None:
    text = with_variables("{f: 9}", 'actions: {entry_long: "close > ema_${f} and rsi less 5"}')
    _, (only,) = read(text)
    assert text[only.span.start.offset : only.span.end.offset] == "less"
    text = with_variables("{f: 9}", 'actions: {entry_long: "close > ema_${f}[999]"}')
    _, (only,) = read(text)
    assert text[only.span.start.offset : only.span.end.offset] == "ema_${f}[999]"


class TestOverrides:
    TEXT = with_variables(
        "{n: 9, x: 2, word: ema, on: true}",
        RISK,
        """
features:
  f: {indicator: "${word}", params: {length: "${n}"}}
actions: {entry_long: "f > ${n} and ms.up == ${on}"}
validation: {bars: 100}
""",
    )

    def test_values_are_replaced(self) -> None:
        play = read_clean(self.TEXT, {"n": "12", "x": "3.5", "word": "sma", "on": "false"})
        assert [value_of(play, name) for name in ("n", "x", "word")] == [12, 3.5, "sma"]
        assert play.features[0].indicator == nodes.Literal(value="sma")

    def test_a_float_keeps_its_type(self) -> None:
        play = read_clean(with_variables("{x: 2.0}", RISK), {"x": "3"})
        assert isinstance(value_of(play, "x"), float)

    @pytest.mark.parametrize(
        ("override", "code"),
        [
            ({"m": "1"}, "E405"),
            ({"n": "9.5"}, "E103"),
            ({"n": "many"}, "E103"),
            ({"on": "5"}, "E103"),
            ({"x": "1000"}, "E104"),
            ({"x": "1" * 500}, "E103"),
        ],
    )
    def test_what_cannot_be_set(self, override: dict[str, str], code: str) -> None:
        play, found = read(self.TEXT, override)
        assert play is None
        assert code in codes(found)

    def test_a_whole_number_used_by_an_expression_stays_whole(self) -> None:
        _, (only,) = read(self.TEXT, {"n": "9.5"})
        assert "decimal point" in only.helps[0]

    def test_a_whole_number_used_by_floats_may_become_one(self) -> None:
        play = read_clean(with_variables("{x: 2}", RISK), {"x": "2.5"})
        assert value_of(play, "x") == 2.5
