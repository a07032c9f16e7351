"""What infer_types makes of fragments of plays: `infer_types.txt`.

A case is a title after `===`, the sections of a play, and after `---` those paragraphs of the
printed IR that the plain play of `complete` does not have. The bars are left out.
`pytest tests/passes --update-golden` writes the file anew.
"""

from pathlib import Path

import pytest

from frontend import typed
from tradec.compiler.printer import print_play

FILE = Path(__file__).with_suffix(".txt").with_name("infer_types.txt")


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


def paragraphs(sections: str) -> list[str]:
    return print_play(typed(sections)).strip("\n").split("\n\n")


def printed(sections: str) -> str:
    plain = set(paragraphs(""))
    own = [p for p in paragraphs(sections) if p not in plain and not p.startswith("bars ")]
    return "\n\n".join(own)


CASES = read(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("title", "fragment", "expected"), CASES, ids=[c[0] for c in CASES])
def test_case(title: str, fragment: str, expected: str, update_golden: bool) -> None:  # noqa: FBT001  a fixture
    found = printed(fragment)
    if update_golden:
        now = read(FILE.read_text(encoding="utf-8"))
        FILE.write_text(
            written([(t, f, found if t == title else e) for t, f, e in now]), encoding="utf-8"
        )
        return
    assert found == expected
