"""The machine that a run drives: a play compiled to native code, or interpreted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradec.cli.diagnosed import tell, telling
from tradec.cli.error import CommandError
from tradec.cli.native import compiled
from tradec.cli.play_file import PlayFile, is_folder, read_play_file
from tradec.cli.settings import current
from tradec.cli.units import known_units, warn_of_unchecked

if TYPE_CHECKING:
    from tradec.compiler import ir
    from tradec.compiler.artifact import Artifact
    from tradec.dsl.diagnostics import Diagnostic
    from tradec.runtime.sim.rules import Rules

Progress = Callable[[str], None]
NATIVE, INTERPRETER = "native", "interpreter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A strategy with what a run must know of it; `files` are copied into the run's folder.

    `fresh` makes another instance, `meaning` reads the play again; `logic` are the rules as
    `runtime.logic` takes them, `rules` what `runtime.sim.rules.Rules.of` takes, `notes` and `slots`
    what `runtime.sim.remarks.Remarks.of` takes, `roles` the concrete timeframes, `data` the kinds
    of data that the play reads, `units` the user's own units that it is made of, with their hashes.
    """

    strategy: Any
    fresh: Callable[[], Any]
    meaning: "Callable[[], ir.Play]"
    name: str
    symbol: str
    exec: str
    roles: Mapping[str, str]
    validation: Mapping[str, Any]
    rules: Mapping[str, Any]
    notes: Sequence[Mapping[str, Any]]
    slots: Sequence[Mapping[str, Any]]
    logic: Mapping[str, Any]
    values: Mapping[str, int | float]
    units: Mapping[str, str]
    play_hash: str
    module_hash: str
    warmup: Mapping[str, int]
    data: tuple[str, ...]
    engine: str
    diagnostics: "tuple[Diagnostic, ...]"
    files: Mapping[str, str]

    def trading_rules(self) -> "Rules":
        """Return the money rules as the exchange takes them."""
        from tradec.runtime.sim.rules import Rules

        return Rules.of(self.rules)


def machine_for(
    argument: str, overrides: Mapping[str, str], engine: str, progress: Progress
) -> Machine:
    """Return the machine of a play or of an artifact folder."""
    if is_folder(argument):
        if overrides or engine == INTERPRETER:
            raise CommandError("an artifact folder runs as it was compiled; name the play instead")
        return native_machine(artifact_in(Path(argument)))
    return machine_of_play(read_play_file(argument), overrides, engine, progress)


def machine_of_play(
    play: PlayFile, overrides: Mapping[str, str], engine: str, progress: Progress
) -> Machine:
    """Return the machine of a play that was read."""
    if engine == INTERPRETER:
        return _interpreted(play, overrides, progress)
    return native_machine(compiled(play, overrides=overrides, progress=progress))


def artifact_in(folder: Path) -> "Artifact":
    """Return the compiled play in a folder, or say why there is none."""
    from tradec.compiler.artifact import ArtifactError, load_artifact

    try:
        return load_artifact(folder, known_units())
    except ArtifactError as problem:
        raise CommandError(
            str(problem),
            code="NOT_AN_ARTIFACT",
            helps=("`tradec compile PLAY` makes such a folder",),
        ) from problem


def native_machine(artifact: "Artifact") -> Machine:
    """Return the machine of a compiled play."""
    texts = {name: artifact.text(name) for name in ("play.ir.json", "strategy.pyx")}
    return Machine(
        strategy=artifact.strategy(),
        fresh=artifact.strategy,
        meaning=lambda: artifact.play,
        name=artifact.name,
        symbol=artifact.symbol,
        exec=artifact.exec,
        roles=artifact.facts["timeframes"],
        validation=artifact.facts["validation"],
        rules=artifact.rules,
        notes=artifact.facts["notes"],
        slots=artifact.facts["slots"],
        logic=artifact.facts["logic"],
        values=artifact.params,
        units=artifact.facts.get("units", {}),
        play_hash=artifact.play_hash,
        module_hash=artifact.module_hash,
        warmup=artifact.warmup,
        data=tuple(artifact.facts.get("data", ())),
        engine=NATIVE,
        diagnostics=artifact.diagnostics,
        files={"play.yml": artifact.source.text, **texts},
    )


def _interpreted(play: PlayFile, overrides: Mapping[str, str], progress: Progress) -> Machine:
    from tradec.compiler.build import own_units
    from tradec.compiler.canonical import canonical, module_hash, play_hash
    from tradec.compiler.context import Context
    from tradec.compiler.interpreted import strategy_of
    from tradec.compiler.logic_of import logic_of
    from tradec.compiler.passes.compute_warmup import compute_warmup
    from tradec.compiler.pipeline import front
    from tradec.compiler.prices import data_of
    from tradec.compiler.rules_of import notes_of, rules_of, slots_of, validation_of
    from tradec.compiler.settings import play_values
    from tradec.dsl.diagnostics import Diagnostics

    progress("reading the play")
    sink, units = Diagnostics(), known_units()
    with telling(play.source, current()):
        meaning = front(play.source, sink, overrides, catalog=units)
    tell(sink.all, play.source, current())
    warn_of_unchecked(own_units(meaning, units), units)
    values = play_values(meaning, {})
    timed = compute_warmup(meaning, Context(catalog=units, diagnostics=sink))
    return Machine(
        strategy=strategy_of(meaning, units, values),
        fresh=lambda: strategy_of(meaning, units, values),
        meaning=lambda: meaning,
        name=meaning.name,
        symbol=meaning.symbol,
        exec=meaning.exec,
        roles=dict(meaning.roles),
        validation=validation_of(meaning),
        rules=rules_of(meaning, values),
        notes=notes_of(meaning, values),
        slots=slots_of(meaning),
        logic=logic_of(meaning, values),
        values=values,
        units=own_units(meaning, units),
        play_hash=play_hash(meaning),
        module_hash=module_hash(meaning),
        warmup={one.timeframe: one.bars for one in timed.warmup},
        data=data_of(meaning),
        engine=INTERPRETER,
        diagnostics=sink.all,
        files={"play.yml": play.source.text, "play.ir.json": canonical(meaning) + "\n"},
    )
