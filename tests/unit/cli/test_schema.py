"""`schema`: printed, written where it is asked for, and only if it differs."""

import json
from pathlib import Path

from commandline import tradec


def test_it_is_printed_as_it_is_written(tmp_path: Path) -> None:
    printed = tradec("schema", "play")
    assert printed.code == 0
    path = tmp_path / "deep" / "play.schema.json"
    said = tradec("schema", "play", "-o", path)
    assert said.out == f"{path} written\n"
    assert path.read_text(encoding="utf-8") == printed.out
    before = path.stat().st_mtime_ns
    assert tradec("schema", "play", "-o", path).out == f"{path} is up to date\n"
    assert path.stat().st_mtime_ns == before


def test_the_answer_holds_the_schema() -> None:
    data = tradec("schema", "play", "--json").data
    assert data["schema"] == json.loads(tradec("schema", "play").out)
    assert data["schema"]["title"] == "tradec play"


def test_there_are_no_others() -> None:
    said = tradec("schema", "run")
    assert said.code == 2
    assert "'play'" in said.err
