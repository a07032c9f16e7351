"""`compile`: what it answers, what it prints, what it leaves."""

import json
import re
from pathlib import Path

import pytest

from commandline import tradec
from tradec.compiler import pipeline

EXAMPLE = (Path(__file__).parents[3] / "plays" / "ema_cross.yml").read_text(encoding="utf-8")
KEYS = {
    "play_hash",
    "name",
    "artifact_dir",
    "module",
    "cached",
    "warmup",
    "state_bytes",
    "seconds",
}


@pytest.fixture
def play(tmp_path: Path) -> Path:
    path = tmp_path / "play.yml"
    path.write_text(EXAMPLE, encoding="utf-8")
    return path


def test_the_answer_has_the_promised_keys(play: Path) -> None:
    answer = tradec("compile", play, "--json").answer
    data = answer["data"]
    assert (answer["schema"], answer["status"]) == ("tradec/compile/1", "ok")
    assert set(data) == KEYS
    assert data["name"] == "ema_cross"
    assert Path(data["module"]).is_file()
    assert (Path(data["artifact_dir"]) / "strategy.pyx").is_file()
    assert list(data["warmup"]) == ["15m"]
    assert data["warmup"]["15m"] > 21
    assert data["state_bytes"] > 0
    assert set(data["seconds"]) == {"front", "cython", "cc"}


def test_the_second_time_is_from_the_cache(play: Path) -> None:
    first = tradec("compile", play, "--json").data
    again = tradec("compile", play, "--json").data
    assert again["cached"] is True
    assert again["seconds"]["cython"] == again["seconds"]["cc"] == 0
    assert {**first, "cached": 0, "seconds": 0} == {**again, "cached": 0, "seconds": 0}
    assert "from the cache" in tradec("compile", play).out


def test_several_plays_are_one_object(play: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yml"
    other.write_text(EXAMPLE.replace("# Buys", "# Also buys"), encoding="utf-8")
    data = tradec("compile", play, other, "--json").data
    assert [set(each) for each in data["plays"]] == [KEYS, KEYS]
    assert data["plays"][0]["play_hash"] == data["plays"][1]["play_hash"]


@pytest.mark.slow
def test_two_folders_hold_the_same_bytes(play: Path, tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        data = tradec("compile", play, "-o", tmp_path / name, "--json").data
        assert data["cached"] is False
        assert Path(data["artifact_dir"]).is_relative_to(tmp_path / name)
        texts.append((Path(data["artifact_dir"]) / "strategy.pyx").read_bytes())
    assert texts[0] == texts[1]
    assert str(tmp_path).encode() not in texts[0]


@pytest.mark.slow
def test_force_compiles_again(play: Path, tmp_path: Path) -> None:
    tradec("compile", play, "-o", tmp_path)
    assert tradec("compile", play, "-o", tmp_path, "--json").data["cached"] is True
    assert tradec("compile", play, "-o", tmp_path, "--force", "--json").data["cached"] is False


@pytest.mark.parametrize("kind", ["ir", "pyx", "annotated", "c"])
def test_emit_prints_what_was_generated(kind: str, play: Path) -> None:
    said = tradec("compile", play, "--emit", kind)
    assert said.code == 0
    assert len(said.out) > 500
    assert tradec("compile", play, "--emit", kind, "--json").data["emitted"][kind].strip() in (
        said.out.strip() + "\n"
    )
    if kind == "ir":
        assert json.loads(said.out)["symbol"] == "BTCUSDT"
    if kind == "annotated":
        assert re.search(r"# @ \S+:\d+:\d+", said.out)


@pytest.mark.parametrize("name", pipeline.names())
def test_stop_after_prints_the_ir(name: str, play: Path) -> None:
    said = tradec("compile", play, "--stop-after", name)
    assert said.code == 0
    assert "ema_21" in said.out
    answer = tradec("compile", play, "--stop-after", name, "--json").answer
    assert answer["data"]["pass"] == name
    assert answer["data"]["ir"].strip() == said.out.strip()


def test_an_unknown_pass_names_the_nearest(play: Path) -> None:
    said = tradec("compile", play, "--stop-after", "infer_type")
    assert said.code == 2
    assert "did you mean `infer_types`?" in said.err


def test_an_invalid_play_compiles_to_nothing(play: Path) -> None:
    play.write_text(EXAMPLE.replace("rsi_14 < 70", "rsi_14 < 70 and nope > 1"), encoding="utf-8")
    said = tradec("compile", play)
    assert said.code == 2
    assert not said.out
    assert "error[E401]" in said.err
    assert f"`{play}` has 1 error" in said.err
    answer = tradec("compile", play, "--json").answer
    assert (answer["status"], answer["error"]["code"]) == ("fail", "E401")
    assert answer["error"]["detail"]["diagnostics"][0]["code"] == "E401"


def test_findings_as_annotations(play: Path) -> None:
    text = play.read_text(encoding="utf-8")
    play.write_text(text.replace("ema_9 crosses", "ema_8 crosses"), encoding="utf-8")
    said = tradec("compile", play, "--format", "github")
    assert said.code == 2
    assert said.out.startswith(f"::error file={play},line=")
    assert "title=E401::" in said.out
    assert "error[E401]" not in said.err


def test_warnings_stand_in_the_envelope(play: Path) -> None:
    text = EXAMPLE.replace(
        "  rsi_14:", "  spare_5: {indicator: sma, params: {length: 5}}\n  rsi_14:"
    )
    play.write_text(text, encoding="utf-8")
    (warning,) = tradec("compile", play, "--json").answer["warnings"]
    assert "W102" in warning
    assert warning.startswith(f"{play}:")


def test_without_a_c_compiler_it_says_what_to_install(
    play: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", "/nowhere/cc")
    monkeypatch.setenv("PATH", str(tmp_path))
    said = tradec("compile", play, "-o", tmp_path / "fresh")
    assert said.code == 2
    assert "error: " in said.err
    assert "= help: " in said.err
    answer = tradec("compile", play, "-o", tmp_path / "fresh", "--json").answer
    assert answer["error"]["code"] == "E902"
