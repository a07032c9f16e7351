"""Finding the play that an argument names, and reading its text."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from tradec.cli.error import CommandError
from tradec.cli.suggest import did_you_mean

if TYPE_CHECKING:
    from tradec.dsl.span import Source

SUFFIXES = (".yml", ".yaml")
MAX_BYTES = 4_000_000
"""A play is a few kilobytes; a file beyond this is something else, such as market data."""


@dataclass(frozen=True)
class PlayFile:
    """The text of a play under the name its user gave it."""

    name: str
    data: bytes

    @cached_property
    def source(self) -> "Source":
        """Return the text as the compiler takes it."""
        from tradec.dsl.span import Source

        return Source(self.name, self.data.decode("utf-8-sig"))


def read_play_file(argument: str) -> PlayFile:
    """Return the play that `argument` names: a path, or an id in `plays/` or among the examples."""
    path = find_play(argument)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CommandError(f"`{path}` is too large to be a play", code="NOT_A_PLAY")
        data = path.read_bytes()
    except OSError as problem:
        what = (problem.strerror or str(problem)).lower()
        raise CommandError(f"cannot read `{path}`: {what}", code="UNREADABLE") from problem
    return PlayFile(str(path), checked(data, str(path)))


def checked(data: bytes, name: str) -> bytes:
    """Return `data` if it is text, else refuse it: a play is UTF-8."""
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise CommandError(
            f"`{name}` is not a text file: byte {problem.start} is not UTF-8", code="NOT_A_PLAY"
        ) from problem
    return data


def find_play(argument: str) -> Path:
    """Return the file that `argument` names, or say which plays come close."""
    path = Path(argument)
    if is_folder(argument):
        first = next(_plays_in(path), None)
        raise CommandError(
            f"`{argument}` is a folder, not a play",
            code="NOT_A_PLAY",
            helps=(f"name the file, such as `{first}`",) if first else (),
        )
    if argument and path.exists():
        return path
    for folder in _folders():
        for name in (argument, *(argument + suffix for suffix in SUFFIXES)):
            if argument and (folder / name).is_file():
                return folder / name
    raise CommandError(
        f"there is no play `{argument}`", code="PLAY_NOT_FOUND", helps=_what_instead(path)
    )


def is_folder(argument: str) -> bool:
    """Return whether an argument names a folder; an empty one names nothing."""
    return bool(argument) and Path(argument).is_dir()


def is_example(path: Path) -> bool:
    """Return whether a play is one of those that came with tradec."""
    return path.parent == _folders()[-1]


def plays_below(argument: str) -> list[Path]:
    """Return the plays in a folder and in those inside of it."""
    found = sorted(path for suffix in SUFFIXES for path in Path(argument).rglob(f"*{suffix}"))
    if not found:
        raise CommandError(f"there is no play in `{argument}`", code="PLAY_NOT_FOUND")
    return found


def every_play() -> dict[str, Path]:
    """Return the file of every id: the user's plays, then the examples that no play hides."""
    found: dict[str, Path] = {}
    for folder in _folders():
        for path in _plays_in(folder):
            found.setdefault(path.stem, path)
    return found


def _folders() -> tuple[Path, ...]:
    """Return where an id is looked up: the user's plays, then the packaged examples."""
    packaged = files("tradec") / "plays"
    return (Path("plays"), Path(str(packaged)))


def _plays_in(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from sorted(p for p in folder.iterdir() if p.suffix in SUFFIXES)


def _what_instead(path: Path) -> tuple[str, ...]:
    """Return the help for a play that is not there: the nearest files, else all ids."""
    beside = [str(p) for p in _plays_in(path.parent)]
    known = every_play()
    helps = did_you_mean(str(path), beside) or did_you_mean(path.stem, known)
    if not helps and known:
        return (f"these plays are there: {', '.join(sorted(known))}",)
    return helps
