"""`docs/own-indicator.md`: its files, written out, are an indicator that a play trades with."""

import json
import re
from pathlib import Path

import pytest

from commandline import tradec

DOCUMENT = Path(__file__).parents[3] / "docs" / "own-indicator.md"
FILE = re.compile(r"^`([\w./]+)`[^\n]*:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = re.compile(r"^```\n(tradec .*?)^```$", re.MULTILINE | re.DOTALL)
PAIR = ["my_units/indicators/body_balance.py", "my_units/indicators/body_balance.pxd"]


@pytest.fixture(autouse=True)
def files(places: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Write the files of the document below the working directory."""
    del places
    monkeypatch.setenv("TRADEC_BUILD_DIR", str(tmp_path / "build"))
    found = dict(FILE.findall(DOCUMENT.read_text(encoding="utf-8")))
    for name, text in found.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    return found


def test_one_pair_of_files_is_all_there_is_to_it(files: dict[str, str]) -> None:
    assert list(files) == [*PAIR, "tradec.toml", "leaning.yml"]


def test_the_commands_of_the_document_do_what_it_says() -> None:
    (commands,) = COMMANDS.findall(DOCUMENT.read_text(encoding="utf-8"))
    lines = [line.split()[1:] for line in commands.splitlines()]
    assert [words[0] for words in lines] == ["units", "run", "describe"]
    before = tradec("compile", "leaning.yml", "--json").answer
    assert any("`body_balance` is unchecked" in said for said in before["warnings"])
    checked, ran, described = (tradec(*words, "--json").answer for words in lines)
    assert checked["data"]["units"] == {"body_balance": {"fault": None}}
    assert not any("unchecked" in said for said in ran["warnings"])
    assert ran["data"]["trades"] > 0
    manifest = json.loads((Path(ran["data"]["run_dir"]) / "manifest.json").read_text())
    assert list(manifest["units"]) == ["body_balance"]
    assert described["data"]["own"]


def test_the_compiler_believes_what_the_pair_declares(files: dict[str, str]) -> None:
    assert tradec("check", "leaning.yml", "--json").data["diagnostics"] == []
    play = files["leaning.yml"].replace("crosses above 0.2", "> 1.5")
    Path("never.yml").write_text(play, encoding="utf-8")
    (found,) = tradec("check", "never.yml", "--json").data["diagnostics"]
    assert (found["code"], found["message"]) == ("W107", "`body_balance_9 > 1.5` is never true")
    assert "`body_balance_9 > 1.5` is reported as never true (W107)" in DOCUMENT.read_text(
        encoding="utf-8"
    )


def test_a_slip_in_one_half_is_found(files: dict[str, str]) -> None:
    assert "body / spread if" in files[PAIR[1]]
    Path(PAIR[1]).write_text(files[PAIR[1]].replace("body / spread if", "body * (1.0 / spread) if"))
    said = tradec("units", "check", "--rounds", 20)
    assert said.code == 1
    assert "body_balance: value[" in said.out
