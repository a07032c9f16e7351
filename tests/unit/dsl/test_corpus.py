"""The plays of another system, whole and damaged: nothing ever breaks the reader."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from complete import complete
from shared import need_shared
from tradec.dsl.build import read_play
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.render import render, to_github, to_json
from tradec.dsl.span import Source
from tradec.dsl.yaml import decode_source

_CLEAN = frozenset({"W102", "W105"})
# One play declares a structure the way only a test of the other system's validator does.
_MALFORMED = {"DV_002_invalid_structure_field.yml"}


def check(text: str) -> frozenset[str]:
    """Return the codes that a text gives, having rendered every diagnostic."""
    source, found = Source("play.yml", text), Diagnostics()
    play = read_play(source, found)
    assert (play is None) == found.has_errors
    assert render(found.all, [source], color=True).count("more: ") == len(found.all)
    for one in found.all:
        assert 0 <= one.span.start.offset <= one.span.end.offset <= len(text)
        assert str(to_json(one)["code"]) in to_github(one)
    return frozenset(one.code for one in found.all)


def test_every_play_of_the_corpus_is_understood() -> None:
    paths = sorted(need_shared("corpus").rglob("*.yml"))
    assert len(paths) == 211
    clean = 0
    for path in paths:
        codes = check(path.read_text(encoding="utf-8"))
        if path.name not in _MALFORMED:
            assert codes <= _CLEAN, path.name
        clean += path.name not in _MALFORMED
    assert clean == 210


_SAMPLE = complete("""
description: >-
  a text
  of lines
variables: {fast: 9, zone: discount}
structures:
  exec:
    - {type: swing, key: swing, params: {left: 5}}
  high_tf: {D: [{type: trend, key: trend, uses: [swing]}]}
features:
  "ema_${fast}": {indicator: ema, params: {length: "${fast}"}, tf: "1h"}
actions:
  - id: entry
    cases:
      - when: {any: [[close, near_pct, 'fib.level[0.5]', 1], {not: "ema_9 > ${fast}"}]}
        emit: [{action: entry_long}]
      - when: |
          close between 1 and 2
          and pd.zone is ${zone}
        emit: [exit_all]
    else: {emit: [no_action]}
validation: {pattern: trending, bars: 10}
""")
_BITS = st.sampled_from(
    [
        "",
        " ",
        "\n",
        "\n  ",
        ":",
        ": ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ",",
        '"',
        "'",
        "#",
        "&a ",
        "*a",
        "|",
        ">",
        "%",
        "${",
        "}",
        "$",
        "<<: ",
        "é",
        "😀",
        "\t",
        "\x00",
        "\r",
        "!!int ",
        "all",
        "9",
        "-",
        ".",
    ]
)
_MUTATIONS = st.lists(
    st.tuples(st.integers(0, len(_SAMPLE)), st.integers(0, 12), _BITS), min_size=1, max_size=4
)


def test_the_sample_is_clean() -> None:
    assert check(_SAMPLE) == frozenset()


@settings(max_examples=400)
@given(_MUTATIONS)
def test_no_damage_breaks_the_reader(mutations: list[tuple[int, int, str]]) -> None:
    text = _SAMPLE
    for at, length, bit in mutations:
        text = text[:at] + bit + text[at + length :]
    check(text)


@settings(max_examples=200)
@given(st.binary(max_size=80))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    found = Diagnostics()
    source = decode_source("play.yml", data, found)
    if source is None:
        assert [one.code for one in found.all] == ["E107"]
    else:
        check(source.text)


_SECTIONS = re.findall(r"^(\w+):", _SAMPLE, re.MULTILINE)
_VALUES = st.recursive(
    st.sampled_from(["5", "x", "''", "true", "${a}", "a > b", "-1", "1.5", ""]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda found: f"[{', '.join(found)}]"),
        st.lists(
            st.tuples(st.sampled_from(["all", "any", "not", "when", "id", "op"]), inner), max_size=3
        ).map(lambda found: "{" + ", ".join(f"{key}: {value}" for key, value in found) + "}"),
    ),
    max_leaves=5,
)


@settings(max_examples=300)
@given(
    st.sampled_from(_SECTIONS),
    _VALUES,
)
def test_any_value_in_any_section(section: str, value: str) -> None:
    check(complete(f"{section}: {value}\n"))
