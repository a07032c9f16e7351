"""The JSON Schema of a play: whatever checks clean fits it, and what is malformed does not."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft7Validator

from as_json import as_json
from complete import complete
from frontend import check
from generators.plays import Drawn, plays
from shared import SHARED, need_shared
from tradec.compiler.catalog import standard
from tradec.compiler.json_schema.play import play_schema
from tradec.dsl.codes import CODES

ROOT = Path(__file__).parents[3]
SCHEMA = play_schema(standard())
VALIDATOR = Draft7Validator(SCHEMA)
VALID = [
    *sorted((ROOT / "plays").glob("*.yml")),
    *sorted((ROOT / "tests").rglob("*.ok.yml")),
    ROOT / "tests" / "codegen" / "sink.yml",
]


def fits(text: str) -> bool:
    """Return whether a play fits the schema."""
    return bool(VALIDATOR.is_valid(as_json(text)))


def test_it_is_a_schema() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_valid_plays_fit(path: Path) -> None:
    errors = [error.message for error in VALIDATOR.iter_errors(as_json(path.read_text()))]
    assert errors == []


def test_the_corpus_fits_as_far_as_it_checks() -> None:
    need_shared("corpus")
    texts = [
        path.read_text(encoding="utf-8") for path in sorted((SHARED / "corpus").rglob("*.yml"))
    ]
    assert all(fits(text) for text in texts[::4] if check(text)[0] is not None)


@settings(max_examples=15)
@given(plays())
def test_random_plays_fit(drawn: Drawn) -> None:
    assert fits(drawn.text)


@pytest.mark.parametrize("code", CODES)
def test_the_right_examples_fit(code: str) -> None:
    if code not in {"E107", "E901", "E902"}:
        assert fits(complete(CODES[code].right))


MALFORMED = """E101 E102 E103 E104 E106 E201 E202 E301 E302 E304 E305 E502 E503 E601 E603 E801"""


@pytest.mark.parametrize("code", MALFORMED.split())
def test_the_wrong_examples_do_not(code: str) -> None:
    assert not fits(complete(CODES[code].wrong))


@pytest.mark.parametrize(
    "sections",
    [
        "acount: {}",
        "account: {max_leverage: 0.5}",
        "account: {fee_model: {taker: 1}}",
        "timeframes: {low_tf: 15m, med_tf: 1h, high_tf: D, exec: 15m}",
        "timeframes: {low_tf: 15, med_tf: 1h, high_tf: D, exec: low_tf}",
        "features: {ema_9: {indicator: emma, params: {length: 9}}}",
        "features: {ema_9: {indicator: ema, params: {length: 0}}}",
        "features: {ema_9: {indicator: ema, params: {lenght: 9}}}",
        "features: {ema_9: {indicator: ema, params: {length: 9.5}}}",
        "features: {9_ema: {indicator: ema, params: {length: 9}}}",
        "features: [ema_9]",
        "structures: {exec: [{type: swing}]}",
        "structures: {exec: [{type: swung, key: s}]}",
        "structures: {fast: []}",
        "actions: {buy: close > 1}",
        "actions: {}",
        "actions: {entry_long: {all: []}}",
        "actions: {entry_long: {all: [a > 1], any: [a > 1]}}",
        'actions: {entry_long: [close, "=>", 1]}',
        "actions: {entry_long: [close, near_pct, 1]}",
        'actions: {entry_long: [close, ">", 1, 2]}',
        "actions: {entry_long: [close, between, 1]}",
        'actions: {entry_long: {lhs: close, op: ">"}}',
        "actions: [{id: a, cases: [{when: close > 1, emit: [buy]}]}]",
        "actions: [{cases: [{when: close > 1, emit: [entry_long]}]}]",
        "risk: {stop_loss_pct: 0}",
        "risk: {stop_loss: {type: percent, value: 200}}",
        "risk: {stop_loss: {type: nearby, value: 2}}",
        "position_policy: {mode: both}",
        "variables: {a: {b: 1}}",
        "validation: {pattern: zigzag}",
        "validation: {bars: 0}",
    ],
)
def test_what_is_malformed_does_not_fit(sections: str) -> None:
    whole = complete(sections)
    assert fits(complete(""))
    assert not fits(whole)
    assert check(sections)[0] is None, "the compiler refuses it as well"


def test_editors_see_meanings_defaults_and_words() -> None:
    account: Any = SCHEMA["properties"]["account"]["properties"]
    assert account["max_leverage"]["description"]
    assert account["slippage_bps"]["default"] == 2.0
    feature: Any = SCHEMA["definitions"]["feature"]["properties"]
    assert set(feature["indicator"]["anyOf"][0]["enum"]) == set(standard().indicators())
    length: Any = SCHEMA["definitions"]["params of ema"]["properties"]["length"]
    assert length["anyOf"][0] == {"type": "integer", "minimum": 1, "maximum": 5000}
    assert {"low_tf", "exec"} <= set(feature["tf"]["anyOf"][0]["enum"])


@pytest.mark.parametrize("levels", ["[0.5]", "[0, 1, 1.618]", '["${v0}", 1]', '"${list}"'])
def test_a_list_of_numbers_fits(levels: str) -> None:
    assert fits(with_levels(levels))


@pytest.mark.parametrize("levels", ["0.5", "[]", "[high]", "[true]", "[0.5, 0.5]", "[[0.5]]"])
def test_what_is_no_list_of_numbers_does_not_fit(levels: str) -> None:
    assert not fits(with_levels(levels))


def with_levels(levels: str) -> str:
    """Return a play with the levels of its retracement."""
    swing = "{type: swing, key: swing, params: {left: 2, right: 2}}"
    fib = f"{{type: fibonacci, key: fib, uses: swing, params: {{levels: {levels}}}}}"
    variables = "variables: {v0: 0.5, list: [0.5]}\n"
    return complete(f"{variables}structures:\n  exec:\n    - {swing}\n    - {fib}\n")
