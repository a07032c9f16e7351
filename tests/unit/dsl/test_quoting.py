"""Quotes stand where a reader of YAML would take a bare text for something else."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tradec.dsl.quoting import plain_text, quoted, string_text


@pytest.mark.parametrize(
    ("text", "block", "flow"),
    [
        ("ema_9", "ema_9", "ema_9"),
        ("15m", "15m", "15m"),
        ("ema_9 > 3 and x < -1", "ema_9 > 3 and x < -1", "ema_9 > 3 and x < -1"),
        ("close[1]", "close[1]", '"close[1]"'),
        ("${fast}", "${fast}", '"${fast}"'),
        ("a, b", "a, b", '"a, b"'),
        (">", '">"', '">"'),
        ("==", '"=="', '"=="'),
        ("3.0.0", '"3.0.0"', '"3.0.0"'),
        ("42", '"42"', '"42"'),
        ("1e3", '"1e3"', '"1e3"'),
        ("no", '"no"', '"no"'),
        ("True", '"True"', '"True"'),
        ("2025-01-01", '"2025-01-01"', '"2025-01-01"'),
        ("12:30", '"12:30"', '"12:30"'),
        ("a: b", '"a: b"', '"a: b"'),
        ("a #b", '"a #b"', '"a #b"'),
        ("- a", '"- a"', '"- a"'),
        ("-a", "-a", "-a"),
        ("", '""', '""'),
        (" a", '" a"', '" a"'),
        ('say "x"', 'say "x"', 'say "x"'),
        ('"x"', "'\"x\"'", "'\"x\"'"),
        ('it\'s "x"\n', '"it\'s \\"x\\"\\n"', '"it\'s \\"x\\"\\n"'),
    ],
)
def test_texts(text: str, block: str, flow: str) -> None:
    assert string_text(text, flow=False) == block
    assert string_text(text, flow=True) == flow


def test_what_is_no_text_stays_bare() -> None:
    assert plain_text("true", flow=True) == "true"
    assert plain_text("42", flow=False) == "42"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12))
def test_every_reader_takes_it_for_the_same_text(text: str) -> None:
    assert yaml.safe_load(quoted(text)) == text
    assert yaml.safe_load(f"k: {string_text(text, flow=False)}") == {"k": text}
    assert yaml.safe_load(f"[{string_text(text, flow=True)}, 1]") == [text, 1]
