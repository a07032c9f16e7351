"""What must hold of any play on any series: no future, no hidden state, no help from passes."""

from dataclasses import replace

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from generators.base_series import base_series
from generators.driving import Trader, trade
from generators.passes import CONTEXT
from generators.plays import Drawn, play_texts, plays
from tradec.compiler import ir
from tradec.compiler.catalog import standard
from tradec.compiler.chain_warmup import ChainWarmup
from tradec.compiler.interpreter import Interpreter
from tradec.compiler.passes.fold_constants import fold_constants
from tradec.compiler.passes.share_subexpressions import share_subexpressions
from tradec.compiler.pipeline import check_source, plan_of
from tradec.compiler.printer import print_plan
from tradec.compiler.verify import verify
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Source

GENTLY = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def machine(play: ir.Play) -> Interpreter:
    return Interpreter(play, standard())


@GENTLY
@given(st.data(), plays())
def test_nothing_before_a_cut_or_a_change_of_the_future_changes(
    data: st.DataObject, drawn: Drawn
) -> None:
    candles = data.draw(base_series(drawn.play, high=400)).candles
    whole = trade(machine(drawn.play), candles)
    cut = data.draw(st.integers(0, len(whole)))
    prefix = replace(candles, rows=candles.rows[:cut])
    assert trade(machine(drawn.play), prefix) == whole[:cut]
    changed = tuple((o * 2, h * 3, low / 2, c * 2, v + 1) for o, h, low, c, v in candles.rows[cut:])
    mutated = replace(candles, rows=candles.rows[:cut] + changed)
    assert trade(machine(drawn.play), mutated)[:cut] == whole[:cut]


@GENTLY
@given(st.data(), plays())
def test_a_snapshot_anywhere_goes_on_the_same(data: st.DataObject, drawn: Drawn) -> None:
    candles = data.draw(base_series(drawn.play, high=400)).candles
    whole = trade(machine(drawn.play), candles)
    cut = data.draw(st.integers(0, len(whole)))
    first, trader = machine(drawn.play), Trader()
    trade(first, replace(candles, rows=candles.rows[:cut]), trader=trader)
    second = machine(drawn.play)
    second.restore(first.snapshot())
    assert trade(second, candles, first=cut, trader=trader) == whole[cut:]


@GENTLY
@given(st.data(), plays())
def test_folding_and_sharing_change_nothing(data: st.DataObject, drawn: Drawn) -> None:
    folded = verify(fold_constants(drawn.play, CONTEXT))
    shared = verify(share_subexpressions(folded, CONTEXT))
    assert fold_constants(folded, CONTEXT) is folded
    assert share_subexpressions(shared, CONTEXT) is shared
    candles = data.draw(base_series(drawn.play, high=400)).candles
    whole = trade(machine(drawn.play), candles)
    assert trade(machine(shared), candles) == whole


@GENTLY
@given(plays())
def test_every_play_can_be_laid_out(drawn: Drawn) -> None:
    plan = verify(plan_of(verify(drawn.play), CONTEXT))
    assert [need.timeframe for need in plan.warmup] == [bars.id for bars in plan.play.bars]
    assert all(need.bars >= 1 for need in plan.warmup)
    assert print_plan(plan) == print_plan(plan_of(drawn.play, CONTEXT))
    assert set(plan.cells) == set(plan_of(plan.play, CONTEXT).cells)


@GENTLY
@given(plays())
def test_the_warmup_counts_from_the_first_value(drawn: Drawn) -> None:
    chain = ChainWarmup(drawn.play, standard())
    for series in drawn.play.series:
        for output in series.outputs:
            assert chain.first_valid(series.id, output.name) == output.first_valid
        assert chain.bars(series.id) > max(output.first_valid for output in series.outputs)


def test_the_plays_that_are_drawn_are_valid_and_trade() -> None:
    traded: list[bool] = []
    valid: list[bool] = []

    @settings(GENTLY, max_examples=60, derandomize=True, database=None, phases=[Phase.generate])
    @given(st.data(), play_texts())
    def count(data: st.DataObject, text: str) -> None:
        play = check_source(Source("random.yml", text), Diagnostics())
        valid.append(play is not None)
        if play is not None:
            steps = trade(machine(play), data.draw(base_series(play, high=400)).candles)
            traded.append(any(step.decision[0] for step in steps))

    count()
    assert sum(valid) >= 0.95 * len(valid)
    assert sum(traded) >= 0.3 * len(traded)
