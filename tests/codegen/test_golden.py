"""The code that the example plays, and one with every shape in it, are printed as."""

import re
from pathlib import Path

import pytest

from tradec.compiler import native
from tradec.compiler.artifact import Artifact, compile_play
from tradec.compiler.catalog import standard
from tradec.compiler.context import Context
from tradec.compiler.emit import Emitted, emit
from tradec.compiler.pipeline import front, plan_of
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Source

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PLAYS = (*sorted((ROOT / "plays").glob("*.yml")), HERE / "sink.yml")


def emitted(source: Source) -> Emitted:
    diagnostics = Diagnostics()
    play = front(source, diagnostics)
    return emit(plan_of(play, Context(catalog=standard(), diagnostics=diagnostics)), standard())


def read(path: Path) -> Source:
    return Source(path.name, path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def sink(tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    folder = tmp_path_factory.mktemp("sink")
    return compile_play(read(HERE / "sink.yml"), build_dir=folder, flags=("-O0",))


@pytest.mark.parametrize("path", PLAYS, ids=lambda path: path.stem)
def test_the_text_is_the_golden_one(path: Path, *, update_golden: bool) -> None:
    golden = HERE / f"{path.stem}.pyx"
    text = emitted(read(path)).text
    if update_golden:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PLAYS, ids=lambda path: path.stem)
def test_the_text_holds_nothing_of_its_file_or_of_money(path: Path) -> None:
    text = emitted(read(path)).text
    assert path.name not in text
    assert str(ROOT) not in text
    assert "5150" not in text
    assert "5.5" not in text.replace("55.5", "")
    assert not re.search(r"@ \S+:\d+:\d+", text)


@pytest.mark.parametrize("path", PLAYS, ids=lambda path: path.stem)
def test_places_point_at_the_text_that_a_line_stands_for(path: Path) -> None:
    source = read(path)
    found = emitted(source)
    lines = found.text.splitlines()
    assert found.places
    for number, span in found.places:
        assert 1 <= number <= len(lines)
        piece = source.text[span.start.offset : span.end.offset]
        assert piece.strip()
        step = re.match(
            r"\s*(?:s\.\w+ = |cdef \w+ \w+ = )?(\w+)_step\(&s\.(\w+)_unit", lines[number - 1]
        )
        if step:  # a series is stepped: the place is that of its id
            assert piece.strip("'\"") == step[2]


@pytest.mark.parametrize("path", PLAYS, ids=lambda path: path.stem)
def test_the_annotated_text_differs_in_comments_only(path: Path) -> None:
    found = emitted(read(path))
    assert found.annotated != found.text
    bare = re.sub(r"  # @ \S+:\d+:\d+$", "", found.annotated, flags=re.MULTILINE)
    assert bare == found.text


def test_the_play_with_every_shape_builds(sink: Artifact) -> None:
    strategy = sink.strategy()
    assert strategy.state_bytes == sink.state_bytes
    assert native.load(sink.module, sink.key).Play.PARAMS == ("fast", "level", "near")


SPELLINGS = {
    "comment": lambda text: "# another comment\n" + text.replace("# Buys", "# Purchases"),
    "blank lines": lambda text: text.replace("\n\n", "\n\n\n"),
    "quotes": lambda text: text.replace("symbol: BTCUSDT", 'symbol: "BTCUSDT"'),
    "lists": lambda text: text.replace(
        "entry_long: ema_9 crosses above ema_21 and rsi_14 < 70",
        "entry_long: [[ema_9, cross_above, ema_21], [rsi_14, '<', 70]]",
    ),
    "order of features": lambda text: text.replace(
        "  ema_9: {indicator: ema, params: {length: 9}}\n"
        "  ema_21: {indicator: ema, params: {length: 21}}\n",
        "  ema_21: {params: {length: 21}, indicator: ema}\n"
        "  ema_9: {params: {length: 9}, indicator: ema}\n",
    ),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_change_of_spelling_changes_no_byte(name: str) -> None:
    source = read(ROOT / "plays" / "ema_cross.yml")
    changed = SPELLINGS[name](source.text)
    assert changed != source.text
    assert emitted(Source("other.yml", changed)).text == emitted(source).text


def test_two_folders_hold_the_same_bytes(tmp_path: Path) -> None:
    source = read(ROOT / "plays" / "ema_cross.yml")
    made = [
        compile_play(source, build_dir=tmp_path / name, flags=("-O0",)) for name in ("one", "two")
    ]
    assert not any(one.cached for one in made)
    texts = {one.text("strategy.pyx") for one in made}
    assert len(texts) == 1
    assert len({(one.play_hash, one.module_hash, one.key) for one in made}) == 1
