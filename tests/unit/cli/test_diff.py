"""`diff`: what changed in meaning and in code, between plays, artifacts and revisions."""

import subprocess
from pathlib import Path

import pytest

from commandline import tradec

EXAMPLE = (Path(__file__).parents[3] / "plays" / "ema_cross.yml").read_text(encoding="utf-8")


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    monkeypatch.chdir(tmp_path)
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text(EXAMPLE, encoding="utf-8")
    return tmp_path / "a.yml", tmp_path / "b.yml"


def _swap(text: str, first: str, second: str) -> str:
    lines = text.split("\n")
    i = next(n for n, line in enumerate(lines) if line.startswith(first))
    j = next(n for n, line in enumerate(lines) if line.startswith(second))
    lines[i], lines[j] = lines[j], lines[i]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "same",
    [
        EXAMPLE,
        EXAMPLE.replace("# Buys when", "# Sells when") + "\n# an end\n",
        EXAMPLE.replace("ema_9 crosses above ema_21 and", "ema_9   CROSSES over ema_21 and"),
        EXAMPLE.replace("rsi_14 < 70", "70 > rsi_14"),
        EXAMPLE.replace("value: 2}", "value: 2.0}"),
        EXAMPLE.replace("description: EMA 9/21", "description: an EMA 9/21"),
        EXAMPLE.replace("tf: 15m", 'tf: "15m"'),
        _swap(EXAMPLE, "  ema_9:", "  rsi_14:"),
        _swap(EXAMPLE, "symbol:", "version:"),
        EXAMPLE.replace("pattern: trending", "pattern: ranging"),
        EXAMPLE.replace(
            "entry_long: ema_9 crosses above ema_21 and rsi_14 < 70",
            'entry_long: {all: [[ema_9, cross_above, ema_21], [rsi_14, "<", 70]]}',
        ),
    ],
)
def test_spelling_comments_and_key_order_are_no_change(same: str, two: tuple[Path, Path]) -> None:
    two[1].write_text(same, encoding="utf-8")
    said = tradec("diff", *two)
    assert said.code == 0, said.out
    assert said.out == "no change of meaning\n"
    answer = tradec("diff", *two, "--json").answer
    assert (answer["status"], answer["data"]["same"]) == ("ok", True)
    assert answer["data"]["changes"] == []
    assert answer["data"]["code"] == ""


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("rsi_14 < 70", "rsi_14 < 65", "65"),
        ("{length: 21}", "{length: 34}", "ema_21"),
        ("slippage_bps: 2", "slippage_bps: 3", "slippage_bps"),
        ("symbol: BTCUSDT", "symbol: ETHUSDT", "ETHUSDT"),
        ("exit_mode: first_hit", "exit_mode: signal", "exit_mode"),
    ],
)
def test_a_change_is_named(old: str, new: str, what: str, two: tuple[Path, Path]) -> None:
    two[1].write_text(EXAMPLE.replace(old, new), encoding="utf-8")
    said = tradec("diff", *two, "--level", "ir")
    assert said.code == 1
    assert what in said.out
    assert "1 change of meaning" in said.out
    answer = tradec("diff", *two, "--level", "ir", "--json").answer
    assert (answer["status"], answer["data"]["same"]) == ("fail", False)
    assert set(answer["data"]["changes"][0]) == {"verb", "what", "old", "new"}
    assert answer["data"]["a"]["play_hash"] != answer["data"]["b"]["play_hash"]


def test_a_renamed_feature_is_called_renamed(two: tuple[Path, Path]) -> None:
    two[1].write_text(EXAMPLE.replace("ema_9", "quick_9"), encoding="utf-8")
    said = tradec("diff", *two, "--level", "ir")
    assert said.code == 1
    assert "renamed ema_9 -> quick_9" in said.out


def test_the_code_is_compared_too(two: tuple[Path, Path]) -> None:
    two[1].write_text(EXAMPLE.replace("{length: 21}", "{length: 34}"), encoding="utf-8")
    said = tradec("diff", *two)
    assert said.code == 1
    assert "--- " in said.out
    assert any(line.startswith("-") and "21" in line for line in said.out.splitlines())
    assert any(line.startswith("+") and "34" in line for line in said.out.splitlines())


def test_money_is_no_part_of_the_code(two: tuple[Path, Path]) -> None:
    two[1].write_text(EXAMPLE.replace("slippage_bps: 2", "slippage_bps: 3"), encoding="utf-8")
    assert tradec("diff", *two, "--level", "code").code == 0
    assert tradec("diff", *two).code == 1


def _git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def test_a_play_of_a_revision(two: tuple[Path, Path], tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", "a.yml")
    _git(tmp_path, "commit", "-q", "-m", "one")
    two[0].write_text(EXAMPLE.replace("rsi_14 < 70", "rsi_14 < 60"), encoding="utf-8")
    assert tradec("diff", "a.yml@HEAD", "b.yml").code == 0
    assert tradec("diff", "a.yml@HEAD", "a.yml").code == 1
    assert tradec("diff", f"{tmp_path}/a.yml@HEAD", "b.yml").code == 0
    wrong = tradec("diff", "a.yml@nowhere", "a.yml")
    assert wrong.code == 2
    assert "cannot read `a.yml@nowhere`" in wrong.err
    assert tradec("diff", "a.yml@--output=x", "a.yml").code == 2
    assert not (tmp_path / "x").exists()


def test_a_broken_side_is_an_invalid_play(two: tuple[Path, Path]) -> None:
    two[1].write_text(EXAMPLE.replace("rsi_14 < 70", "rsi_41 < 70"), encoding="utf-8")
    said = tradec("diff", *two)
    assert said.code == 2
    assert "E401" in said.err


def test_a_folder_without_an_artifact(two: tuple[Path, Path], tmp_path: Path) -> None:
    said = tradec("diff", two[0], tmp_path, "--json")
    assert said.code == 2
    assert said.answer["error"]["code"] == "NOT_AN_ARTIFACT"
