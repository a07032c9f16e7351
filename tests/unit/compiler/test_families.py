"""Fields that there are several times: levels of a list, slots of a number."""

import pytest

from frontend import codes, findings, one, placed, typed
from tradec.compiler import ir
from tradec.compiler.reads import rule_reads
from tradec.compiler.types import Kind

HEAD = """
structures:
  exec:
    - {type: swing, key: s, params: {left: 5, right: 3}}
    - {type: fibonacci, key: fib, uses: s, params: {levels: [0, 0.382, 0.618, -0.272, 1.0]}}
    - {type: derived_zone, key: dz, uses: s, params: {levels: [0.5], max_active: 12}}
"""


def rule(text: str) -> str:
    return f'{HEAD}actions:\n  entry_long: "{text}"\n'


def read(text: str) -> ir.Read:
    return next(r for r in rule_reads(typed(rule(text))) if r.series in {"fib", "dz"})


@pytest.mark.parametrize(
    ("written", "output", "offset"),
    [
        ("fib.level[0.618]", "level[0.618]", 0),
        ("fib.level[0.6180]", "level[0.618]", 0),
        ("fib.level[1]", "level[1]", 0),
        ("fib.level[1.00]", "level[1]", 0),
        ("fib.level[-0.272]", "level[-0.272]", 0),
        ("fib.level[0][2]", "level[0]", 2),
        ("dz.zone[0].upper", "zone[0].upper", 0),
        ("dz.zone[11].upper[3]", "zone[11].upper", 3),
        ("fib.anchor_high[4]", "anchor_high", 4),
        ("15m.fib.level[0.382]", "level[0.382]", 0),
    ],
)
def test_a_reference_means_one_output(written: str, output: str, offset: int) -> None:
    found = read(f"close > {written}")
    assert (found.output, found.offset) == (output, offset)
    assert (found.type.unit, found.type.lag) == ("price", 3)


@pytest.mark.parametrize(
    ("written", "output"),
    [
        ("{feature_id: fib, field: 'level[0.618]', offset: 1}", "level[0.618]"),
        ("{feature_id: fib, field: level_0.618, offset: 1}", "level[0.618]"),
        ("{feature_id: dz, field: zone3_lower, offset: 1}", "zone[3].lower"),
    ],
)
def test_a_reference_as_a_mapping(written: str, output: str) -> None:
    sections = f"{HEAD}actions:\n  entry_long: [close, '>', {written}]\n"
    found = next(r for r in rule_reads(typed(sections)) if r.series in {"fib", "dz"})
    assert (found.output, found.offset) == (output, 1)


@pytest.mark.parametrize(
    ("written", "modern"),
    [("fib.level_0.618", "fib.level[0.618]"), ("fib.level_-0.272", "fib.level[-0.272]")],
)
def test_older_spellings_are_read_with_a_warning(written: str, modern: str) -> None:
    sections = f"{HEAD}actions:\n  entry_long: [close, '>', {written}]\n"
    assert one(sections, "W105").helps == (f"write `{modern}`",)
    assert not [code for code in codes(sections) if code.startswith("E")]


def test_a_member_has_the_kind_of_its_field() -> None:
    found = read("dz.zone[2].state == active")
    assert (found.type.kind, dict(found.type.tokens)["broken"]) == (Kind.ENUM, 2)
    play = typed(rule("dz.zone[2].touched_this_bar and close > fib.level[0]"))
    outputs = {o.name: o for s in play.series for o in s.outputs if s.id == "dz"}
    assert outputs["zone[2].age_bars"].empty == -1
    assert [o.name for o in play.series[-1].outputs if o.name.startswith("level")] in (
        [],
        ["level[0]", "level[0.382]", "level[0.618]", "level[-0.272]", "level[1]"],
    )


@pytest.mark.parametrize(
    ("written", "message", "help_"),
    [
        (
            "fib.level[0.62]",
            "`fib` has no `level[0.62]`",
            "write `fib.level[0.618]`, or add it to `levels`",
        ),
        (
            "fib.level",
            "`fib.level` is there several times",
            "write `fib.level[0]`",
        ),
        ("fib.level[0.618].upper", "`fib.level[0.618]` has no fields", ""),
        (
            "dz.zone[12].upper",
            "`dz` has no `zone[12]`",
            "write `dz.zone[11]`, or add it to `max_active`",
        ),
        ("dz.zone[0.5].upper", "`dz` has no `zone[0.5]`", ""),
        (
            "dz.zone[1].uper",
            "`dz.zone[1]` has no field `uper`",
            "write `dz.zone[1].upper`",
        ),
        ("dz.zone[1]", "`dz.zone[1]` needs one field behind it", "write `dz.zone[1].lower`"),
        ("dz.zones[1].upper", "`dz` has no field `zones.upper`", "write `dz.zone[...].upper`"),
    ],
)
def test_what_is_not_declared_is_located(written: str, message: str, help_: str) -> None:
    sections = rule(f"close > {written}")
    found = next(d for d in findings(sections) if d.code.startswith("E"))
    assert found.message == message
    assert placed(sections, found) == written
    assert help_ in {*found.helps, ""}


def test_declared_levels_are_told() -> None:
    found = one(rule("close > fib.level[0.5]"), "E402")
    (note,) = found.notes
    assert note.startswith("declared by `levels`: `level[0]`, `level[0.382]`, `level[0.618]`,")
    found = one(rule("close > dz.zone[99].upper"), "E402")
    assert found.notes == ("declared by `max_active`: zone[0] to zone[11]",)


# --- lists ------------------------------------------------------------------------------------


def levels(text: str, variables: str = "") -> str:
    head = f"variables: {{{variables}}}\n" if variables else ""
    entry = f"{{type: fibonacci, key: fib, uses: s, params: {{levels: {text}}}}}"
    swing = "{type: swing, key: s, params: {left: 5, right: 3}}"
    rules = "actions:\n  entry_long: close > fib.anchor_high\n"
    return f"{head}structures:\n  exec:\n    - {swing}\n    - {entry}\n{rules}"


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("[]", "`levels` is empty", "levels"),
        ("0.5", "`levels` is `0.5`, not a list of numbers", "0.5"),
        ("[0.5, half]", "`levels` has `half`, which is no number", "half"),
        ("[0.5, true]", "`levels` has `true`, which is no number", "true"),
        ("[0.5, 0.50]", "`levels` has 0.5 twice", "0.50"),
        ("[0.5, 0.5000001]", "`levels` has 0.5 twice", "0.5000001"),
        ("[0, -0.0]", "`levels` has 0 twice", "-0.0"),
    ],
)
def test_bad_lists(text: str, message: str, place: str) -> None:
    found = one(levels(text), "E305")
    assert found.message == message
    assert placed(levels(text), found) == place


def test_a_list_where_none_is_taken() -> None:
    sections = "structures:\n  exec:\n    - {type: swing, key: s, params: {left: [5], right: 3}}\n"
    sections += "actions:\n  entry_long: close > s.high_level\n"
    assert one(sections, "E305").message == "`left` is a list, not a whole number"


@pytest.mark.parametrize(
    ("text", "variables"),
    [("[0.5, '${r}']", "r: 0.618"), ("'${all}'", "all: [0.5, 0.618]")],
)
def test_variables_in_lists_are_part_of_the_code(text: str, variables: str) -> None:
    play = typed(levels(text, variables))
    given = dict(next(s for s in play.series if s.id == "fib").params)["levels"]
    assert isinstance(given, tuple)
    assert [item.value for item in given if isinstance(item, ir.Const)] == [0.5, 0.618]
    assert play.params == ()


def test_a_variable_that_makes_slots_is_part_of_the_code() -> None:
    entry = "{type: derived_zone, key: dz, uses: s, params: {levels: [0.5], max_active: '${n}'}}"
    sections = "variables: {n: 3}\nstructures:\n  exec:\n"
    sections += f"    - {{type: swing, key: s, params: {{left: 5, right: 3}}}}\n    - {entry}\n"
    sections += "actions:\n  entry_long: dz.zone[2].inside\n"
    play = typed(sections)
    assert play.params == ()
    assert len(play.series[-1].outputs) == 10 + 3 * 12
    assert "E402" in codes(sections.replace("n: 3", "n: 2"))
