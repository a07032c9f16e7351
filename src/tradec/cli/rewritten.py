"""Plays that a command rewrites: which files, what becomes of them, and how they are written."""

import difflib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.play_file import (
    PlayFile,
    checked,
    find_play,
    is_example,
    is_folder,
    plays_below,
    read_play_file,
)

if TYPE_CHECKING:
    from tradec.dsl.span import Source

STDIN = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """A play before and after; `path` is None for standard input."""

    play: PlayFile
    path: Path | None
    text: str
    notes: tuple[str, ...] = field(default=())

    @property
    def is_changed(self) -> bool:
        """Whether anything is to be written."""
        return self.text.encode() != self.play.data

    @property
    def diff(self) -> str:
        """Return the change as a unified diff."""
        name = self.play.name
        old = self.play.source.text.splitlines(keepends=True)
        lines = difflib.unified_diff(old, self.text.splitlines(keepends=True), name, name)
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)

    def write(self) -> None:
        """Put the new text in the place of the file, whole or not at all."""
        assert self.path is not None, "standard input is answered on standard output"
        from tradec.runtime.data.publish import publish

        target = self.path.resolve()
        mode = target.stat().st_mode
        publish(target, self.text.encode())
        target.chmod(mode)

    def facts(self) -> dict[str, Any]:
        """Return what `--json` says about one play."""
        return {"file": self.play.name, "changed": self.is_changed, "notes": list(self.notes)}


def counted(done: Sequence[Rewritten], verb: str, form: str) -> str:
    """Return how many plays are `rewritten`, or `differ`, and else that they are in a form."""
    changed = sum(one.is_changed for one in done)
    plays = f"{len(done)} play{'' if len(done) == 1 else 's'}"
    if not changed:
        return f"{plays}: {'' if len(done) == 1 else 'all '}{form}"
    said = "differs" if verb == "differ" and changed == 1 else verb
    return f"{plays}: {changed} {said}" if len(done) != 1 else f"{plays} {said}"


def named_plays(arguments: tuple[str, ...]) -> Iterator[tuple[PlayFile, Path | None]]:
    """Yield the plays that arguments name: files, ids, folders of plays, `-` for standard input."""
    for argument in arguments:
        if argument == STDIN:
            data = sys.stdin.buffer.read()
            yield PlayFile("<stdin>", checked(data, "<stdin>")), None
        elif is_folder(argument):
            for path in plays_below(argument):
                yield read_play_file(str(path)), path
        else:
            path = find_play(argument)
            yield read_play_file(argument), path


def refuse_examples(path: Path | None) -> None:
    """Refuse to write into the examples that came with tradec."""
    if path is not None and is_example(path):
        raise CommandError(
            f"`{path.stem}` is one of the packaged examples",
            code="READ_ONLY",
            helps=("copy it to a file of your own first",),
        )


def changed_meaning(source: "Source") -> CommandError:
    """Return the failure of a rewriting that would not keep what a play says."""
    return CommandError(
        f"`{source.name}` would mean something else; nothing was written",
        code="INTERNAL",
        helps=("this is a defect of tradec; please report it with the play",),
        exit_code=Exit.INTERNAL,
    )
