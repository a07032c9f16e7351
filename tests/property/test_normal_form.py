"""The normal form of a play: twice is once, nothing is lost, nothing means something else."""

from pathlib import Path
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from generators.mutations import LAYOUT, mutated
from generators.plays import Drawn, plays
from tradec.compiler.pipeline import check_source
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.normal.form import comments_of, normal_form, same_values
from tradec.dsl.span import Source
from tradec.dsl.yaml import read_yaml

ROOT = Path(__file__).resolve().parents[2]
FILES = [*sorted((ROOT / "plays").glob("*.yml")), ROOT / "tests" / "codegen" / "sink.yml"]
TEXTS = [path.read_text(encoding="utf-8") for path in FILES]
COMMENTS = ("  # aside", "\n\n# alone", "\n    # further in", "\n\n")


def decorated(text: str, random: Random) -> str:
    """Return a play with comments and empty lines between its lines."""
    lines = text.split("\n")
    for at in random.sample(range(len(lines) - 1), min(6, len(lines) - 1)):
        lines[at] += random.choice(COMMENTS)
    return "\n".join(lines)


@settings(max_examples=15)
@given(plays(), st.randoms(use_true_random=False))
def test_a_play_keeps_its_meaning_and_its_comments(drawn: Drawn, random: Random) -> None:
    source = Source("play.yml", decorated(drawn.text, random))
    done = Source("play.yml", normal_form(source))
    assert check_source(done, Diagnostics()) == drawn.play
    assert comments_of(done) == comments_of(source)
    assert normal_form(done) == done.text


@settings(max_examples=100)
@given(mutated(TEXTS, LAYOUT))
def test_whatever_reads_is_laid_out_once(text: str) -> None:
    source, found = Source("play.yml", text), Diagnostics()
    assume(read_yaml(source, found) is not None and not found.has_errors)
    done = Source("play.yml", normal_form(source, respell=False))
    assert same_values(source, done)
    assert comments_of(source) == comments_of(done)
    assert normal_form(done, respell=False) == done.text


def test_the_examples_are_in_normal_form() -> None:
    for path, text in zip(FILES[:-1], TEXTS, strict=False):
        assert normal_form(Source(path.name, text)) == text, path.name
