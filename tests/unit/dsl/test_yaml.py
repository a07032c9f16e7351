"""Reading YAML: places, duplicates, merge keys, and everything that is not a play file."""

import pytest
import yaml as pyyaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tradec.dsl import yaml
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.marked import Mapping, Marked, Scalar, Sequence
from tradec.dsl.scalars import decode, locate
from tradec.dsl.span import Source


def read(text: str) -> tuple[Mapping | None, Diagnostics]:
    found = Diagnostics()
    return yaml.read_yaml(Source("play.yml", text), found), found


def read_clean(text: str) -> Mapping:
    mapping, found = read(text)
    assert found.all == ()
    assert mapping is not None
    return mapping


def plain(value: Marked) -> object:
    match value:
        case Scalar(text=text):
            return text
        case Sequence(items=items):
            return [plain(item) for item in items]
        case Mapping(entries=entries):
            return {key.text: plain(inner) for key, inner in entries}


def scalar(mapping: Mapping, name: str) -> Scalar:
    value = mapping.get(name)
    assert isinstance(value, Scalar)
    return value


def test_types_are_never_guessed() -> None:
    mapping = read_clean("a: no\nb: 12:30\nc: 010\nd: ~\ne: 1.0\nf: 2024-01-01\n")
    assert plain(mapping) == {
        "a": "no",
        "b": "12:30",
        "c": "010",
        "d": "~",
        "e": "1.0",
        "f": "2024-01-01",
    }


def test_quotes_are_remembered() -> None:
    mapping = read_clean("a: 1\nb: '1'\nc: \"1\"\n")
    assert [scalar(mapping, name).plain for name in "abc"] == [True, False, False]


def test_columns_count_characters_and_not_bytes() -> None:
    mapping = read_clean('é: "ü😀x"\nk: {ñ: ö}\n')
    assert scalar(mapping, "é").span.start.column == 4
    span = locate(scalar(mapping, "é"), 2, 3)
    assert (span.start.line, span.start.column, span.end.column) == (1, 7, 8)


def test_columns_after_windows_line_ends() -> None:
    mapping = read_clean("a: 1\r\nb:   xy\r\n")
    span = scalar(mapping, "b").span
    assert (span.start.line, span.start.column, span.end.column) == (2, 6, 8)


@pytest.mark.parametrize(
    ("text", "part", "place"),
    [
        ("k: ema_9 > rsi\n", "rsi", (1, 12, 1, 15)),
        ("k: 'it''s x'\n", "x", (1, 11, 1, 12)),
        ('k: "\\u00e9\\t> x"\n', ">", (1, 13, 1, 14)),
        ('k: "a\n   b c"\n', "c", (2, 6, 2, 7)),
        ("k: |\n  one\n  two > x\n", "x", (3, 9, 3, 10)),
        ("k: >\n  one\n  two > x\n\n  three\n", "three", (5, 3, 5, 8)),
        ("k: >-  # why\n    one\n    two\n", "two", (3, 5, 3, 8)),
        ("k: |2\n   one\n  two\n", "two", (3, 3, 3, 6)),
        ("k: &a one > two\n", "two", (1, 13, 1, 16)),
        ("k: one\n  two\n\n  three\n", "three", (4, 3, 4, 8)),
    ],
)
def test_a_position_inside_a_scalar(text: str, part: str, place: tuple[int, int, int, int]) -> None:
    value = scalar(read_clean(text), "k")
    at = value.text.index(part)
    span = locate(value, at, at + len(part))
    assert (span.start.line, span.start.column, span.end.line, span.end.column) == place
    assert text[span.start.offset : span.end.offset] == part


def test_an_alias_repeats_its_anchor() -> None:
    mapping = read_clean("a: &x {p: 1}\nb: *x\n")
    assert plain(mapping) == {"a": {"p": "1"}, "b": {"p": "1"}}


def test_explicit_keys_win_over_merged_ones() -> None:
    text = "a: &a {p: 1, q: 2}\nb: &b {q: 3, r: 4}\nc: {<<: [*a, *b], p: 9}\n"
    assert plain(read_clean(text)) == {
        "a": {"p": "1", "q": "2"},
        "b": {"q": "3", "r": "4"},
        "c": {"q": "2", "r": "4", "p": "9"},
    }


def test_a_duplicate_key_names_both_places() -> None:
    mapping, found = read("a: 1\nb: {x: 1, x: 2}\na: 3\n")
    assert mapping is not None
    assert [(d.code, d.span.start.line, d.labels[0].span.start.line) for d in found.all] == [
        ("E105", 2, 2),
        ("E105", 3, 1),
    ]
    assert plain(mapping) == {"a": "1", "b": {"x": "1"}}


@pytest.mark.parametrize(
    ("text", "line", "column", "word"),
    [
        ("", 1, 1, "empty"),
        ("# only a comment\n", 1, 1, "empty"),
        ("- a\n", 1, 1, "mapping"),
        ("a: 1\n---\nb: 2\n", 3, 1, "second document"),
        ("a:\n\tb: 1\n", 2, 1, "tab"),
        ("a:\n  b: 1\n \tc: 2\n", 3, 2, "tab"),
        ("a: [1, 2\n", 2, 1, "expected"),
        ("? [a, b]\n: 1\n", 1, 3, "key"),
        ("a: !!int 5\n", 1, 4, "tag"),
        ("a: *nothing\n", 1, 4, "anchored"),
        ("a: &x [*x]\n", 1, 8, "inside of what it repeats"),
        ("a: {<<: 5}\n", 1, 9, "mapping"),
        ("a: x\x07y\n", 1, 5, "U+0007"),
        ("a: " + "[" * 70 + "]" * 70 + "\n", 1, 63, "nested"),
        ("a: x\ud800\n", 1, 5, "U+D800"),
    ],
)
def test_what_is_no_play_file(text: str, line: int, column: int, word: str) -> None:
    mapping, found = read(text)
    assert mapping is None
    (only,) = found.all
    assert only.code == "E107"
    assert (only.span.start.line, only.span.start.column) == (line, column)
    assert word in only.message


def test_aliases_cannot_explode() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    mapping, found = read("\n".join(lines))
    assert mapping is None
    assert [d.code for d in found.all] == ["E107"]


def test_bytes_that_are_not_utf8() -> None:
    found = Diagnostics()
    assert yaml.decode_source("p.yml", b"a: \xc3\xa9\nb: \xff\n", found) is None
    (only,) = found.all
    assert (only.code, only.span.start.line, only.span.start.column) == ("E107", 2, 4)


def test_a_byte_order_mark_is_no_character() -> None:
    source = yaml.decode_source("p.yml", b"\xef\xbb\xbfa: 1\n", Diagnostics())
    assert source is not None
    assert source.text == "a: 1\n"


def test_the_pure_python_reader_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &x 'q'\nb: [1, *x]\nc: |\n d\n"
    fast = read_clean(text)
    monkeypatch.setattr(yaml, "_LOADER", pyyaml.BaseLoader)
    slow = read_clean(text)
    assert slow == fast
    assert [v.span for _, v in slow.entries] == [v.span for _, v in fast.entries]


SCALARS = st.text(alphabet="ab :#'\"\\\n\té-", max_size=30)


@settings(max_examples=300, deadline=None)
@given(SCALARS, st.sampled_from(["'", '"', "|", ">"]), st.integers(5, 30))
def test_decoding_agrees_with_the_yaml_reader(text: str, style: str, width: int) -> None:
    written = pyyaml.dump({"k": text}, default_style=style, width=width, allow_unicode=True)
    if "!!" in written:
        return
    events = list(pyyaml.parse(written, Loader=pyyaml.BaseLoader))
    for event in events:
        if isinstance(event, pyyaml.ScalarEvent):
            assert event.start_mark is not None
            assert event.end_mark is not None
            raw = written[event.start_mark.index : event.end_mark.index]
            assert decode(raw, event.style or "", event.value) == event.value


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab: -[]{}#&*!|>'\"%@`,?\n\t\\<é", max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    mapping, found = read(text)
    assert (mapping is None) <= found.has_errors
