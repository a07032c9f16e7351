"""For each code a wrong play with what is said about it, and a right twin.

`pytest tests/diagnostics --update-golden` writes the texts anew.
"""

from pathlib import Path

import pytest

from complete import complete
from tradec.compiler.pipeline import check_source
from tradec.dsl.codes import CODES, explain
from tradec.dsl.diagnostics import Diagnostic, Diagnostics
from tradec.dsl.render import render
from tradec.dsl.span import Source
from tradec.dsl.yaml import decode_source

_HERE = Path(__file__).parent
_NEEDS_NO_PLAY = ("E9",)
_CODES = [code for code in CODES if not code.startswith(_NEEDS_NO_PLAY)]


def check(name: str, data: bytes) -> tuple[Source, tuple[Diagnostic, ...]]:
    found = Diagnostics()
    source = decode_source(name, data, found)
    if source is not None:
        check_source(source, found)
    return source or Source(name, ""), found.all


@pytest.mark.parametrize("code", _CODES)
def test_the_wrong_play(code: str, update_golden: bool) -> None:  # noqa: FBT001  a fixture
    wrong = _HERE / f"{code}.yml"
    source, found = check(wrong.name, wrong.read_bytes())
    assert code in [diagnostic.code for diagnostic in found]
    text = render(found, [source])
    golden = wrong.with_suffix(".txt")
    if update_golden:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", _CODES)
def test_the_right_twin(code: str) -> None:
    twin = _HERE / f"{code}.ok.yml"
    _, found = check(twin.name, twin.read_bytes())
    assert [diagnostic for diagnostic in found if diagnostic.code == code] == []
    assert [diagnostic for diagnostic in found if diagnostic.code.startswith("E")] == []


@pytest.mark.parametrize("code", _CODES)
def test_the_examples_of_the_explanation(code: str) -> None:
    entry = CODES[code]
    _, found = check("wrong.yml", complete(entry.wrong).encode())
    assert code in [diagnostic.code for diagnostic in found]
    _, found = check("right.yml", complete(entry.right).encode())
    bad = [one for one in found if one.code == code or one.code.startswith("E")]
    assert bad == []


@pytest.mark.parametrize("code", CODES)
def test_the_explanation_names_code_and_title(code: str) -> None:
    text = explain(code)
    assert code in text.splitlines()[0]
    assert CODES[code].title in text.splitlines()[0]
    assert CODES[code].meaning in text


def test_no_file_is_left_over() -> None:
    stems = {path.name.split(".")[0] for path in _HERE.iterdir() if path.suffix in (".yml", ".txt")}
    assert stems <= set(CODES)
