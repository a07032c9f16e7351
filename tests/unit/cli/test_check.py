"""`check`: located findings as text, as objects and as annotations; what is no play."""

from pathlib import Path

import pytest

from commandline import tradec

GOOD = (Path(__file__).parents[3] / "plays" / "ema_cross.yml").read_text(encoding="utf-8")
BAD = GOOD.replace("slippage_bps: 2", "slipage_bps: 2")


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "play.yml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_a_good_play(play: Path) -> None:
    said = tradec("check", play)
    assert (said.code, said.out, said.err) == (0, "1 play: no findings\n", "")
    answer = tradec("check", play, "--json").answer
    assert (answer["schema"], answer["status"]) == ("tradec/check/1", "ok")
    assert answer["data"] == {"diagnostics": []}
    assert answer["error"] is None


def test_a_mistake_is_located_and_answered(play: Path) -> None:
    play.write_text(BAD, encoding="utf-8")
    line = 1 + BAD[: BAD.index("slipage")].count("\n")
    said = tradec("check", play.name)
    assert said.code == 2
    assert "error[E101]: unknown key `account.slipage_bps`\n" in said.err
    assert f"--> play.yml:{line}:3" in said.err
    assert "= help: write `slippage_bps`" in said.err
    assert said.out == "1 play: 1 error\n"


def test_json_diagnostics_have_the_promised_keys(play: Path) -> None:
    play.write_text(BAD, encoding="utf-8")
    said = tradec("check", play.name, "--json")
    assert said.code == 2
    assert not said.err
    assert said.answer["status"] == "fail"
    assert said.answer["error"]["code"] == "E101"
    (found,) = said.data["diagnostics"]
    assert set(found) == {"code", "severity", "message", "file", "span", "notes", "help"}
    line = 1 + BAD[: BAD.index("slipage")].count("\n")
    assert found["span"] == {
        "start": {"line": line, "col": 3},
        "end": {"line": line, "col": 3 + len("slipage_bps")},
    }
    assert (found["file"], found["severity"]) == ("play.yml", "error")
    assert found["help"] == ["write `slippage_bps`"]


def test_every_file_is_checked_and_all_findings_reported(play: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text(BAD.replace("rsi_14 < 70", "rsi_15 < 70"), encoding="utf-8")
    said = tradec("check", play, bad, "--json")
    assert said.code == 2
    assert {found["file"] for found in said.data["diagnostics"]} == {str(bad)}
    assert said.answer["message"].startswith("2 plays: ")


def test_a_warning_is_no_failure(play: Path) -> None:
    text = GOOD.replace("  rsi_14:", "  spare_5: {indicator: sma, params: {length: 5}}\n  rsi_14:")
    play.write_text(text, encoding="utf-8")
    said = tradec("check", play)
    assert said.code == 0
    assert "warning[W102]" in said.err
    assert "warning" not in tradec("check", play, "-q").err
    (found,) = tradec("check", play, "--json").data["diagnostics"]
    assert (found["code"], found["severity"]) == ("W102", "warning")


def test_github_annotations(play: Path) -> None:
    play.write_text(BAD, encoding="utf-8")
    said = tradec("check", play.name, "--format", "github")
    assert said.code == 2
    assert said.out.startswith("::error file=play.yml,line=")
    assert "title=E101::unknown key" in said.out
    assert not said.err


def test_a_variable_can_be_set() -> None:
    source = Path(__file__).parents[3] / "plays" / "macd_variables.yml"
    assert tradec("check", source, "--set", "slow=30").code == 0
    assert tradec("check", source, "--set", "slow").code == 2
    wrong = tradec("check", source, "--set", "slwo=30")
    assert wrong.code == 2
    assert "`slow`" in wrong.err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x7fELF\x02\x01\x01\x00\xff\xfe\x80", "is not a text file"),
        (b"x: 1\n" * 1_000_000, "too large to be a play"),
    ],
)
def test_what_is_no_text_is_refused(content: bytes, words: str, play: Path) -> None:
    play.write_bytes(content)
    said = tradec("check", play)
    assert said.code == 2
    assert words in said.err
    assert tradec("check", play, "--json").answer["error"]["code"] == "NOT_A_PLAY"


@pytest.mark.parametrize("text", ["", "\n", "- a\n", "just words", "a: [1", "\x00", "\t"])
def test_garbage_is_a_diagnostic(text: str, play: Path) -> None:
    play.write_text(text, encoding="utf-8")
    said = tradec("check", play, "--json")
    assert said.code == 2
    assert said.data["diagnostics"]


@pytest.mark.usefixtures("play")
def test_a_missing_play_names_the_nearest() -> None:
    said = tradec("check", "plya.yml")
    assert said.code == 2
    assert "there is no play `plya.yml`" in said.err
    assert "did you mean `play.yml`?" in said.err
    assert tradec("check", "plya.yml", "--json").answer["error"]["code"] == "PLAY_NOT_FOUND"
    assert "did you mean `ema_cross`?" in tradec("check", "ema_crss").err


@pytest.mark.usefixtures("play")
def test_a_folder_is_no_play(tmp_path: Path) -> None:
    said = tradec("check", tmp_path)
    assert said.code == 2
    assert "is a folder, not a play" in said.err
    assert "play.yml" in said.err


def test_an_unreadable_play(play: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    said = tradec("check", play)
    assert said.code == 2
    assert "permission denied" in said.err


def test_an_id_is_looked_up_in_plays_then_among_the_examples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert tradec("check", "ema_cross").code == 0
    (tmp_path / "plays").mkdir()
    (tmp_path / "plays" / "ema_cross.yml").write_text(BAD, encoding="utf-8")
    said = tradec("check", "ema_cross")
    assert said.code == 2
    assert "--> plays/ema_cross.yml:" in said.err


def test_the_warm_up_is_shown_with_what_asks_for_it() -> None:
    data = tradec("check", "structure_trend", "--warmup", "--json").data
    (row,) = data["warmup"]["structure_trend"]
    assert (row["timeframe"], row["bars"], row["because"]) == ("15m", 223, "ema_50")
    assert "swing.high_level" in row["anchors"]
    assert "events" in row["promise"]
    text = tradec("check", "donchian_breakout", "--warmup").out
    assert "21 bars  finite" in text
    assert "changes nothing" in text


def expecting(play: Path, text: str) -> None:
    market = "pattern: trend_up_clean, bars: 60, params: {trend_magnitude: 0.5}"
    said = f"validation: {{{market}, expect: {{{text}}}}}"
    play.write_text(GOOD.replace("validation: {pattern: trend_up_clean}", said), encoding="utf-8")


def test_what_a_play_expects_is_checked_on_its_market(play: Path) -> None:
    engine = ("--expect", "--engine", "interpreter")
    expecting(play, "max_drawdown_pct: 50")
    said = tradec("check", play.name, *engine)
    assert (said.code, said.out, said.err) == (0, "1 play: no findings, as expected\n", "")
    expecting(play, "min_trades: 1000, direction: short")
    said = tradec("check", play.name, *engine)
    assert said.code == 1
    first, second, last = said.out.splitlines()
    assert first.startswith("play.yml expects min_trades: at least 1000, the run has ")
    assert second.startswith("play.yml expects direction: short, the run has ")
    assert last == "1 play: no findings, 2 expectations not met"
    answer = tradec("check", play.name, *engine, "--json").answer
    assert (answer["status"], answer["error"]["code"]) == ("fail", "UNEXPECTED")
    assert len(answer["data"]["unmet"]["play.yml"]) == 2
    assert not Path("runs").exists()


def test_a_play_that_expects_nothing_is_not_as_expected(play: Path) -> None:
    play.write_text(GOOD, encoding="utf-8")
    said = tradec("check", play.name, "--expect", "--engine", "interpreter")
    assert (said.code, said.out) == (0, "1 play: no findings\n")
    assert "expects nothing" in said.err
