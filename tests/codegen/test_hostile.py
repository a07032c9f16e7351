"""Whatever a play calls its things, the code compiles and means the same as the interpreter."""

from typing import Any

import pytest
import yaml

from codegen.steady import market
from complete import complete
from differential.native_batch import Compiled, compiled
from differential.native_cases import read
from differential.three_ways import compare
from generators.passes import CONTEXT
from tradec.compiler.pipeline import check_source, plan_of
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Source

WORDS_OF_C = "auto case char const double enum extern float goto int long register short signed"
MORE_OF_C = "sizeof static struct switch typedef union unsigned void volatile inline restrict"
LIBRARY = "NULL NAN INFINITY errno main memcpy fabs floor isnan assert bool_ complex I"
WORDS_OF_CYTHON = "cdef cpdef cimport nogil gil ctypedef bint include DEF IF ELIF object noexcept"
WORDS_OF_PYTHON = "class lambda None def del pass yield async await global import self Exception"
OURS = (
    "s p r d f w i h shown feed decision account watch evaluated ts_open ts_close can_enter digest "
    "day_end bits finite f64 div_true mod_floor MISSING MODULE_ID State Params Rings Shown Play "
    "Strategy Bar Crossing bar_add bar_begin sweep advance decide absorb step scan read is_whole "
    "Ema EmaOut ema ema_init ema_step bbands Swing arena place number none left right"
)
LIKE_FIELDS = (
    "x x_unit x_value x_out x_past x_ring x_held x_cross x_output x__upper x__upper_output "
    "x__value x__value_past x__upper_past x__x x_x X n1 n2 bar_15m close_15m close_15m_held "
    "open_ _open __x __x__ __init__ __dict__ _ __ ___ a1 A1 a_1 _1"
)
PARTS = ("", "_upper", "_middle", "_value")
WORDS = ("_unit", "_value", "_out", "_output", "_past", "_past_head", "_ring", "_cross", "_held")
ENDS = [*WORDS, *(f"_{part}{word}" for part in PARTS for word in ("", *WORDS) if part or word)]
ODD = (WORDS_OF_C, MORE_OF_C, LIBRARY, WORDS_OF_CYTHON, WORDS_OF_PYTHON, OURS, LIKE_FIELDS)
NAMES = [*dict.fromkeys(name for line in ODD for name in line.split())]
BLOCK_IDS = (
    "plain",
    "quotes \" and ' and `",
    "two\nlines\r\nor three",
    "comment # and */ and // and \\",
    "{{ braces }} {% for %} {# no #} $${",
    "Ünïcödé — 入場 🙂 \u202e",
    "    pass",
    "#@0",
    "  #@1",
    "",
    "%s {0}",
    "x" * 300,
)


def chunks(size: int) -> list[list[str]]:
    return [NAMES[k : k + size] for k in range(0, len(NAMES), size)]


def units_play(names: list[str], block_id: str) -> str:
    """Return a play that uses names for units of all kinds, and reads all of them."""
    features: dict[str, Any] = {}
    structures: list[dict[str, Any]] = []
    whens: list[Any] = []
    for k, name in enumerate(names):
        match k % 4:
            case 0:
                features[name] = {"indicator": "ema", "params": {"length": 2 + k}}
                whens += [f"{name}[2] crosses above close", f"{name} > {name}[1]"]
            case 1:
                features[name] = {"indicator": "bbands", "params": {"length": 3}}
                whens += [f"{name}.upper > {name}.middle[1]", f"{name}.lower crosses below low"]
            case 2:
                features[name] = {"indicator": "macd", "params": {"fast": 2, "slow": 4}}
                whens += [f"{name}.macd crosses above {name}.signal", f"{name}.histogram[1] > -1"]
            case _:
                structures.append({"type": "swing", "key": name, "params": {"left": 1, "right": 1}})
                whens += [f"{name}.high_level > {name}.low_level[1]", f"{name}.high_idx > 3"]
    cases = [{"when": when, "emit": ["entry_long"]} for when in whens]
    sections = {
        "features": features,
        "structures": {"exec": structures},
        "actions": [{"id": block_id, "cases": cases}],
    }
    return complete(yaml.safe_dump(sections, sort_keys=False, width=1000))


def variables_play(names: list[str], block_id: str) -> str:
    """Return a play that uses names for its variables."""
    features = {
        f"unit_{k}": {"indicator": "ema", "params": {"length": "${" + name + "}"}}
        for k, name in enumerate(names)
    }
    whens = [f"unit_{k} * ${{{name}}} > close" for k, name in enumerate(names)]
    whens += [f"close crosses above ${{{name}}}" for name in names]
    sections = {
        "variables": {name: k + 1 for k, name in enumerate(names)},
        "features": features,
        "actions": [
            {"id": block_id, "cases": [{"when": w, "emit": ["entry_long"]} for w in whens]}
        ],
    }
    return complete(yaml.safe_dump(sections, sort_keys=False, width=1000))


def crowded_play() -> str:
    """Return a play whose names look like the fields of its first unit, `a`."""
    bands = {"indicator": "bbands", "params": {"length": 3}}
    average = {"indicator": "ema", "params": {"length": 2}}
    names = [f"a{end}" for end in ENDS]
    whens = [f"a.upper[1] > {name}[1] and a.upper >= {name}" for name in names]
    sections = {
        "features": {"a": bands, **dict.fromkeys(names, average)},
        "actions": [{"id": "a", "cases": [{"when": w, "emit": ["entry_long"]} for w in whens]}],
    }
    return complete(yaml.dump(sections, Dumper=_Plain, sort_keys=False, width=1000))


class _Plain(yaml.SafeDumper):
    """Writes a thing that stands in several places in each of them."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


def all_plays() -> dict[str, str]:
    """Return the plays by what is odd about them."""
    found = {"crowded": crowded_play()}
    for k, names in enumerate(chunks(14)):
        block_id = BLOCK_IDS[k % len(BLOCK_IDS)]
        found[f"units {names}"] = units_play(names, block_id)
        found[f"variables {names}"] = variables_play(names, block_id)
    return found


TEXTS = all_plays()


@pytest.fixture(scope="module")
def classes() -> dict[str, Compiled]:
    plans = [plan_of(read(text, {}), CONTEXT) for text in TEXTS.values()]
    return dict(zip(TEXTS, compiled(plans, list(TEXTS.values())), strict=True))


@pytest.mark.parametrize("name", TEXTS)
def test_a_name_changes_nothing(name: str, classes: dict[str, Compiled]) -> None:
    outcome = compare(classes[name], read(TEXTS[name], {}), market())
    assert len(outcome.signals) > 0


@pytest.mark.parametrize("block_id", BLOCK_IDS)
def test_every_block_id_is_taken(block_id: str) -> None:
    found = Diagnostics()
    check_source(Source("play.yml", units_play(["x", "y"], block_id)), found)
    assert [one.code for one in found.all if one.code.startswith("E")] == []


@pytest.mark.parametrize("name", ["close", "exec", "and", "Not", "D", "ünicode", "a-b", "1st", ""])
def test_what_is_no_name_is_refused_with_its_place(name: str) -> None:
    found = Diagnostics()
    text = units_play([name], "block")
    assert check_source(Source("play.yml", text), found) is None
    assert any(one.span.start.line > 1 for one in found.all)
