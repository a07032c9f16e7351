"""Texts made to hurt: each gets located diagnostics, in little time and little memory."""

import resource
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commandline import tradec
from complete import complete
from generators.mutations import mutated
from shared import need_shared
from tradec.compiler.pipeline import check_source
from tradec.dsl.diagnostics import Diagnostic, Diagnostics
from tradec.dsl.render import render
from tradec.dsl.span import Source

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "plays").glob("*.yml"))]
HARMLESS = {"a long scalar", "many lines"}
SECONDS, MEBIBYTES = 20.0, 400
"""What one text may take on a machine that many share; most take a hundredth of it."""

RULE = "actions:\n  entry_long: %s\n"
FEATURE = "  %s: {indicator: ema, params: {length: 9}%s}\n"
X = "x" * 3_900_000


def laughs(first: str, next_: str, count: int) -> str:
    """Return anchors of which each repeats the one before nine times."""
    lines = [f"a0: &a0 {first}"]
    lines += [f"a{n}: &a{n} {next_ % ', '.join([f'*a{n - 1}'] * 9)}" for n in range(1, count)]
    return "\n".join(lines)


def features(count: int, source: str = "") -> str:
    return "features:\n" + "".join(FEATURE % (f"f{n}", source and source % n) for n in range(count))


def members(count: int, form: str) -> str:
    return RULE % ("\n    all:\n" + "".join(f"      - {form % n}\n" for n in range(count)))


HOSTILE = {
    "laughing lists": laughs("[x]", "[%s]", 14),
    "laughing mappings": laughs("{x: 1}", "{<<: [%s]}", 14),
    "laughing variables": "variables:\n  v0: xx\n"
    + "".join(f'  v{n}: "${{v{n - 1}}}${{v{n - 1}}}"\n' for n in range(1, 60)),
    "a variable repeated": f"variables: {{v: {'x' * 9_000}}}\n" + RULE % f'"{"${v}" * 900} > 1"',
    "ten megabytes": "description: " + "x" * 10_000_000,
    "a long scalar": f"description: {X}",
    "a long number": f"version: {'9' * 3_900_000}",
    "a long word": complete(f"position_policy: {{mode: {X}}}"),
    "a long key": complete(f"? {X}\n: 1"),
    "a long name": RULE % f"{X} > 1",
    "a long expression": RULE % ("ema_9 > 1 and " * 200_000 + "true"),
    "a long sum": RULE % ("ema_9 + " * 1_200 + "ema_9 > 1"),
    "many lines": "\n" * 3_900_000,
    "deep lists": "a: " + "[" * 1_000 + "]" * 1_000,
    "deep mappings": "a: " + "{a: " * 1_000 + "}" * 1_000,
    "deep blocks": "".join(f"{' ' * n}a:\n" for n in range(1_000)),
    "open brackets": "a: " + "[" * 100_000,
    "deep conditions": RULE % ("{not: " * 1_000 + "a > 1" + "}" * 1_000),
    "deep parentheses": RULE % ("(" * 1_000 + "ema_9" + ")" * 1_000 + " > 1"),
    "deep negations": RULE % ("not " * 1_000 + "ema_9 > 1"),
    "many keys": "".join(f"k{n}: 1\n" for n in range(100_000)),
    "many values": "a: [" + "1, " * 1_000_000 + "1]",
    "many anchors": "".join(f"a{n}: &a{n} 1\n" for n in range(60_000)),
    "many variables": "variables:\n" + "".join(f"  v{n}: 1\n" for n in range(6_000)),
    "unknown names": features(1_500) + members(1_500, "g%d > 1"),
    "unknown variables": "variables:\n"
    + "".join(f"  v{n}: 1\n" for n in range(3_000))
    + members(2_000, '"${w%d} > 1"'),
    "unknown keys": "risk:\n" + "".join(f"  stop_los_{n}: 1\n" for n in range(6_000)),
    "unknown units": features(800).replace("ema,", "emma,"),
    "the same key": "risk:\n" + "  stop_loss_pct: 1\n" * 5_000,
    "a chain of sources": features(1_500, ", source: f%d").replace("source: f0}", "source: close}"),
    "tabs": "\t" * 1_000_000,
    "zeros": "\0" * 1_000_000,
}


def answered(text: str) -> tuple[Diagnostic, ...]:
    """Return what is found, having rendered the first of it."""
    source, found = Source("play.yml", text), Diagnostics()
    play = check_source(source, found)
    assert (play is None) == found.has_errors
    for one in found.all[:300]:
        assert 0 <= one.span.start.offset <= one.span.end.offset <= len(text)
        assert len(one.message) < 2_500
    assert len(render(found.all[:20], (source,))) < 100_000
    return found.all


@pytest.mark.parametrize("name", HOSTILE)
def test_little_time_and_little_memory(name: str) -> None:
    text = HOSTILE[name]
    whole = (
        text if name.startswith(("laughing l", "laughing m", "ten", "deep b")) else complete(text)
    )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    found = answered(whole)
    assert time.process_time() - begun < SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < MEBIBYTES * 1024
    assert bool(found) is (name not in HARMLESS)


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_the_command_line_takes_any_bytes(data: bytes) -> None:
    path = Path("any.yml")
    path.write_bytes(data)
    try:
        said = tradec("check", path)
    finally:
        path.unlink()
    assert said.code == 2
    assert "Traceback" not in said.err
    assert "any.yml" in said.err


@settings(max_examples=150)
@given(mutated(TEXTS))
def test_damaged_examples_are_answered(text: str) -> None:
    answered(text)


@settings(max_examples=100)
@given(st.data())
def test_damaged_plays_of_the_corpus_are_answered(data: st.DataObject) -> None:
    paths = sorted(need_shared("corpus").rglob("*.yml"))
    text = data.draw(st.sampled_from(paths)).read_text(encoding="utf-8")
    answered(data.draw(mutated([text])))


_WORDS = st.sampled_from(
    [
        *("all", "any", "not", "setup", "when", "emit", "cases", "else", "id", "lhs", "op", "rhs"),
        *(
            "holds_for",
            "count_true",
            "bars",
            "expr",
            "min_true",
            "tolerance",
            "type",
            "key",
            "uses",
        ),
        *("version", "features", "actions", "risk", "variables", "structures", "timeframes", "tf"),
        *("indicator", "params", "length", "source", "ema", "swing", "entry_long", "close", "1h"),
        *(">", "cross_above", "near_pct", "in", "+", "a > b", "${a}", "holds(a > 1, 5)", "<<", ""),
        *("0", "-1", "1.5", "1e400", "99999999999999999999", "true", "none", "2025-01-01", "x"),
    ]
)
_VALUES = st.recursive(
    _WORDS.map(lambda word: f'"{word}"'),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda found: f"[{', '.join(found)}]"),
        st.lists(st.tuples(_WORDS, inner), max_size=4).map(
            lambda found: "{" + ", ".join(f'"{key}": {value}' for key, value in found) + "}"
        ),
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(st.dictionaries(_WORDS, _VALUES, max_size=5), st.booleans())
def test_random_yaml_is_answered(sections: dict[str, str], whole: bool) -> None:  # noqa: FBT001
    keys = {key: key if key.isidentifier() else f'"{key}"' for key in sections}
    text = "".join(f"{keys[key]}: {value}\n" for key, value in sections.items())
    answered(complete(text) if whole else text)
