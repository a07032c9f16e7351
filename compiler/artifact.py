"""A compiled play: the folder that holds it, and the way from a play's text to that folder.

`build/plays/<name>-<hash8>/` keeps the module, its text, the places its lines stand for, the play
and a manifest, which is written last. Two keys spare work (rulings A10): the bytes of a play lead
to a finished folder without the front end, and a module's text leads to a built module.
"""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradec.compiler import native
from tradec.compiler.catalog import Catalog, standard
from tradec.dsl.diagnostics import Diagnostic, Diagnostics, Label
from tradec.dsl.span import Position, Source, Span

if TYPE_CHECKING:
    from tradec.runtime.strategy import Strategy

    from tradec.compiler import ir
    from tradec.runtime.sim.rules import Rules

MANIFEST = "manifest.json"
PLAY = "play.yml"
TEXTS = (PLAY, "strategy.pyx", "strategy.annotated.pyx", "strategy.c", "map.json", "play.ir.json")
FORMAT = 2
Overrides = Mapping[str, str]
Progress = Callable[[str], None]


class ArtifactError(Exception):
    """A folder that holds no compiled play, or one that this tradec cannot run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A compiled play. `warmup` maps timeframes to closed bars; `params` are its variables."""

    name: str
    symbol: str
    exec: str
    play_hash: str
    module_hash: str
    directory: Path
    module: Path
    key: str
    cached: bool
    warmup: dict[str, int]
    state_bytes: int
    seconds: dict[str, float]
    diagnostics: tuple[Diagnostic, ...]
    params: dict[str, int | float]
    rules: dict[str, Any]
    source: Source
    overrides: dict[str, str]
    catalog: Catalog = field(repr=False)
    facts: dict[str, Any] = field(repr=False)

    def strategy(self) -> "Strategy":
        """Return a fresh instance of the compiled class with the play's parameters."""
        made: Strategy = native.load(self.module, self.key).Play(dict(self.params))
        return made

    def trading_rules(self) -> "Rules":
        """Return the money rules of the play as the exchange takes them."""
        from tradec.runtime.sim.rules import Rules  # noqa: PLC0415  deferred: a check needs none

        return Rules.of(self.rules)

    @property
    def play(self) -> "ir.Play":
        """The play's meaning, read again from its text."""
        from tradec.compiler.pipeline import front  # noqa: PLC0415  deferred: the whole front end

        return front(self.source, Diagnostics(), self.overrides, catalog=self.catalog)

    def text(self, name: str) -> str:
        """Return one of the folder's texts, such as `strategy.pyx` or `play.ir.json`."""
        return (self.directory / name).read_text(encoding="utf-8")


def compile_play(  # noqa: PLR0913  the parts of a compilation, each once
    source: Source,
    *,
    overrides: Overrides | None = None,
    build_dir: Path | None = None,
    catalog: Catalog | None = None,
    flags: tuple[str, ...] = native.FLAGS,
    force: bool = False,
    progress: Progress | None = None,
) -> Artifact:
    """Return the compiled play, from the cache below `build_dir` (default: ./build) if it is there.

    Raises PlayError with everything that is wrong with the play, NativeError where the module
    cannot be built.
    """
    begun = time.perf_counter()
    catalog, build_dir = catalog or standard(), build_dir or default_build_dir()
    given = dict(overrides or {})
    entry = build_dir / "index" / f"{_source_key(source, given, catalog, flags)}.json"
    if not force:
        found = _look_up(entry, source, given, catalog, begun)
        if found is not None:
            return found
    from tradec.compiler.build import make  # noqa: PLC0415  deferred: the whole front end

    facts = make(source, given, build_dir, catalog, flags, force, progress or (lambda _: None))
    write_atomically(entry, json.dumps(facts, sort_keys=True))
    return _artifact(facts, source, given, catalog)


def source_hash(source: Source, overrides: Overrides) -> str:
    """Return a hash of a play's text and what was set on top of it."""
    text = "\0".join((source.text, json.dumps(dict(overrides), sort_keys=True)))
    return hashlib.sha256(text.encode()).hexdigest()


def default_build_dir() -> Path:
    """Return the folder for everything generated: TRADEC_BUILD_DIR, else ./build."""
    return Path(os.environ.get("TRADEC_BUILD_DIR") or "build")


def load_artifact(directory: Path, catalog: Catalog | None = None) -> Artifact:
    """Return the compiled play in `directory`; raises ArtifactError if there is none to run.

    It runs without the units it was made of; `catalog` is for who asks for the play's meaning.
    """
    try:
        facts = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
        source = Source(f"{directory}/{PLAY}", (directory / PLAY).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{directory} holds no compiled play: {error}") from error
    try:
        here = _moved(facts, directory)
        return _artifact(here, source, facts["overrides"], catalog or standard())
    except (LookupError, TypeError, AttributeError) as error:
        raise ArtifactError(f"{directory} is damaged; compile the play again") from error


def _moved(facts: dict[str, Any], directory: Path) -> dict[str, Any]:
    """Return the facts of a manifest where its folder lies now, if the module in it runs here."""
    if facts["format"] != FORMAT:
        raise ArtifactError(f"{directory} was made by another tradec; compile the play again")
    module = directory / f"{native.MODULE}{native.SUFFIX}"
    if Path(facts["module"]).name != module.name:
        raise ArtifactError(f"{directory} was made for another Python; compile the play again")
    here = facts | {"directory": str(directory), "module": str(module), "cached": True}
    if not _is_whole(directory, here):
        raise ArtifactError(f"{directory} is damaged; compile the play again")
    return here


def _source_key(
    source: Source, overrides: Overrides, catalog: Catalog, flags: tuple[str, ...]
) -> str:
    parts = [
        source.text,
        json.dumps(overrides, sort_keys=True),
        native.fingerprint(catalog, flags),
        native.compiler_hash(),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _look_up(
    entry: Path, source: Source, overrides: dict[str, str], catalog: Catalog, begun: float
) -> Artifact | None:
    """Return the finished artifact, None where anything of it is missing, foreign or damaged."""
    try:
        facts = json.loads(entry.read_text(encoding="utf-8"))
        directory = Path(facts["directory"])
        manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
        if any(manifest[name] != facts[name] for name in _SAME) or not _is_whole(directory, facts):
            return None
        facts["cached"] = True
        facts["seconds"] = {"front": time.perf_counter() - begun, "cython": 0.0, "cc": 0.0}
        return _artifact(facts, source, overrides, catalog)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


_SAME = ("key", "module_sha256", "play_hash", "source_hash")
"""What index and manifest agree on, unless a play of the same name and module came after."""


def _is_whole(directory: Path, facts: dict[str, Any]) -> bool:
    """Return whether a folder holds the texts and the module that its manifest names."""
    there = all((directory / name).is_file() for name in TEXTS)
    return there and native.file_hash(Path(facts["module"])) == facts["module_sha256"]


def _artifact(
    facts: dict[str, Any], source: Source, overrides: dict[str, str], catalog: Catalog
) -> Artifact:
    return Artifact(
        name=facts["name"],
        symbol=facts["symbol"],
        exec=facts["exec"],
        play_hash=facts["play_hash"],
        module_hash=facts["module_hash"],
        directory=Path(facts["directory"]),
        module=Path(facts["module"]),
        key=facts["key"],
        cached=facts["cached"],
        warmup=facts["warmup"],
        state_bytes=facts["state_bytes"],
        seconds=facts["seconds"],
        diagnostics=tuple(diagnostic_of(d, source.name) for d in facts["diagnostics"]),
        params=facts["params"],
        rules=facts["rules"],
        source=source,
        overrides=overrides,
        catalog=catalog,
        facts=facts,
    )


def write_atomically(file: Path, content: str | bytes) -> None:
    """Write a file so that readers see the old one or the new one, never half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


# --- diagnostics that a cached play is to say again -----------------------------------------------


def facts_of(found: Diagnostic) -> dict[str, Any]:
    """Return a diagnostic as JSON; the file's name is left out, since a copy has another."""
    return {
        "code": found.code,
        "span": _numbers(found.span),
        "message": found.message,
        "label": found.label,
        "labels": [[_numbers(label.span), label.text] for label in found.labels],
        "notes": list(found.notes),
        "helps": list(found.helps),
    }


def diagnostic_of(facts: dict[str, Any], file: str) -> Diagnostic:
    """Return what `facts_of` wrote, as a finding in `file`."""
    return Diagnostic(
        code=facts["code"],
        span=_span(facts["span"], file),
        message=facts["message"],
        label=facts["label"],
        labels=tuple(Label(span=_span(n, file), text=text) for n, text in facts["labels"]),
        notes=tuple(facts["notes"]),
        helps=tuple(facts["helps"]),
    )


def _numbers(span: Span) -> list[int]:
    start, end = span.start, span.end
    return [start.offset, start.line, start.column, end.offset, end.line, end.column]


def _span(numbers: list[int], file: str) -> Span:
    return Span(file, Position(*numbers[:3]), Position(*numbers[3:]))
