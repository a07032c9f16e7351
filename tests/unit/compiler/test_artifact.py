"""From a play's text to its folder: what is found again, what is made anew, and what is said."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tradec.runtime.strategy import SnapshotError

from at_once import at_once
from complete import complete
from tradec.compiler import artifact, build, native
from tradec.compiler.artifact import Artifact, ArtifactError, compile_play, load_artifact
from tradec.compiler.emit import emit
from tradec.dsl.diagnostics import Diagnostic, Label, PlayError
from tradec.dsl.span import Position, Source, Span

FLAGS = ("-O0",)
TEXT = complete("""
variables: {fast: 5, level: 70.0}
features:
  ema_9: {indicator: ema, params: {length: "${fast}"}}
  ema_21: {indicator: ema, params: {length: 21}}
  rsi_14: {indicator: rsi, params: {length: 14}}
  unused_5: {indicator: sma, params: {length: 5}}
actions:
  entry_long: "ema_9 crosses above ema_21 and rsi_14 < ${level}"
""")
MODULE = f"{native.MODULE}{native.SUFFIX}"


def source(text: str = TEXT, name: str = "play.yml") -> Source:
    return Source(name, text)


def made(folder: Path, text: str = TEXT, **how: Any) -> Artifact:
    return compile_play(source(text), build_dir=folder, flags=FLAGS, **how)


def index(folder: Path) -> list[Path]:
    return sorted((folder / "index").iterdir())


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a build folder in which the module is built already."""
    folder = tmp_path_factory.mktemp("ready")
    made(folder)
    return folder


# --- what is found again --------------------------------------------------------------------------


def test_the_folder_holds_what_it_promises(ready: Path) -> None:
    found = made(ready)
    assert found.directory == ready / "plays" / f"example-{found.module_hash[:8]}"
    names = {file.name for file in found.directory.iterdir()}
    assert names == {*artifact.TEXTS, artifact.MANIFEST, MODULE}
    manifest = json.loads(found.text("manifest.json"))
    assert manifest["warmup"] == found.warmup
    assert manifest["params"] == found.params == {"fast": 5, "level": 70.0}
    assert manifest["module_sha256"] == native.file_hash(found.module)
    assert found.text("play.yml") == TEXT
    assert list(manifest["features"]) == ["ema_21", "ema_9", "rsi_14", "unused_5"]
    assert manifest["features"]["rsi_14"]["outputs"]["value"]["first_valid"] == 14


def test_the_second_time_nothing_is_read_or_built(ready: Path) -> None:
    first = made(ready)
    again = made(ready)
    assert again.cached
    assert again.seconds["cython"] == again.seconds["cc"] == 0.0
    assert replace(again, seconds=first.seconds, facts={}) == replace(first, facts={})
    assert [found.code for found in again.diagnostics] == ["W102"]


CACHED = """
import sys
from pathlib import Path
from tradec.compiler.artifact import compile_play
from tradec.dsl.span import Source
text = Path(sys.argv[1]).read_text()
found = compile_play(Source("play.yml", text), build_dir=Path(sys.argv[2]), flags=("-O0",))
heavy = ("lark", "jinja2", "numpy", "Cython", "yaml", "duckdb", "pyarrow", "setuptools", "filelock")
print(found.cached, [name for name in heavy if name in sys.modules])
"""


def test_a_hit_imports_no_front_end_and_no_toolchain(ready: Path, tmp_path: Path) -> None:
    play = tmp_path / "play.yml"
    play.write_text(TEXT, encoding="utf-8")
    made(ready)
    command = [sys.executable, "-c", CACHED, str(play), str(ready)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "True []\n"


def test_a_comment_takes_the_module_and_moves_the_places(ready: Path) -> None:
    first = made(ready)
    text = f"# two lines\n# of comment\n{TEXT}"
    again = made(ready, text)
    assert again.seconds["cc"] == 0.0
    assert (again.module_hash, again.play_hash) == (first.module_hash, first.play_hash)
    assert again.text("strategy.pyx") == first.text("strategy.pyx")
    assert again.diagnostics[0].span.start.line == first.diagnostics[0].span.start.line + 2
    assert again.text("play.yml") == text
    moved = json.loads(again.text("map.json"))
    back = made(ready)
    assert back.text("play.yml") == TEXT
    assert [line + 2 for _, (line, _), _ in json.loads(back.text("map.json"))] == [
        line for _, (line, _), _ in moved
    ]


def test_other_values_of_variables_take_the_module_with_their_own_parameters(ready: Path) -> None:
    first = made(ready)
    other = made(ready, overrides={"fast": "9"})
    assert other.params == {"fast": 9, "level": 70.0}
    assert other.seconds["cc"] == 0.0
    assert other.module_hash == first.module_hash
    assert other.play_hash != first.play_hash
    assert other.warmup["15m"] == first.warmup["15m"]
    assert made(ready).params == first.params
    assert made(ready).play_hash == first.play_hash
    snapshot = first.strategy().snapshot()
    with pytest.raises(SnapshotError, match="other parameter values"):
        other.strategy().restore(snapshot)


def test_another_toolchain_is_another_entry(ready: Path) -> None:
    made(ready)
    count = len(index(ready))
    compile_play(source(), build_dir=ready, flags=(*FLAGS, "-DNOTHING"))
    assert len(index(ready)) == count + 1


def test_the_play_is_read_again_from_its_text(ready: Path) -> None:
    found = made(ready, overrides={"level": "60"})
    play = found.play
    assert [default.value for default in play.params if default.name == "level"] == [60.0]
    stop = found.trading_rules().stop
    assert stop is not None
    assert (stop.rule, stop.value) == ("percent", 2.0)
    assert found.trading_rules().symbol == "BTCUSDT"


def test_what_is_compiled_follows_from_a_variable_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADEC_BUILD_DIR", str(tmp_path / "elsewhere"))
    assert artifact.default_build_dir() == tmp_path / "elsewhere"
    monkeypatch.delenv("TRADEC_BUILD_DIR")
    assert artifact.default_build_dir() == Path("build")


# --- damage ---------------------------------------------------------------------------------------


def write(text: str) -> Callable[[Path], None]:
    def harm(file: Path) -> None:
        file.write_text(text, encoding="utf-8")

    return harm


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


HARMS = {
    "gone": Path.unlink,
    "empty": write(""),
    "list": write("[]"),
    "nothing": write("{}"),
    "number": write("7"),
    "cut": cut_short,
    "binary": lambda file: file.write_bytes(bytes(range(256))),
}


@pytest.mark.parametrize("name", ["index", "manifest"])
@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_a_damaged_record_is_made_anew(
    name: str, harm: Callable[[Path], None], ready: Path
) -> None:
    first = made(ready)
    for entry in index(ready):
        facts = json.loads(entry.read_text(encoding="utf-8"))
        if facts["source_hash"] == first.facts["source_hash"]:
            break
    victim = entry if name == "index" else first.directory / "manifest.json"
    harm(victim)
    again = made(ready)
    assert again.seconds["front"] > 0
    assert again.seconds["cc"] == 0.0, "the module itself is not built again"
    assert again.play_hash == first.play_hash
    written = (again.directory / "manifest.json").stat().st_mtime_ns
    assert made(ready).play_hash == first.play_hash
    assert (again.directory / "manifest.json").stat().st_mtime_ns == written, "found, not made"
    assert load_artifact(again.directory).play_hash == first.play_hash


@pytest.mark.parametrize("name", [*artifact.TEXTS])
def test_a_lost_text_is_written_again(name: str, ready: Path) -> None:
    first = made(ready)
    text = first.text(name)
    (first.directory / name).unlink()
    with pytest.raises(ArtifactError):
        load_artifact(first.directory)
    assert made(ready).text(name) == text


@pytest.mark.parametrize("harm", [cut_short, write("x"), Path.unlink])
def test_a_damaged_module_is_built_again(harm: Callable[[Path], None], tmp_path: Path) -> None:
    first = made(tmp_path)
    harm(first.module)  # of which the cache may hold the same file
    with pytest.raises(ArtifactError, match="is damaged; compile the play again"):
        load_artifact(first.directory)
    again = made(tmp_path)
    assert (
        native.file_hash(again.module) == json.loads(again.text("manifest.json"))["module_sha256"]
    )
    assert runs_elsewhere(again.directory) == again.play_hash
    assert made(tmp_path).cached


def runs_elsewhere(directory: Path) -> str:
    """Load the artifact in a new process, step it once, and return its play hash."""
    code = (
        "import sys; from pathlib import Path; from tradec.compiler.artifact import load_artifact\n"
        "found = load_artifact(Path(sys.argv[1])); machine = found.strategy()\n"
        "machine.restore(machine.snapshot()); print(found.play_hash, end='')"
    )
    command = [sys.executable, "-c", code, str(directory)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_folders_without_a_play_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="holds no compiled play"):
        load_artifact(tmp_path / "nowhere")
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(ArtifactError, match="holds no compiled play"):
        load_artifact(tmp_path)
    (tmp_path / "play.yml").write_text(TEXT)
    for text in ("{}", "[]", "7", f'{{"format": {artifact.FORMAT}}}'):
        (tmp_path / "manifest.json").write_text(text)
        with pytest.raises(ArtifactError, match="is damaged"):
            load_artifact(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("format", 0, "was made by another tradec"),
        ("module", "build/strategy.cpython-39-x86_64-linux-gnu.so", "was made for another Python"),
    ],
)
def test_a_folder_made_elsewhere_says_so(
    name: str, value: object, message: str, tmp_path: Path
) -> None:
    found = made(tmp_path)
    facts = json.loads(found.text("manifest.json")) | {name: value}
    (found.directory / "manifest.json").write_text(json.dumps(facts))
    with pytest.raises(ArtifactError, match=message):
        load_artifact(found.directory)


def test_a_folder_may_be_moved(tmp_path: Path) -> None:
    found = made(tmp_path / "here")
    target = tmp_path / "there"
    found.directory.rename(target)
    moved = load_artifact(target)
    assert moved.module == target / MODULE
    assert moved.source.text == TEXT
    assert moved.strategy().state_bytes == found.state_bytes
    again = made(tmp_path / "here")
    assert again.seconds["cc"] == 0.0
    assert again.directory == found.directory


# --- several at once ------------------------------------------------------------------------------


def compile_in_process(folder: Path) -> tuple[float, str, str]:
    found = compile_play(source(), build_dir=folder, flags=FLAGS)
    return found.seconds["cc"], native.file_hash(found.module), runs_elsewhere(found.directory)


def test_four_processes_compile_one_play_with_one_build(tmp_path: Path) -> None:
    found = at_once(compile_in_process, tmp_path, 4)
    assert sum(seconds > 0 for seconds, _, _ in found) == 1
    assert len({(module, play) for _, module, play in found}) == 1
    assert len(list((tmp_path / "plays").iterdir())) == 1
    leftovers = [file.name for file in tmp_path.rglob(".*")]
    assert leftovers == []


# --- what is said ---------------------------------------------------------------------------------


def test_text_that_does_not_compile_is_told_at_the_play(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug of ours is reported where it bites: E901 with the place that the line stands for."""

    def broken(*arguments: Any) -> Any:
        right = emit(*arguments)
        number = next(
            n for n, s in right.places if TEXT[s.start.offset :].startswith("ema_9 crosses")
        )
        lines = right.text.splitlines(keepends=True)
        lines[number - 1] = lines[number - 1].replace("ema_9", "no_such_name.ema_9", 1)
        return replace(right, text="".join(lines))

    monkeypatch.setattr(build, "emit", broken)
    with pytest.raises(PlayError) as caught:
        made(tmp_path)
    found = [one for one in caught.value.diagnostics if one.code == "E901"]
    assert found
    spot = found[0].span
    assert TEXT[spot.start.offset : spot.end.offset].startswith("ema_9 crosses above ema_21")
    assert "does not compile" in found[0].message
    assert any(note.startswith("strategy.pyx, line ") for note in found[0].notes)
    monkeypatch.undo()
    assert not made(tmp_path).cached


def test_an_invalid_play_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(PlayError) as caught:
        made(tmp_path, TEXT.replace("rsi_14 <", "rsi_15 <"))
    assert {one.code for one in caught.value.diagnostics} >= {"E401"}
    assert not list(tmp_path.iterdir())


def test_progress_tells_the_stages(tmp_path: Path) -> None:
    told: list[str] = []
    made(tmp_path, progress=told.append)
    assert told == ["reading the play", "building native code"]
    made(tmp_path, progress=told.append)
    assert len(told) == 2


def test_diagnostics_come_back_as_they_were() -> None:
    here = Span("a.yml", Position(3, 1, 4), Position(9, 2, 1))
    told = Diagnostic(
        code="W102",
        span=here,
        message="m",
        label="l",
        labels=(Label(span=here, text="t"),),
        notes=("n", "o"),
        helps=("h",),
    )
    facts = json.loads(json.dumps(artifact.facts_of(told)))
    assert artifact.diagnostic_of(facts, "a.yml") == told
    elsewhere = artifact.diagnostic_of(facts, "b.yml")
    assert elsewhere.span.file == elsewhere.labels[0].span.file == "b.yml"


def test_a_write_is_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "new" / "file.json"
    artifact.write_atomically(file, "one")
    artifact.write_atomically(file, b"two")
    assert file.read_text() == "two"

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        artifact.write_atomically(file, "three")
    monkeypatch.undo()
    assert [one.name for one in file.parent.iterdir()] == ["file.json"]
    assert file.read_text() == "two"
