"""Every play of the corpus: it compiles, or is refused for the reason that the table names.

`corpus.txt` has one line for each file: its verdict, what is said about it as `code:line`, and for
a refusal why the specification demands it.
"""

from pathlib import Path

import pytest

from shared import SHARED, need_shared
from tradec.compiler import pipeline
from tradec.compiler.catalog import standard
from tradec.compiler.context import Context, Options
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Source

TABLE = Path(__file__).with_name("corpus.txt")
PLAYS = sorted((SHARED / "corpus").rglob("*.yml"))
WHY = {
    "W101": "a condition that the ranges and relations of its units exclude",
    "W102": "declares what no rule reads",
    "W105": "writes a field in its old form",
    "W106": "an id without the parameters of its indicator",
    "W107": "compares a price with 0, or a bounded value with what it never reaches",
    "W109": "leaves money to defaults, such as the drawdown stop",
    "W111": "exit mode signal, and no action that exits",
    "W120": "a condition that the ranges and relations of its units imply",
}
"""Why each warning that the corpus gives is right about it."""

_ABOVE_ZERO = "an average of prices, which are above 0, is above 0: the condition says nothing"
LOOKED_AT = {
    "core/V_CORE_005_arithmetic_window W101:74": (
        "`close` is on the bar whose `low` the minimum over 20 bars includes: never below it"
    ),
    **{
        f"risk/V_RISK_{name}": _ABOVE_ZERO
        for name in (
            "004_liquidation W107:42",
            "005_short_drawdown_5pct W107:40",
            "006_short_drawdown_50pct W107:40",
            "007_short_liquidation W107:41",
            "RD_001_drawdown_5pct W107:41",
            "RD_002_drawdown_50pct W107:43",
            "RD_003_short_drawdown_5pct W107:41",
            "RD_004_short_liquidation W107:41",
        )
    },
    "structures/STR_013_all_types W120:89": (
        "the maximum of `high` over 20 bars is a price, and above 0"
    ),
}
"""Everything that the prover says about the corpus, read in the play: each is right."""
PROVEN = {"W101", "W107", "W120", "W121", "W122", "W123"}


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def verdict(path: Path) -> tuple[str, tuple[str, ...]]:
    """Return whether a play compiles to a plan, and what is said about it."""
    diagnostics = Diagnostics()
    options = Options(verify=True)
    source = Source(path.name, path.read_text(encoding="utf-8"))
    play = pipeline.check_source(source, diagnostics, options=options)
    if play is not None:
        context = Context(catalog=standard(), diagnostics=diagnostics, options=options)
        pipeline.plan_of(play, context)
    said = tuple(f"{d.code}:{d.span.start.line}" for d in diagnostics.all)
    return "refused" if play is None else "compiles", said


def table() -> dict[str, tuple[str, tuple[str, ...], str]]:
    """Return verdict, findings and reason of each file."""
    found = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        head, _, reason = line.partition("  # ")
        name, word, *said = head.split()
        found[name] = (word, tuple(said), reason)
    return found


def test_the_table_names_every_file() -> None:
    need_shared("corpus")
    assert len(PLAYS) == 211
    assert list(table()) == [name_of(path) for path in PLAYS]


@pytest.mark.parametrize("path", PLAYS, ids=name_of)
def test_the_verdict(path: Path) -> None:
    word, said, reason = table()[name_of(path)]
    assert verdict(path) == (word, said)
    errors = [code for code in said if code.startswith("E")]
    assert (word == "refused") is bool(errors) is bool(reason)


def test_every_warning_has_its_reason() -> None:
    codes = {s.split(":")[0] for _, said, _ in table().values() for s in said}
    assert {code for code in codes if code.startswith("W")} <= WHY.keys()


def test_everything_proven_was_looked_at() -> None:
    proven = {
        f"{name} {one}"
        for name, (_, said, _) in table().items()
        for one in said
        if one.split(":")[0] in PROVEN
    }
    assert proven == set(LOOKED_AT)


def test_what_should_fail_fails_for_the_stated_reason() -> None:
    need_shared("corpus")
    stated = {"undeclared_feature": "E401", "invalid_structure_field": "E402"}
    stated |= {"setup_circular": "E404", "setup_undeclared": "E403"}
    wrong = {
        path.stem.split("_", 2)[2]: path
        for path in PLAYS
        if "should FAIL" in path.read_text(encoding="utf-8")
    }
    assert set(wrong) == set(stated)
    for name, path in wrong.items():
        assert stated[name] in {code.split(":")[0] for code in verdict(path)[1]}
