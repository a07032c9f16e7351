"""The IR as text and as JSON: nothing is lost, and nothing that means nothing is kept."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings

from generators.passes import CONTEXT
from generators.plays import Drawn, plays
from irparse import parse
from tradec.compiler.canonical import canonical, module_hash, play_hash
from tradec.compiler.pipeline import check_source, plan_of
from tradec.compiler.printer import print_play
from tradec.compiler.semdiff import diff_plays
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Source

GENTLY = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@GENTLY
@given(plays())
def test_what_is_printed_reads_back(drawn: Drawn) -> None:
    for play in (drawn.play, plan_of(drawn.play, CONTEXT).play):
        assert parse(print_play(play)) == play


@GENTLY
@given(plays())
def test_comments_and_blank_lines_mean_nothing(drawn: Drawn) -> None:
    spaced = "# a comment\n\n" + drawn.text.replace("\n", "  # here\n\n")
    again = check_source(Source("other.yml", spaced), Diagnostics())
    assert again == drawn.play
    assert canonical(again) == canonical(drawn.play)
    assert diff_plays(again, drawn.play) == []


@GENTLY
@given(plays(), plays())
def test_no_difference_is_the_same_hash(one: Drawn, two: Drawn) -> None:
    same = canonical(one.play) == canonical(two.play)
    assert (diff_plays(one.play, two.play) == []) is same
    assert (play_hash(one.play) == play_hash(two.play)) is same


@GENTLY
@given(plays())
def test_the_values_of_variables_are_no_part_of_the_module(drawn: Drawn) -> None:
    changed = tuple(replace(p, value=p.value + 1) for p in drawn.play.params)
    other = replace(drawn.play, params=changed)
    assert module_hash(other) == module_hash(drawn.play)
    assert (play_hash(other) == play_hash(drawn.play)) is not bool(changed)
    assert len(diff_plays(other, drawn.play)) == len(changed)
