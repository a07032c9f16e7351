"""The registry of codes, and that the sources report no other."""

import re
from pathlib import Path

import pytest

from tradec.dsl.codes import CODES, explain

_ROOT = Path(__file__).parents[3]
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
