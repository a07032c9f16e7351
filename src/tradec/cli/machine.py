"""The machine that a run drives: a play compiled to native code, or interpreted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradec.cli.diagnosed import tell, telling
from tradec.cli.error import CommandError
from tradec.cli.native import compiled
from tradec.cli.play_file import PlayFile, read_play_file
from tradec.cli.settings import current

if TYPE_CHECKING:
    from tradec.compiler import ir
    from tradec.compiler.artifact import Artifact
    from tradec.dsl.diagnostics import Diagnostic

Progress = Callable[[str], None]
NATIVE, INTERPRETER = "native", "interpreter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A strategy with what a run must know of it; `files` are copied into the run's folder."""

    strategy: Any
    play: "ir.Play"
    values: Mapping[str, int | float]
    play_hash: str
    module_hash: str
    warmup: Mapping[str, int]
    engine: str
    diagnostics: "tuple[Diagnostic, ...]"
    files: Mapping[str, bytes]


def machine_for(
    argument: str, overrides: Mapping[str, str], engine: str, progress: Progress
) -> Machine:
    """Return the machine of a play or of an artifact folder."""
    if Path(argument).is_dir():
        return _of_artifact(Path(argument), overrides, engine)
    play = read_play_file(argument)
    if engine == INTERPRETER:
        return _interpreted(play, overrides, progress)
    return _native(compiled(play, overrides=overrides, progress=progress), play.data)


def _native(artifact: "Artifact", text: bytes | None) -> Machine:
    kept = ("play.ir.json", "strategy.pyx")
    files = {name: (Path(artifact.directory) / name).read_bytes() for name in kept}
    return Machine(
        strategy=artifact.strategy(),
        play=artifact.play,
        values=dict(artifact.params),
        play_hash=artifact.play_hash,
        module_hash=artifact.module_hash,
        warmup=dict(artifact.warmup),
        engine=NATIVE,
        diagnostics=tuple(artifact.diagnostics),
        files=files if text is None else {"play.yml": text, **files},
    )


def _of_artifact(folder: Path, overrides: Mapping[str, str], engine: str) -> Machine:
    from tradec.compiler.artifact import load_artifact

    if overrides or engine == INTERPRETER:
        raise CommandError("an artifact folder runs as it was compiled; name the play instead")
    play = folder / "play.yml"
    return _native(load_artifact(folder), play.read_bytes() if play.is_file() else None)


def _interpreted(play: PlayFile, overrides: Mapping[str, str], progress: Progress) -> Machine:
    from tradec.compiler.canonical import canonical, module_hash, play_hash
    from tradec.compiler.catalog import standard
    from tradec.compiler.context import Context
    from tradec.compiler.interpreted import strategy_of
    from tradec.compiler.passes.compute_warmup import compute_warmup
    from tradec.compiler.pipeline import check_source
    from tradec.dsl.diagnostics import Diagnostics

    progress("front")
    sink = Diagnostics()
    settings = current()
    with telling(play.source, settings):
        checked = check_source(play.source, sink, overrides)
        sink.stop_on_errors()
    assert checked is not None, "a play without errors has an IR"
    tell(sink.all, play.source, settings)
    timed = compute_warmup(checked, Context(catalog=standard(), diagnostics=sink))
    values = {param.name: param.value for param in checked.params}
    return Machine(
        strategy=strategy_of(checked, standard(), values),
        play=checked,
        values=values,
        play_hash=play_hash(checked),
        module_hash=module_hash(checked),
        warmup={one.timeframe: one.bars for one in timed.warmup},
        engine=INTERPRETER,
        diagnostics=sink.all,
        files={"play.yml": play.data, "play.ir.json": canonical(checked).encode()},
    )
