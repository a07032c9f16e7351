"""A play as native code: the compiler, with its errors told to people."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tradec.cli.diagnosed import tell, telling
from tradec.cli.play_file import PlayFile
from tradec.cli.settings import current
from tradec.cli.units import known_units, warn_of_unchecked

if TYPE_CHECKING:
    from tradec.compiler.artifact import Artifact


def compiled(
    play: PlayFile,
    *,
    overrides: Mapping[str, str],
    build_dir: Path | None = None,
    force: bool = False,
    progress: Callable[[str], None] | None = None,
) -> "Artifact":
    """Return the play's artifact, its warnings told on stderr."""
    from tradec.compiler.artifact import compile_play

    settings, units = current(), known_units()
    with telling(play.source, settings):
        artifact = compile_play(
            play.source,
            overrides=overrides,
            build_dir=build_dir,
            catalog=units,
            force=force,
            progress=progress,
        )
    warn_of_unchecked(artifact.facts["units"], units)
    if artifact.diagnostics:
        tell(artifact.diagnostics, play.source, settings)
    return artifact
