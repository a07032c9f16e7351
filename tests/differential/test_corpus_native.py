"""Plays of the corpus, compiled in one module, each on the pattern that it asks for."""

from dataclasses import replace
from functools import lru_cache

import pytest

from differential.native_batch import Compiled, compiled
from differential.native_cases import read, values_of, warmup_of
from differential.three_ways import compare, run, same_features, same_records
from generators.markets import Market
from generators.passes import CONTEXT
from shared import SHARED, need_shared
from tradec.compiler import ir
from tradec.compiler.pipeline import check_source, plan_of
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Source
from tradec.runtime.data.patterns import PATTERNS
from tradec.runtime.data.synthetic import synthesize
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.timeframe import TIMEFRAMES

WANTED = 24
EXEC_BARS = 1_000
INTERPRETED = 6_000
"""Base bars on which the interpreter runs too, which is slow."""


@lru_cache(maxsize=1)
def corpus() -> dict[str, str]:
    """Return the texts of plays within the language whose patterns there are, evenly picked."""
    usable = {}
    for path in sorted((SHARED / "corpus").rglob("*.yml")):
        text = path.read_text(encoding="utf-8")
        play = check_source(Source(path.name, text), Diagnostics())
        if play is not None and pattern_of(play) in PATTERNS:
            usable[f"{path.parent.name}/{path.stem}"] = text
    step = max(1, len(usable) // WANTED)
    return dict([*usable.items()][::step])


def pattern_of(play: ir.Play) -> str:
    return play.validation.pattern or "trending"


NAMES = [*corpus()]


@pytest.fixture(scope="module")
def classes() -> dict[str, Compiled]:
    texts = list(corpus().values())
    plans = [plan_of(read(text, {}), CONTEXT) for text in texts]
    return dict(zip(NAMES, compiled(plans, texts), strict=True))


def market_for(play: ir.Play) -> Market:
    """Return the warm-up and then the pattern, as `tradec run` makes it."""
    warmup = warmup_of(play)
    lead = max(bars * (TIMEFRAMES[name].minutes or 44_640) for name, bars in warmup.items())
    lead += max(TIMEFRAMES[name].minutes or 44_640 for name in warmup)
    after = EXEC_BARS * TIMEFRAMES[play.exec].minutes
    bars = synthesize(pattern_of(play), minutes=after, lead=lead)
    return Market(bars=bars, warmup=warmup, instrument=Instrument.built_in(float(bars.open[0])))


def test_there_are_plays_of_every_kind() -> None:
    need_shared("corpus")
    assert len(NAMES) >= 20
    assert len({name.partition("/")[0] for name in NAMES}) >= 5


def test_nearly_all_trade(classes: dict[str, Compiled]) -> None:
    trades = {}
    for name, text in corpus().items():
        play = read(text, {})
        trades[name] = len(run(classes[name](values_of(play)), play, market_for(play)).legs)
    idle = [name for name, count in trades.items() if not count]
    assert len(idle) <= 0.15 * len(trades), idle


@pytest.mark.parametrize("name", NAMES)
def test_a_play_runs_on_its_pattern(name: str, classes: dict[str, Compiled]) -> None:
    play = read(corpus()[name], {})
    market, values = market_for(play), values_of(play)
    scanned = run(classes[name](values), play, market)
    stepped = run(classes[name](values), play, market, emit_features=True)
    same_records(scanned, stepped, "scanned and by step")
    assert scanned.bars >= EXEC_BARS - 1 or scanned.stop_reason != "end_of_data"
    again = run(classes[name](values), play, market, emit_features=True)
    same_features(stepped, again, classes[name](values).COLUMNS)
    first = market.bars.n - min(INTERPRETED, market.bars.n)
    short = replace(market, bars=market.bars.slice(first, market.bars.n), warmup={play.exec: 2})
    compare(classes[name], play, short)
