"""Makes the folder of one compiled play: front end, emission, native build, manifest."""

import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import tradec
from tradec.compiler import ir, native
from tradec.compiler.artifact import FORMAT, MANIFEST, PLAY, facts_of, source_hash, write_atomically
from tradec.compiler.canonical import canonical, module_hash, play_hash
from tradec.compiler.catalog import Catalog
from tradec.compiler.context import Context
from tradec.compiler.emit import Emitted, emit
from tradec.compiler.logic_of import logic_of
from tradec.compiler.pipeline import front, plan_of
from tradec.compiler.plan import Plan
from tradec.compiler.prices import data_of
from tradec.compiler.rules_of import notes_of, rules_of, slots_of, validation_of
from tradec.compiler.settings import play_values
from tradec.dsl.diagnostics import Diagnostics, PlayError
from tradec.dsl.span import Source


def make(  # noqa: PLR0913, PLR0917  the parts of a compilation, each once
    source: Source,
    overrides: Mapping[str, str],
    build_dir: Path,
    catalog: Catalog,
    flags: tuple[str, ...],
    force: bool,  # noqa: FBT001  passed on
    progress: Callable[[str], None],
) -> dict[str, Any]:
    """Build the play and return the facts of its manifest."""
    begun = time.perf_counter()
    progress("reading the play")
    diagnostics = Diagnostics()
    play = front(source, diagnostics, overrides, catalog=catalog)
    plan = plan_of(play, Context(catalog=catalog, diagnostics=diagnostics))
    emitted = emit(plan, catalog)
    front_seconds = time.perf_counter() - begun
    progress("building native code")
    built = _build(emitted, source, diagnostics, catalog, build_dir, flags, force)
    directory = build_dir / "plays" / f"{play.name}-{module_hash(play)[:8]}"
    module = _publish(directory, built, emitted, play, source)
    params = play_values(play, {})
    strategy = native.load(built.file, built.key).Play(dict(params))
    facts = {
        "format": FORMAT,
        "tradec": tradec.__version__,
        "name": play.name,
        "symbol": play.symbol,
        "exec": play.exec,
        "play_hash": play_hash(play),
        "module_hash": module_hash(play),
        "source_hash": source_hash(source, overrides),
        "key": built.key,
        "directory": str(directory),
        "module": str(module),
        "module_sha256": built.sha256,
        "cached": built.cached,
        "warmup": {w.timeframe: w.bars for w in plan.warmup},
        "warmup_because": {w.timeframe: [w.because, w.memory] for w in plan.warmup},
        "state_bytes": strategy.state_bytes,
        "seconds": {
            "front": front_seconds,
            "cython": built.cython_seconds,
            "cc": built.cc_seconds,
        },
        "params": params,
        "overrides": dict(overrides),
        "rules": rules_of(play, params),
        "slots": slots_of(play),
        "notes": notes_of(play, params),
        "logic": logic_of(play, params),
        "data": list(data_of(play)),
        "features": _features(plan),
        "units": own_units(play, catalog),
        "validation": validation_of(play),
        "timeframes": dict(play.roles),
        "diagnostics": [facts_of(d) for d in diagnostics.all],
    }
    write_atomically(directory / MANIFEST, json.dumps(facts, indent=2, sort_keys=True) + "\n")
    return facts


def own_units(play: ir.Play, catalog: Catalog) -> dict[str, str]:
    """Return the user's own units that a play is made of, each with a hash of its two files."""
    used = {series.unit for series in play.series}
    return {unit.name: unit.sha256 for unit in catalog.own() if unit.name in used}


def _build(  # noqa: PLR0913, PLR0917  passed on
    emitted: Emitted,
    source: Source,
    diagnostics: Diagnostics,
    catalog: Catalog,
    build_dir: Path,
    flags: tuple[str, ...],
    force: bool,  # noqa: FBT001
) -> native.Built:
    try:
        return native.build(emitted.text, catalog, build_dir, flags, force=force)
    except native.CythonError as error:
        raise _located(error, emitted, source, diagnostics) from error


def _located(
    error: native.CythonError, emitted: Emitted, source: Source, diagnostics: Diagnostics
) -> PlayError:
    """Return Cython's complaints as diagnostics of the play: our bug, said where it bites."""
    places = dict(emitted.places)
    for line, message in error.places or ((1, error.message),):
        nearest = max((n for n in places if n <= line), default=min(places, default=0))
        span = places[nearest] if places else _start_of(source)
        diagnostics.report(
            "E901",
            span,
            f"the code generated for this does not compile: {message}",
            notes=(f"strategy.pyx, line {line}",),
            helps=("this is a bug of tradec; please report it with the play",),
        )
    return PlayError(diagnostics.all)


def _start_of(source: Source) -> Any:
    from tradec.dsl.span import Position, Span  # noqa: PLC0415

    here = Position(0, 1, 1)
    return Span(source.name, here, here)


def _publish(
    directory: Path, built: native.Built, emitted: Emitted, play: ir.Play, source: Source
) -> Path:
    """Write everything but the manifest into the play's folder."""
    directory.mkdir(parents=True, exist_ok=True)
    places = [[line, _at(span.start), _at(span.end)] for line, span in emitted.places]
    write_atomically(directory / "strategy.pyx", emitted.text)
    write_atomically(directory / "strategy.annotated.pyx", emitted.annotated)
    write_atomically(directory / "map.json", json.dumps(places) + "\n")
    write_atomically(directory / PLAY, source.text)
    write_atomically(directory / "play.ir.json", canonical(play) + "\n")
    _link(built.file.with_name("strategy.c"), directory / "strategy.c")
    module = directory / built.file.name
    _link(built.file, module)
    return module


def _at(position: Any) -> list[int]:
    return [position.line, position.column]


def _link(file: Path, target: Path) -> None:
    """Put `file` at `target` as well, as one file where the disk can, at once in any case."""
    if target.exists() and target.samefile(file):
        return
    temporary = target.with_name(f".{target.name}-{os.getpid()}")
    temporary.unlink(missing_ok=True)
    try:
        temporary.hardlink_to(file)
    except OSError:
        temporary.write_bytes(file.read_bytes())
        temporary.chmod(0o755)
    temporary.replace(target)


def _features(plan: Plan) -> dict[str, Any]:
    return {
        series.id: {
            "unit": series.unit,
            "timeframe": series.timeframe,
            "outputs": {
                output.name: {
                    "kind": output.type.kind.value,
                    "unit": output.type.unit,
                    "lag": output.type.lag,
                    "memory": type(output.type.memory).__name__,
                    "first_valid": output.first_valid,
                }
                for output in series.outputs
            },
        }
        for series in plan.play.series
        if not series.private
    }
