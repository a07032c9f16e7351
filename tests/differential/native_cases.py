"""Random plays with values for their variables and markets to run on."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import SystemRandom
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from generators.markets import Market, markets
from generators.passes import CONTEXT
from generators.plays import plays
from tradec.compiler import ir
from tradec.compiler.pipeline import check_source, plan_of
from tradec.compiler.plan import Plan
from tradec.compiler.rules_of import rules_of
from tradec.compiler.settings import play_values
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Source
from tradec.runtime.sim.rules import Rules

Draw = Any
_WHOLE = ("1", "2", "3", "4", "6", "9", "14")
_REAL = ("0.3", "0.75", "1.0", "2.25", "6")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """A play as text, and as it runs with what is `set` on top of it."""

    text: str
    set: dict[str, str]
    markets: tuple[Market, ...]

    @property
    def plan(self) -> Plan:
        """What is compiled: the play as it is written."""
        return plan_of(read(self.text, {}), CONTEXT)

    @property
    def play(self) -> ir.Play:
        """What is run: the play with the values of this case."""
        return read(self.text, self.set)


def read(text: str, overrides: Mapping[str, str]) -> ir.Play:
    """Return the play of a valid text."""
    play = check_source(Source("random.yml", text), Diagnostics(), overrides)
    assert play is not None
    return play


def values_of(play: ir.Play) -> dict[str, int | float]:
    """Return the values of the variables, as an instance is made with."""
    return play_values(play, {})


def trading_rules(play: ir.Play) -> Rules:
    """Return the money rules of a play."""
    return Rules.of(rules_of(play, values_of(play)))


def warmup_of(play: ir.Play) -> dict[str, int]:
    """Return the closed bars that each timeframe of a play needs."""
    return {one.timeframe: one.bars for one in plan_of(play, CONTEXT).warmup}


@st.composite
def cases(
    draw: Draw,
    *,
    runs: int = 2,
    high: int = 1200,
    indicators: tuple[str, ...] | None = None,
    structure: str = "",
) -> Case:
    """Draw a play, other values for its variables where they are legal, and markets."""
    drawn = draw(plays(indicators, structure))
    changed = {
        param.name: draw(st.sampled_from(_WHOLE if isinstance(param.value, int) else _REAL))
        for param in drawn.play.params
        if draw(st.booleans())
    }
    if check_source(Source("random.yml", drawn.text), Diagnostics(), changed) is None:
        changed = {}
    play = read(drawn.text, changed)
    warmup = warmup_of(play)
    found = tuple(draw(markets(play, warmup, high=high)) for _ in range(runs))
    return Case(text=drawn.text, set=changed, markets=found)


def collected(
    count: int, *, fixed: bool | None = None, at_once: int = 20, **wanted: Any
) -> list[Case]:
    """Return so many different cases; always the same ones if `fixed`, else as the profile says.

    They are drawn `at_once` from one seed.
    """
    found: dict[str, Case] = {}
    if fixed is None:
        fixed = settings().derandomize
    number = 0 if fixed else SystemRandom().getrandbits(32)
    while len(found) < count:
        for case in _drawn(number, at_once, wanted):
            found.setdefault(case.text, case)
        number += 1
    return [*found.values()][:count]


def _drawn(number: int, count: int, wanted: Mapping[str, Any]) -> list[Case]:
    """Return what hypothesis draws with one seed."""
    cases_: list[Case] = []

    @seed(number)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        derandomize=False,
        deadline=None,
        suppress_health_check=[*HealthCheck],
    )
    @given(cases(**wanted))
    def draw(case: Case) -> None:
        cases_.append(case)

    draw()
    return cases_
