"""Diagnostics as text, JSON and lines for GitHub."""

from tradec.dsl.diagnostics import Diagnostic, Label
from tradec.dsl.place import Place
from tradec.dsl.render import render, to_github, to_json
from tradec.dsl.span import Source

TEXT = "a: 1\nkey: ms\nb:\n  - [ms.bos, 1]\n"
SOURCE = Source("plays/x.yml", TEXT)


def found(text: str = "ms.bos", source: Source = SOURCE, **parts: tuple[str, ...]) -> Diagnostic:
    at = source.text.index(text)
    return Diagnostic(
        code="E402",
        span=Place(source).span(at, at + len(text)),
        message="`ms` has no field `bos`",
        label="unknown field",
        notes=parts.get("notes", ()),
        helps=parts.get("helps", ()),
        labels=(Label(span=Place(SOURCE).span(10, 12), text="declared here"),),
    )


def test_the_shape_of_a_diagnostic() -> None:
    one = found(notes=("a fact",), helps=("an action",))
    assert (
        render([one], [SOURCE])
        == """\
error[E402]: `ms` has no field `bos`
 --> plays/x.yml:4:6
  |
2 | key: ms
  |      -- declared here
4 |   - [ms.bos, 1]
  |      ^^^^^^ unknown field
  = note: a fact
  = help: an action
  = more: tradec explain E402
"""
    )


def test_a_span_of_several_lines() -> None:
    one = Diagnostic(code="W102", span=Place(SOURCE).span(5, 15), message="m", label="this")
    assert (
        render([one], [SOURCE])
        == """\
warning[W102]: m
 --> plays/x.yml:2:1
  |
2 | key: ms
  | ^^^^^^^
3 | b:
  | ^^ this
  = more: tradec explain W102
"""
    )


def test_wide_characters_and_tabs_keep_the_caret_in_place() -> None:
    source = Source("x", "日本\t: x\n")
    at = Place(source).span(5, 6)
    lines = render([Diagnostic(code="E101", span=at, message="m")], [source]).splitlines()
    assert lines[3:5] == ["1 | 日本    : x", "  |           ^"]


def test_another_file_has_its_own_excerpt() -> None:
    other = Source("y.yml", "ms.bos\n")
    text = render([found(source=other)], [SOURCE, other])
    assert "--> y.yml:1:1" in text
    assert "::: plays/x.yml:2:6" in text
    assert text.index("unknown field") < text.index("declared here")


def test_a_file_that_is_not_at_hand() -> None:
    text = render([found()], [])
    assert "--> plays/x.yml:4:6" in text
    assert "|" not in text


def test_two_diagnostics_are_apart() -> None:
    assert "\n\nerror[E402]" in render([found(), found("key")], [SOURCE])


def test_color_changes_nothing_but_color() -> None:
    import re  # noqa: PLC0415  for this test alone

    colored = render([found()], [SOURCE], color=True)
    assert "\x1b[31;1m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == render([found()], [SOURCE])


def test_json() -> None:
    assert to_json(found(notes=("n",), helps=("h",))) == {
        "code": "E402",
        "severity": "error",
        "message": "`ms` has no field `bos`",
        "file": "plays/x.yml",
        "span": {"start": {"line": 4, "col": 6}, "end": {"line": 4, "col": 12}},
        "notes": ["n"],
        "help": ["h"],
    }


def test_what_github_takes_for_a_sign_is_escaped() -> None:
    odd = Source("a,b:c%.yml", TEXT)
    line = to_github(found(source=odd))
    assert line.startswith("::error file=a%2Cb%3Ac%25.yml,line=4,")
    assert line.endswith(",title=E402::`ms` has no field `bos`")


def test_github() -> None:
    assert to_github(found(helps=("50%, or\nless",))) == (
        "::error file=plays/x.yml,line=4,endLine=4,col=6,endColumn=12,title=E402::"
        "`ms` has no field `bos`%0Ahelp: 50%25, or%0Aless"
    )
