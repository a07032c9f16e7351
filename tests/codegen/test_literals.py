"""Numbers, truths and plays at the edges of what can be written mean the same in every engine."""

import pytest

from codegen.steady import market
from complete import complete
from differential.native_batch import Compiled, compiled
from differential.native_cases import read
from differential.three_ways import compare
from generators.passes import CONTEXT
from tradec.compiler.emit_expr import whole
from tradec.compiler.pipeline import plan_of

LARGEST = 2**63 - 1
CONDITIONS = (
    "s.version > 2147483647",
    "s.version > 2147483648",
    "s.version < -2147483649",
    "s.version > -2147483648",
    "s.high_idx < 4294967296",
    f"s.version > {LARGEST}",
    f"s.version + {LARGEST} > 0",
    f"-(s.version - {LARGEST}) > 0",
    f"s.version * {2**62} > 0",
    f"s.version near {LARGEST} within 1",
    f"s.version crosses above {LARGEST}",
    f"s.version > -{LARGEST} - 1",
    f"not (s.version > -{LARGEST} - 1)",
    f"not (s.version between -{LARGEST} - 1 and 5)",
    f"s.version crosses above (-{LARGEST} - 1)",
    f"s.version + (0 - {LARGEST} - 1) < 0",
    "s.version > 9007199254740993",
    "s.version + 9007199254740993 > 9007199254740992.0",
    "s.version % 0 > 1",
    "s.version % -3 < 0",
    "s.version / 0 > 1",
    "s.version > 3 % 0",
    "s.version > 1 / 0",
    "not (s.version > 0 / 0)",
    "not (s.high_idx == 3)",
    "close > 1e308",
    "close * 1e308 * 10 > 1",
    "close > 1e-320",
    "-close < -0.0",
    "close * 0 / (close * 0) > 0 or not (close / 0 > 0)",
    "true",
    "not false",
    "not (not (close > 1 and true))",
)
BARE = {
    "a play that reads nothing": "actions: {entry_long: 'true'}\nfeatures: {}",
    "a play that never acts": "actions: {entry_long: 'false'}\nfeatures: {}",
    "a play that reads bars alone": "actions: {entry_long: 'close > open[3]'}\nfeatures: {}",
    "a play of minutes": """
timeframes: {low_tf: 1m, med_tf: 1m, high_tf: 1m, exec: low_tf}
actions: {entry_long: 'true'}
features: {}
""",
    "three timeframes that do not divide each other": """
timeframes: {low_tf: 3m, med_tf: 5m, high_tf: 1h, exec: low_tf}
features: {e: {indicator: ema, tf: 5m, params: {length: 3}}}
actions: {entry_long: '5m.volume > volume and e > close'}
""",
}


def with_condition(condition: str) -> str:
    structures = "structures: {exec: [{type: swing, key: s, params: {left: 1, right: 1}}]}"
    return complete(f"{structures}\nactions: {{entry_long: {condition!r}}}\n")


TEXTS = {condition: with_condition(condition) for condition in CONDITIONS}
TEXTS |= {name: complete(sections) for name, sections in BARE.items()}


@pytest.fixture(scope="module")
def classes() -> dict[str, Compiled]:
    plans = [plan_of(read(text, {}), CONTEXT) for text in TEXTS.values()]
    return dict(zip(TEXTS, compiled(plans, list(TEXTS.values())), strict=True))


@pytest.mark.parametrize("name", TEXTS)
def test_every_engine_agrees(name: str, classes: dict[str, Compiled]) -> None:
    play = read(TEXTS[name], {})
    compare(classes[name], play, market(play.exec))


def test_large_whole_numbers_stay_numbers_of_c() -> None:
    assert whole(2**31 - 1) == "2147483647"
    assert whole(-(2**31) + 1) == "-2147483647"
    assert whole(2**31) == "2147483648LL"
    assert whole(-(2**31)) == "-2147483648LL"
    assert whole(LARGEST) == f"{LARGEST}LL"
    assert whole(-(2**63)) == "MISSING"
