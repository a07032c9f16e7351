"""One side of a comparison: a play, an artifact folder, or a play of a git revision."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tradec.cli.diagnosed import telling
from tradec.cli.error import CommandError
from tradec.cli.machine import Machine, artifact_in, machine_for, machine_of_play
from tradec.cli.play_file import PlayFile, checked, is_folder, read_play_file
from tradec.cli.progress import Show
from tradec.cli.settings import current
from tradec.cli.units import known_units

if TYPE_CHECKING:
    from tradec.compiler import ir


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What is compared; the code is generated only when it is asked for."""

    name: str
    play: "ir.Play"
    play_hash: str
    code: Callable[[], str]


def side_of(argument: str) -> Side:
    """Return what `argument` names."""
    if is_folder(argument):
        return _of_artifact(Path(argument))
    return _of_play(_play_file(argument))


def machine_of_side(argument: str, engine: str, show: Show) -> Machine:
    """Return the machine of what `argument` names."""
    if is_folder(argument):
        return machine_for(argument, {}, engine, show)
    return machine_of_play(_play_file(argument), {}, engine, show)


def _play_file(argument: str) -> PlayFile:
    """Return a play, or a play of a git revision."""
    if not Path(argument).exists() and "@" in argument:
        return _at_revision(*argument.rsplit("@", 1))
    return read_play_file(argument)


def _of_artifact(folder: Path) -> Side:
    artifact = artifact_in(folder)
    return Side(
        name=str(folder),
        play=artifact.play,
        play_hash=artifact.play_hash,
        code=lambda: artifact.text("strategy.pyx"),
    )


def _of_play(play: PlayFile) -> Side:
    from tradec.compiler.canonical import play_hash
    from tradec.compiler.pipeline import front
    from tradec.dsl.diagnostics import Diagnostics

    with telling(play.source, current()):
        meaning = front(play.source, Diagnostics(), catalog=known_units())
    return Side(
        name=play.name,
        play=meaning,
        play_hash=play_hash(meaning),
        code=lambda: _code_of(meaning),
    )


def _code_of(meaning: "ir.Play") -> str:
    """Return the module that the compiler would build."""
    from tradec.compiler.context import Context
    from tradec.compiler.emit import emit
    from tradec.compiler.pipeline import plan_of
    from tradec.dsl.diagnostics import Diagnostics

    units = known_units()
    plan = plan_of(meaning, Context(catalog=units, diagnostics=Diagnostics()))
    return emit(plan, units).text


def _at_revision(name: str, revision: str) -> PlayFile:
    """Return a play as it stood in a git revision."""
    path = Path(name)
    command = ["git", "-C", str(path.parent), "show", f"{revision}:./{path.name}"]
    label = f"{name}@{revision}"
    if revision.startswith("-") or not revision or not path.parent.is_dir():
        raise CommandError(f"`{label}` names no play of a git revision", code="PLAY_NOT_FOUND")
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  no shell
    except FileNotFoundError as missing:
        raise CommandError(f"`{label}` needs git, which is not there", code="NO_GIT") from missing
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        raise CommandError(f"cannot read `{label}`: {said}", code="PLAY_NOT_FOUND")
    return PlayFile(label, checked(done.stdout, label))
