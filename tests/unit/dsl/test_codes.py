"""The registry of codes, and that the sources report no other."""

import re
from pathlib import Path

import pytest

from shared import SHARED, need_shared
from tradec.dsl.codes import CODES, explain

_ROOT = Path(__file__).parents[3]
RETIRED = {
    "W104": "exits that `exit_mode` ignores are an error: E702",
}
"""Codes of play-language.md 1 that nothing reports, and what says it instead."""

_CODE = re.compile(r'"([EW][0-9]{3})"')


def test_every_code_in_the_sources_is_registered() -> None:
    used = {
        code
        for folder in ("dsl", "compiler", "runtime", "src/tradec/cli")
        for path in (_ROOT / folder).rglob("*.py")
        for code in _CODE.findall(path.read_text(encoding="utf-8"))
    }
    assert used <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_texts(code: str) -> None:
    entry = CODES[code]
    assert entry.title[0].islower() or entry.title.split()[0].isupper()
    assert not entry.title.endswith(".")
    assert entry.meaning.endswith(".")
    assert entry.explain.strip()
    assert entry.wrong.strip() != entry.right.strip()
    assert max(map(len, explain(code).splitlines())) <= 120


def test_an_unknown_code() -> None:
    with pytest.raises(KeyError):
        explain("E999")
    assert explain("e402") == explain("E402")


def test_every_code_of_the_specification_is_there_or_retired() -> None:
    need_shared("spec")
    text = (SHARED / "spec" / "play-language.md").read_text(encoding="utf-8")
    section = text.partition("Diagnostic codes (stable")[2].partition("\n---")[0]
    listed = set(re.findall(r"`([EW][0-9]{3})`", section))
    assert len(listed) >= 35
    assert listed - set(CODES) == set(RETIRED)
