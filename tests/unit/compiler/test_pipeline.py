import pytest

from complete import complete
from frontend import check, typed
from tradec.compiler import ir, pipeline
from tradec.compiler.catalog import standard
from tradec.compiler.context import Context, Options
from tradec.compiler.plan import Plan, Timed
from tradec.dsl import nodes
from tradec.dsl.build import read_play
from tradec.dsl.diagnostics import Diagnostics, PlayError
from tradec.dsl.span import Source

ORDER = (
    "expand_setups",
    "resolve_timeframes",
    "resolve_features",
    "order_structures",
    "infer_types",
    "check_rules",
    "fold_constants",
    "share_subexpressions",
    "plan_windows",
    "compute_warmup",
    "lay_out_state",
)


def context() -> Context:
    return Context(catalog=standard(), diagnostics=Diagnostics(), options=Options(verify=True))


def surface(sections: str = "") -> nodes.Play:
    play = read_play(Source("play.yml", complete(sections)), Diagnostics(), {})
    assert play is not None
    return play


def test_the_one_order() -> None:
    assert pipeline.names() == ORDER


@pytest.mark.parametrize("name", ORDER)
def test_every_pass_says_what_it_needs_and_gives(name: str) -> None:
    (one,) = [p for p in pipeline.PASSES if p.__name__ == name]
    assert one.__module__ == f"tradec.compiler.passes.{name}"
    assert "Needs" in (one.__doc__ or "")
    assert "Gives" in (one.__doc__ or "")


@pytest.mark.parametrize("name", ORDER)
def test_stops_after_any_pass_with_the_type_of_its_stage(name: str) -> None:
    place = ORDER.index(name)
    kind = nodes.Play if place < 4 else ir.Play if place < 9 else Timed if place < 10 else Plan
    assert type(pipeline.run(surface(), context(), stop_after=name)) is kind


def test_an_unknown_pass() -> None:
    with pytest.raises(ValueError, match="no pass"):
        pipeline.run(surface(), context(), stop_after="fold")


def test_each_pass_is_timed() -> None:
    timed: list[tuple[str, float]] = []
    pipeline.run(surface(), context(), record=lambda name, seconds: timed.append((name, seconds)))
    assert tuple(name for name, _ in timed) == ORDER
    assert all(seconds >= 0 for _, seconds in timed)


def test_run_raises_with_everything_found() -> None:
    with pytest.raises(PlayError) as caught:
        pipeline.run(surface('actions: {entry_long: "ema_8 > 1 or rsi_14 > close"}'), context())
    assert [d.code for d in caught.value.diagnostics if d.code[0] == "E"] == ["E401", "E501"]


def test_check_source_returns_none_on_errors() -> None:
    play, found = check("risk: {stop_loss_pct: 1}")
    assert play is None
    assert [d.code for d in found if d.code[0] == "E"] == ["E702"]


def test_errors_of_different_passes_come_together() -> None:
    _, found = check("""
timeframes: {low_tf: 15m, med_tf: 1h, high_tf: 8h, exec: low_tf}
features:
  ema_9: {indicator: ema, params: {length: 0}}
  ema_21: {indicator: emma}
structures:
  exec: [{type: trend, key: t}]
actions: {entry_long: "ema_9 > ema_8 and ema_9 > volume"}
risk: {stop_loss_pct: 1}
""")
    assert [d.code for d in found if d.code[0] == "E"] == [
        "E201",
        "E302",
        "E301",
        "E306",
        "E401",
        "E501",
        "E702",
    ]


def test_a_file_that_cannot_be_read_goes_no_further() -> None:
    diagnostics = Diagnostics()
    assert pipeline.check_source(Source("play.yml", "version: ["), diagnostics) is None
    assert [d.code for d in diagnostics.all] == ["E107"]


def test_front_raises() -> None:
    source = Source("play.yml", complete("risk: {stop_loss_pct: 1}"))
    with pytest.raises(PlayError):
        pipeline.front(source, Diagnostics())
    assert isinstance(pipeline.front(Source("play.yml", complete("")), Diagnostics()), ir.Play)


def test_overrides_reach_the_checks() -> None:
    sections = 'variables: {n: 9}\nfeatures: {e_9: {indicator: ema, params: {length: "${n}"}}}\n'
    sections += 'actions: {entry_long: "close > e_9"}\n'
    assert typed(sections, {"n": "5000"}).params[0].value == 5000
    play, found = check(sections, {"n": "5001"})
    assert play is None
    assert [d.code for d in found] == ["E302"]


def test_plan_of_equals_the_whole_run() -> None:
    assert pipeline.plan_of(typed(""), context()) == pipeline.run(surface(), context())
