"""The global options of one call of the command line, and how it talks to its user."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import click


@dataclass(slots=True, kw_only=True)
class Settings:
    """What the global options say; `command` is the path of the command that runs.

    `style` is how findings about a play are told: as text, or as annotations for GitHub.
    """

    json: bool = False
    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    no_color: bool = False
    data_dir: Path | None = None
    config: Path | None = None
    units: tuple[Path, ...] = ()
    command: str = "tradec"
    style: str = "text"
    warnings: list[str] = field(default_factory=list)
    started: float = field(default_factory=perf_counter)

    @property
    def color(self) -> bool:
        """Whether the result on stdout is colored: a terminal, and nobody has said no."""
        return self._wants_color and sys.stdout.isatty()

    @property
    def error_color(self) -> bool:
        """Whether diagnostics on stderr are colored."""
        return self._wants_color and sys.stderr.isatty()

    @property
    def _wants_color(self) -> bool:
        return not (self.no_color or self.json or os.environ.get("NO_COLOR"))

    @property
    def shows_progress(self) -> bool:
        """Whether a progress display belongs on stderr."""
        return sys.stderr.isatty() and not (self.quiet or self.json)

    @property
    def elapsed_ms(self) -> int:
        """Milliseconds since the command line was entered."""
        return round((perf_counter() - self.started) * 1000)

    def say(self, text: str) -> None:
        """Write a line for humans on stderr, unless they asked for silence or for JSON."""
        if not (self.quiet or self.json):
            click.echo(text, err=True)

    def detail(self, text: str) -> None:
        """Write a line on stderr that only `--verbose` and `--debug` ask for."""
        if self.verbose or self.debug:
            click.echo(text, err=True)

    def warn(self, text: str) -> None:
        """Keep a warning for the envelope and say it."""
        self.warnings.append(text)
        self.say(f"warning: {text}")


def current() -> Settings:
    """Return the settings of the command that runs."""
    settings = click.get_current_context().find_object(Settings)
    assert settings is not None, "the command line starts in boundary.main"
    return settings
