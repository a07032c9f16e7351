"""`runs list` and `runs show`: what past runs say, and which one an argument names."""

import json
from pathlib import Path

import pytest

from commandline import tradec

EXAMPLE = Path(__file__).parents[3] / "plays" / "ema_cross.yml"


def _run(bars: int) -> str:
    said = tradec("run", EXAMPLE, "--synthetic", "--bars", bars, "--json")
    return str(said.data["run_id"])


def test_nothing_is_there_at_first() -> None:
    said = tradec("runs", "list")
    assert said.code == 0
    assert "0 runs in `runs`" in said.out
    assert tradec("runs", "list", "--json").data == {"runs": []}
    assert tradec("runs", "show", "last").code == 2


def test_the_list_has_a_line_for_each_run() -> None:
    ids = [_run(bars) for bars in (400, 500, 600)]
    answer = tradec("runs", "list", "--json").answer
    assert answer["schema"] == "tradec/runs-list/1"
    rows = answer["data"]["runs"]
    assert [row["run_id"] for row in rows] == ids
    assert rows[0]["play"] == "ema_cross"
    assert rows[0]["stop_reason"] == "end_of_data"
    assert {"trades", "net_profit", "max_drawdown_pct", "created_at"} < set(rows[0])
    text = tradec("runs", "list").out
    assert all(run_id in text for run_id in ids)
    assert tradec("runs", "list", "--limit", "1", "--json").data["runs"][0]["run_id"] == ids[-1]


def test_a_run_has_many_names() -> None:
    ids = [_run(bars) for bars in (400, 500)]
    for name in (ids[1], "last", f"runs/{ids[1]}", ids[1][: len(ids[1]) - 3]):
        said = tradec("runs", "show", name, "--json")
        assert said.code == 0, name
        assert said.data["run_id"] == ids[1]
    both = tradec("runs", "show", ids[0][:8])
    assert both.code == 2
    assert "names 2 runs" in both.err
    wrong = tradec("runs", "show", "20010101-000000-nothing", "--json")
    assert wrong.code == 2
    assert wrong.answer["error"]["code"] == "RUN_NOT_FOUND"


def test_show_says_what_run_said() -> None:
    said = tradec("run", EXAMPLE, "--synthetic", "--bars", "500")
    assert tradec("runs", "show", "last").out == said.out


def test_the_parts_of_a_run() -> None:
    run_id = _run(1500)
    folder = Path("runs") / run_id
    data = tradec("runs", "show", run_id, "--trades", "--metrics", "--manifest", "--json").data
    assert data["metrics"] == json.loads((folder / "metrics.json").read_text())
    assert data["manifest"] == json.loads((folder / "manifest.json").read_text())
    assert len(data["trades"]) == data["metrics"]["total_legs"] > 0
    assert data["trades"][0]["side"] == "long"
    text = tradec("runs", "show", run_id, "--trades").out
    assert len(text.splitlines()) == len(data["trades"]) + 2
    assert "instrument.tick" in tradec("runs", "show", run_id, "--manifest").out
    assert "profit_factor" in tradec("runs", "show", run_id, "--metrics").out


def test_a_damaged_run_is_said_to_be_damaged() -> None:
    run_id = _run(400)
    (Path("runs") / run_id / "trades.parquet").unlink()
    answer = tradec("runs", "list", "--json").answer
    assert answer["data"]["runs"][0]["damage"]
    assert run_id in answer["warnings"][0]
    assert tradec("runs", "list").code == 0
    said = tradec("runs", "show", run_id, "--json")
    assert said.code == 2
    assert said.answer["error"]["code"] == "RUN_DAMAGED"


@pytest.mark.parametrize("content", ["{", "[]", "\x00"])
def test_a_broken_manifest_breaks_nothing_else(content: str) -> None:
    broken, whole = _run(400), _run(500)
    (Path("runs") / broken / "manifest.json").write_text(content)
    assert tradec("runs", "list").code == 0
    assert tradec("runs", "show", whole).code == 0
