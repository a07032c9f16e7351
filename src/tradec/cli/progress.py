"""The stages of a long command, shown on a terminal while it works."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from tradec.cli.settings import Settings

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


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
    display = _Display(settings)
    try:
        yield display
    finally:
        display.close()


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
    """Stages as bars: the one that runs moves, those before it are full.

    The first stage loads rich, so that what is ready at once shows and pays nothing.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int = 0, total: int = 0) -> None:
        progress = self._progress = self._progress or _opened(self._settings)
        if stage not in self._tasks:
            for task in self._tasks.values():
                progress.update(task, total=1, completed=1)
                progress.stop_task(task)
            self._tasks[stage] = progress.add_task(stage, total=None)
        progress.update(self._tasks[stage], completed=done, total=total or None)

    def close(self) -> None:
        """Remove the display from the screen."""
        if self._progress is not None:
            self._progress.stop()


def _opened(settings: Settings) -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    screen = Console(stderr=True, no_color=not settings.error_color)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    progress = Progress(*columns, console=screen, transient=True)
    progress.start()
    return progress
