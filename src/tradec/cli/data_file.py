"""A file of market data that an argument names."""

from pathlib import Path

from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.suggest import did_you_mean

SUFFIXES = (".parquet", ".csv", ".csv.gz")


def existing(path: Path) -> Path:
    """Return `path` if it is a file, else say which files come close."""
    if path.is_file():
        return path
    beside = path.parent.iterdir() if path.parent.is_dir() else ()
    known = [str(file) for file in beside if file.name.endswith(SUFFIXES)]
    what = "is a folder, not a file of bars" if path.is_dir() else "is not there"
    raise CommandError(
        f"`{path}` {what}",
        code="FILE_UNREADABLE",
        helps=did_you_mean(str(path), known),
        exit_code=Exit.DATA,
    )
