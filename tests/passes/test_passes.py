"""What passes make of fragments of plays: one `<pass>.txt` for each pass that is shown.

A case is a title after `===`, the sections of a play, and after `---` those paragraphs of the
printed IR that the plain play of `complete` does not have. The bars are left out.
`pytest tests/passes --update-golden` writes the files anew.
"""

from pathlib import Path
from typing import Any

import pytest

from frontend import typed
from generators.passes import CONTEXT
from tradec.compiler.ir import Play
from tradec.compiler.pipeline import PASSES
from tradec.compiler.printer import print_plan, print_play

FILES = sorted(Path(__file__).parent.glob("*.txt"))
_NAMES = [one.__name__ for one in PASSES]


def read(text: str) -> list[tuple[str, str, str]]:
    """Return title, fragment and expectation of every case."""
    cases = []
    for case in text.split("=== ")[1:]:
        title, _, rest = case.partition("\n")
        fragment, _, expected = rest.partition("---\n")
        cases.append((title, fragment, expected.strip("\n")))
    return cases


def written(cases: list[tuple[str, str, str]]) -> str:
    return "\n\n".join(f"=== {title}\n{text}---\n{ir}" for title, text, ir in cases) + "\n"


def paragraphs(sections: str, name: str) -> list[str]:
    """Return the printed IR after the pass `name`; check_rules is the last of the front."""
    stage: Any = typed(sections)
    if _NAMES.index(name) > _NAMES.index("check_rules"):
        for one in PASSES[_NAMES.index("check_rules") + 1 : _NAMES.index(name) + 1]:
            stage = one(stage, CONTEXT)
    text = print_play(stage) if isinstance(stage, Play) else print_plan(stage)
    return text.strip("\n").split("\n\n")


def printed(sections: str, name: str) -> str:
    plain = set(paragraphs("", name))
    own = [p for p in paragraphs(sections, name) if p not in plain and not p.startswith("bars ")]
    return "\n\n".join(own)


CASES = [(file, *case) for file in FILES for case in read(file.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    ("file", "title", "fragment", "expected"), CASES, ids=[f"{c[0].stem}: {c[1]}" for c in CASES]
)
def test_case(file: Path, title: str, fragment: str, expected: str, *, update_golden: bool) -> None:
    found = printed(fragment, file.stem)
    if update_golden:
        now = read(file.read_text(encoding="utf-8"))
        file.write_text(
            written([(t, f, found if t == title else e) for t, f, e in now]), encoding="utf-8"
        )
        return
    assert found == expected
