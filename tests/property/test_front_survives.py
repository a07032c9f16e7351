"""Whatever stands in a play, the front half answers with diagnostics, never an exception."""

import re
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tradec.compiler.catalog import standard
from tradec.compiler.context import Context, Options
from tradec.compiler.pipeline import check_source, plan_of
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Source

PLAYS = sorted((Path(__file__).resolve().parents[2] / "plays").rglob("*.yml"))
TEXTS = [path.read_text(encoding="utf-8") for path in PLAYS]
WORDS = (
    *("close", "hl2", "volume", "high_tf", "1h", "D", "exec", "none", "true", "bullish"),
    *("-1", "0", "1.5", "9", "5001", "${x}", "[1]", "[501]", "==", ">", "crosses above"),
    *("params", "source", "tf", "uses", "mode", "atr_key", "atr_length", "signal", "first_hit"),
    *("swing", "trend", "s.high_level", "x.y.z"),
)


def mutated(text: str, random: Random) -> str:
    """Return the text with a word replaced, or a line left out or doubled."""
    words = list(re.finditer(r"[A-Za-z0-9_.]+", text))
    if random.random() < 0.8:
        place = random.choice(words)
        return text[: place.start()] + random.choice(WORDS) + text[place.end() :]
    lines = text.split("\n")
    at = random.randrange(len(lines))
    lines[at : at + 1] = [] if random.random() < 0.5 else [lines[at], random.choice(lines)]
    return "\n".join(lines)


@given(st.sampled_from(TEXTS), st.randoms(use_true_random=False), st.integers(1, 3))
@settings(max_examples=150)
def test_a_mutated_play_has_an_answer(text: str, random: Random, times: int) -> None:
    for _ in range(times):
        text = mutated(text, random)
    diagnostics, options = Diagnostics(), Options(verify=True)
    play = check_source(Source("play.yml", text), diagnostics, options=options)
    assert (play is None) == diagnostics.has_errors
    if play is not None:
        context = Context(catalog=standard(), diagnostics=diagnostics, options=options)
        plan_of(play, context)
