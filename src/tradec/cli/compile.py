"""`tradec compile`: plays to native code."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradec.cli import completing, diagnosed
from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.native import compiled
from tradec.cli.outcome import Outcome
from tradec.cli.play_file import PlayFile, read_play_file
from tradec.cli.progress import stages
from tradec.cli.settings import current
from tradec.cli.variables import set_option

if TYPE_CHECKING:
    from tradec.compiler.artifact import Artifact

EMITTED = {
    "ir": "play.ir.json",
    "pyx": "strategy.pyx",
    "annotated": "strategy.annotated.pyx",
    "c": "strategy.c",
}


@command(
    "compile",
    example="""tradec compile plays/ema_cross.yml
    tradec compile plays/*.yml --json
    tradec compile plays/ema_cross.yml --emit annotated
    tradec compile plays/*.yml --format github
    tradec compile plays/ema_cross.yml --stop-after infer_types""",
)
@click.argument(
    "plays", metavar="PLAY...", nargs=-1, required=True, shell_complete=completing.plays
)
@click.option(
    "-o",
    "build_dir",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where artifacts are kept.  [default: the build folder]",
)
@click.option("--force", is_flag=True, help="Compile even what is in the cache.")
@click.option("--emit", type=click.Choice(list(EMITTED)), help="Print what was generated.")
@click.option("--stop-after", metavar="PASS", help="Print the IR as PASS leaves it, and stop.")
@diagnosed.format_option
@set_option
def compile_(
    plays: tuple[str, ...],
    build_dir: Path | None,
    force: bool,  # noqa: FBT001  click passes options by name
    emit: str | None,
    stop_after: str | None,
    overrides: dict[str, str],
) -> Outcome:
    """Compile each PLAY to native code, or take it from the cache.

    With several plays, `data` of --json is {"plays": [...]}, one object each.
    """
    read = [read_play_file(argument) for argument in plays]
    if stop_after:
        return _stopped(read, stop_after, overrides)
    with stages(current()) as show:
        artifacts = [
            compiled(
                each,
                overrides=overrides,
                build_dir=build_dir,
                force=force,
                progress=lambda stage, name=each.name: show(f"{name}: {stage}"),  # type: ignore[misc]
            )
            for each in read
        ]
    data = [{**facts(artifact), **_emitted(artifact, emit)} for artifact in artifacts]
    return Outcome(
        data=data[0] if len(data) == 1 else {"plays": data},
        message="; ".join(_message(artifact) for artifact in artifacts),
        text=lambda: "\n".join(_text(a, emit) for a in artifacts),
        warnings=tuple(diagnosed.one_line(d) for a in artifacts for d in a.diagnostics),
    )


def facts(artifact: "Artifact") -> dict[str, Any]:
    """Return what `compile --json` says about an artifact."""
    return {
        "play_hash": artifact.play_hash,
        "name": artifact.name,
        "artifact_dir": str(artifact.directory),
        "module": str(artifact.module),
        "cached": artifact.cached,
        "warmup": dict(artifact.warmup),
        "state_bytes": artifact.state_bytes,
        "seconds": dict(artifact.seconds),
    }


def _message(artifact: "Artifact") -> str:
    took = sum(artifact.seconds.values())
    how = "from the cache" if artifact.cached else f"in {took:.1f} s"
    return f"compiled {artifact.name} {how}"


def _text(artifact: "Artifact", emit: str | None) -> str:
    """Return the artifact for people, or the generated text they asked for."""
    if emit:
        return _read(artifact, emit).rstrip("\n")
    warmup = ", ".join(f"{bars} x {tf}" for tf, bars in artifact.warmup.items())
    return "\n".join(
        (
            _message(artifact),
            f"  play hash  {artifact.play_hash}",
            f"  module     {artifact.module}",
            f"  warm-up    {warmup or 'none'}",
            f"  state      {artifact.state_bytes} bytes",
        )
    )


def _emitted(artifact: "Artifact", emit: str | None) -> dict[str, Any]:
    return {"emitted": {emit: _read(artifact, emit)}} if emit else {}


def _read(artifact: "Artifact", emit: str) -> str:
    try:
        return artifact.text(EMITTED[emit])
    except FileNotFoundError as missing:
        helps = ("compile again with --force",)
        message = f"the artifact holds no {EMITTED[emit]}"
        raise CommandError(message, code="NOT_EMITTED", helps=helps) from missing


def _stopped(plays: list[PlayFile], stop_after: str, overrides: dict[str, str]) -> Outcome:
    """Return the printed IR of each play after one pass."""
    from tradec.cli.printed import printed_after

    texts = {play.name: printed_after(play, stop_after, overrides) for play in plays}
    first = next(iter(texts.values()))
    return Outcome(
        data={"pass": stop_after, "ir": first if len(texts) == 1 else texts},
        message=f"the IR after {stop_after}",
        text=lambda: "\n".join(text.rstrip("\n") for text in texts.values()),
        exit_code=Exit.OK,
    )
