"""kill -9 at any moment of a compile: the cache is sound, and the next compile completes it."""

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from complete import complete
from tradec.compiler import native
from tradec.compiler.artifact import Artifact, compile_play, load_artifact
from tradec.dsl.span import Source

FLAGS = ("-O0",)
TEXT = complete("")
needs_kill = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")

COMPILE = """
import sys
from pathlib import Path
import Cython.Compiler.Main, filelock, jinja2, setuptools  # before the clock of the test runs
from tradec.compiler.artifact import compile_play
from tradec.dsl.span import Source
text = Path(sys.argv[1]).read_text()
compile_play(Source("play.yml", text), build_dir=Path(sys.argv[2]), flags=("-O0",),
             progress=lambda stage: print(stage, flush=True))
print("done", flush=True)
"""

STEPS = """
import os, signal, sys
from pathlib import Path
from tradec.compiler.artifact import compile_play
from tradec.dsl.span import Source
left = int(sys.argv[3])

def counted(act):
    def step(*arguments, **words):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return act(*arguments, **words)
    return step

Path.replace, Path.rename, Path.hardlink_to = map(
    counted, (Path.replace, Path.rename, Path.hardlink_to))
text = Path(sys.argv[1]).read_text()
compile_play(Source("play.yml", text), build_dir=Path(sys.argv[2]), flags=("-O0",))
print(left)
"""


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("play") / "play.yml"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def whole(play: Path, tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    """Return what a compile that nobody kills makes."""
    return compiled(play, tmp_path_factory.mktemp("whole"))


def compiled(play: Path, folder: Path) -> Artifact:
    text = play.read_text(encoding="utf-8")
    return compile_play(Source("play.yml", text), build_dir=folder, flags=FLAGS)


def killed(play: Path, folder: Path, delay: float) -> bool:
    """Compile in a process and kill it so long after the build began; tell whether it ended."""
    process = subprocess.Popen(
        [sys.executable, "-c", COMPILE, str(play), str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("building"):
            break
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    return "done" in rest


def assert_sound(folder: Path) -> None:
    """Every entry, manifest and record that a reader would find is whole."""
    for home in (folder / "cache").glob("[!.]*/"):
        stamp = (home / native.STAMP).read_text(encoding="utf-8")
        assert native.file_hash(home / f"{native.MODULE}{native.SUFFIX}") == stamp
    for record in (*folder.glob("index/[!.]*.json"), *folder.glob("plays/*/manifest.json")):
        facts = json.loads(record.read_text(encoding="utf-8"))
        assert native.file_hash(Path(facts["module"])) == facts["module_sha256"]


def assert_completes(play: Path, folder: Path, whole: Artifact) -> None:
    """The next compile gives the same artifact, which loads and runs; the one after finds it."""
    found = compiled(play, folder)
    assert (found.play_hash, found.key) == (whole.play_hash, whole.key)
    assert found.text("strategy.pyx") == whole.text("strategy.pyx")
    loaded = load_artifact(found.directory)
    machine = native.load(loaded.module, str(folder)).Play(dict(loaded.params))
    assert machine.state_bytes == whole.state_bytes
    machine.restore(whole.strategy().snapshot())
    assert compiled(play, folder).cached
    assert_sound(folder)


@needs_kill
def test_killed_compiles_leave_a_usable_cache(play: Path, whole: Artifact, tmp_path: Path) -> None:
    delays = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7)
    ended = []
    for delay in delays:
        folder = tmp_path / str(delay)
        ended.append(killed(play, folder, delay))
        assert_sound(folder)
        assert_completes(play, folder, whole)
    assert not ended[0], "no compile was hit before it was done"


@needs_kill
def test_one_cache_survives_kill_after_kill(play: Path, whole: Artifact, tmp_path: Path) -> None:
    for delay in (0.1, 0.3):
        killed(play, tmp_path, delay)
    assert_sound(tmp_path)
    assert_completes(play, tmp_path, whole)


@needs_kill
@pytest.mark.slow
def test_many_killed_compiles(play: Path, whole: Artifact, tmp_path: Path) -> None:
    chance = random.Random(20_250_529)  # noqa: S311 - moments, not secrets
    for i in range(30):
        folder = tmp_path / str(i)
        killed(play, folder, chance.uniform(0, 1.0))
        assert_sound(folder)
        assert_completes(play, folder, whole)


@needs_kill
def test_kill_before_each_step_of_publishing(play: Path, whole: Artifact, tmp_path: Path) -> None:
    """The module is built; then texts, links, manifest and index are put in place one by one."""
    for step in range(1, 20):
        folder = tmp_path / str(step)
        shutil.copytree(whole.directory.parents[1] / "cache", folder / "cache")
        command = [sys.executable, "-c", STEPS, str(play), str(folder), str(step)]
        done = subprocess.run(command, capture_output=True, check=False)
        assert_sound(folder)
        if done.returncode == 0:
            break
        assert not list(folder.glob("index/[!.]*.json")), "the record is the last to come"
        assert_completes(play, folder, whole)
    assert step == 12  # five texts, two links and their renames, manifest and index: eleven


@needs_kill
def test_kill_before_a_built_module_is_published(
    play: Path, whole: Artifact, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", STEPS, str(play), str(tmp_path), "1"]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0
    (left,) = (tmp_path / "cache").glob(".*-*")
    assert (left / f"{native.MODULE}{native.SUFFIX}").is_file()
    assert_completes(play, tmp_path, whole)
