"""The stages of a long command, shown on a terminal while it works."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from tradec.cli.settings import Settings


class Show(Protocol):
    """Tells which stage runs, and how far it is where that is known."""

    def __call__(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Show the stage."""


@contextmanager
def stages(settings: Settings) -> Iterator[Show]:
    """Yield a function that shows the stages on a terminal; elsewhere `--verbose` lists them."""
    if not settings.shows_progress:
        yield _Listing(settings)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    screen = Console(stderr=True, no_color=not settings.error_color)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True) as progress:
        yield _Display(progress)


class _Listing:
    """Stages as lines, once each, for those who asked for more words."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._seen: set[str] = set()

    def __call__(self, stage: str, done: int = 0, total: int = 0) -> None:
        del done, total
        if stage not in self._seen:
            self._seen.add(stage)
            self._settings.detail(stage)


class _Display:
    """Stages as bars: the one that runs moves, those before it are full."""

    def __init__(self, progress: "rich.progress.Progress") -> None:  # type: ignore[name-defined]  # noqa: F821
        self._progress = progress
        self._tasks: dict[str, int] = {}

    def __call__(self, stage: str, done: int = 0, total: int = 0) -> None:
        if stage not in self._tasks:
            for task in self._tasks.values():
                self._progress.update(task, total=1, completed=1)
                self._progress.stop_task(task)
            self._tasks[stage] = self._progress.add_task(stage, total=None)
        self._progress.update(self._tasks[stage], completed=done, total=total or None)
