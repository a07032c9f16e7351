"""`tradec play show`: what a play is made of."""

from typing import TYPE_CHECKING, Any

import click

from tradec.cli import completing
from tradec.cli.diagnosed import telling
from tradec.cli.fmt import normal_text
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.play_file import PlayFile, read_play_file
from tradec.cli.settings import current
from tradec.cli.table import pairs, rendered, table
from tradec.cli.units import known_units
from tradec.cli.variables import set_option
from tradec.cli.warmup import timed_of, warmup_lines, warmup_rows

if TYPE_CHECKING:
    from tradec.compiler import ir

HEADINGS = ("feature", "unit", "kind", "timeframe", "outputs", "warm-up")


@command(
    "show",
    example="""tradec play show ema_cross
    tradec play show plays/mtf_trend.yml --features --warmup
    tradec play show ema_cross --normalized""",
)
@click.argument("play", shell_complete=completing.plays)
@click.option("--features", is_flag=True, help="Every feature and structure with its warm-up.")
@click.option("--warmup", is_flag=True, help="The history that each timeframe needs, and why.")
@click.option("--normalized", is_flag=True, help="The play in normal form, as `fmt` writes it.")
@set_option
def show(
    play: str,
    features: bool,  # noqa: FBT001  click passes options by name
    warmup: bool,  # noqa: FBT001
    normalized: bool,  # noqa: FBT001
    overrides: dict[str, str],
) -> Outcome:
    """Show what PLAY is made of: a summary, or the parts that the options name."""
    file = read_play_file(play)
    meaning = meaning_of(file, overrides)
    asked: dict[str, Any] = {}
    if features:
        asked["features"] = _features(meaning)
    if warmup:
        asked["warmup"] = warmup_rows(timed_of(meaning))
    if normalized:
        asked["normalized"] = normal_text(file)
    facts = _summary(file, meaning)
    return Outcome(
        data={**facts, **asked},
        message=f"{meaning.name}: {meaning.symbol} on {meaning.exec}",
        text=lambda: _text(facts, asked),
    )


def meaning_of(play: PlayFile, overrides: dict[str, str]) -> "ir.Play":
    """Return the typed IR of a play, or tell its errors and fail."""
    from tradec.compiler.pipeline import front
    from tradec.dsl.diagnostics import Diagnostics

    with telling(play.source, current()):
        return front(play.source, Diagnostics(), overrides, catalog=known_units())


def _summary(file: PlayFile, play: "ir.Play") -> dict[str, Any]:
    from tradec.dsl.build import read_what_stands
    from tradec.dsl.diagnostics import Diagnostics

    written = read_what_stands(file.source, Diagnostics())
    described = written.description if written else None
    shown = [one for one in play.series if not one.private]
    return {
        "name": play.name,
        "file": file.name,
        "description": str(described.value) if described else "",
        "symbol": play.symbol,
        "exec": play.exec,
        "timeframes": [bars.id for bars in play.bars],
        "evaluation": play.evaluation,
        "mode": play.policy.mode,
        "exit_mode": play.policy.exit_mode,
        "indicators": sum(one.kind == "indicator" for one in shown),
        "structures": sum(one.kind == "structure" for one in shown),
        "actions": [block.id for block in play.blocks],
        "variables": {default.name: default.value for default in play.params},
    }


def _features(play: "ir.Play") -> list[dict[str, Any]]:
    from tradec.compiler.chain_warmup import ChainWarmup

    chain = ChainWarmup(play, known_units())
    return [
        {
            "name": one.id,
            "unit": one.unit,
            "kind": one.kind,
            "timeframe": one.timeframe,
            "outputs": [output.name for output in one.outputs],
            "warmup_bars": chain.bars(one.id),
        }
        for one in play.series
        if not one.private
    ]


def _text(facts: dict[str, Any], asked: dict[str, Any]) -> str:
    """Return the parts asked for, else the summary."""
    if not asked:
        return rendered(pairs((name, _cell(value)) for name, value in facts.items() if value != ""))
    parts = []
    if "features" in asked:
        rows = [[_cell(value) for value in one.values()] for one in asked["features"]]
        parts.append(rendered(table(HEADINGS, rows, right="     r")))
    if "warmup" in asked:
        parts.append("\n".join(warmup_lines(asked["warmup"])))
    if "normalized" in asked:
        parts.append(asked["normalized"].removesuffix("\n"))
    return "\n\n".join(parts)


def _cell(value: Any) -> str:
    match value:
        case list():
            return ", ".join(value) or "none"
        case dict():
            return ", ".join(f"{name} = {item}" for name, item in value.items()) or "none"
        case _:
            return str(value)
