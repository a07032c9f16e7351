"""The views of a run, its tables in files, and runs that go: complete, and on narrow screens."""

import csv
import json
import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from commandline import tradec
from tradec.cli import run_views, table
from tradec.runtime.metrics.table import METRICS

EXAMPLE = Path(__file__).parents[3] / "plays" / "ema_cross.yml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a run of 60 days, made once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRADEC_BUILD_DIR", str(EXAMPLE.parents[1] / "build" / "tests" / "cli"))
        patch.chdir(tmp_path_factory.mktemp("once"))
        words = ("--synthetic", "--bars", "5760", "--emit", "signals", "--json")
        yield Path(tradec("run", EXAMPLE, *words).data["run_dir"]).resolve()


def _show(folder: Path, *words: str) -> Any:
    return tradec("runs", "show", folder, *words, "--json").data


def test_the_months_multiply_to_the_return(folder: Path) -> None:
    data = _show(folder, "--monthly", "--metrics")
    assert [row["period"] for row in data["monthly"]] == ["2025-01", "2025-02", "2025-03"]
    product = math.prod(1 + row["return_pct"] / 100 for row in data["monthly"])
    assert 100 * (product - 1) == pytest.approx(data["metrics"]["net_return_pct"])
    assert data["monthly"] == json.loads((folder / "returns.json").read_text())["month"]
    text = tradec("runs", "show", folder, "--monthly").out.splitlines()
    assert text[0].split()[:3] == ["return,", "%", "Jan"]
    shown = [f"{row['return_pct']:.2f}" for row in data["monthly"]]
    whole = f"{data['metrics']['net_return_pct']:.2f}"
    assert text[2].split() == ["2025", *shown, whole]


def test_the_costs_lead_from_prices_to_the_net_profit(folder: Path) -> None:
    costs = _show(folder, "--costs")["costs"]
    net = costs["total_realized_pnl"] - costs["total_fees"] + costs["net_funding"]
    assert net == pytest.approx(costs["net_profit"])
    assert costs["entry_fees"] + costs["exit_fees"] == pytest.approx(costs["total_fees"])
    assert costs["maker_fees"] + costs["taker_fees"] == pytest.approx(costs["total_fees"])
    text = tradec("runs", "show", folder, "--costs").out
    assert f"{costs['net_profit']:,.2f}" in text
    assert "fees of the volume             5.50 bps" in text


def test_every_metric_is_in_the_view(folder: Path) -> None:
    text = tradec("runs", "show", folder, "--metrics").out
    first = [line.split()[0] for line in text.splitlines() if line]
    assert [name for name in first if name in {m.name for m in METRICS}] != []
    assert {metric.name for metric in METRICS} <= set(first)


def test_the_signals_say_what_became_of_them(folder: Path) -> None:
    rows = _show(folder, "--signals")["signals"]
    assert {row["outcome"] for row in rows} >= {"filled"}
    assert rows == pq.read_table(folder / "signals.parquet").to_pylist()
    lines = tradec("runs", "show", folder, "--signals").out.splitlines()
    assert len(lines) == len(rows) + 2
    assert "entry_long" in lines[2]


def test_a_run_without_signals_says_how_to_get_them(folder: Path, tmp_path: Path) -> None:
    bare = tmp_path / "runs" / "bare"
    shutil.copytree(folder, bare)
    (bare / "signals.parquet").unlink()
    said = tradec("runs", "show", bare, "--signals", "--json")
    assert (said.code, said.answer["error"]["code"]) == (2, "NOT_RECORDED")
    assert "--emit signals" in tradec("runs", "show", bare, "--signals").err


@pytest.mark.parametrize("view", ["--trades", "--metrics", "--costs", "--monthly", "--signals"])
@pytest.mark.parametrize("width", [60, 80, 110])
def test_a_narrow_screen_has_whole_lines(
    folder: Path, monkeypatch: pytest.MonkeyPatch, view: str, width: int
) -> None:
    wide = tradec("runs", "show", folder, view).out.splitlines()
    for module in (table, run_views):
        monkeypatch.setattr(module, "screen_width", lambda: width)
    lines = tradec("runs", "show", folder, view).out.splitlines()
    assert max(map(len, lines)) <= width
    if view in {"--trades", "--signals"}:
        assert len(lines) == len(wide)
        assert lines[2].split()[0] == wide[2].split()[0]


def test_the_list_is_filtered_and_sorted(folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "runs"
    for number, (play, net) in enumerate([("a", 5.0), ("b", -3.0), ("a", None), ("a", 1.0)]):
        target = root / f"run-{number}"
        shutil.copytree(folder, target)
        for name, change in (
            ("manifest.json", {"play_id": play, "created_at": f"2025-06-0{number + 1}T00:00:00Z"}),
            ("metrics.json", {"net_profit": net}),
        ):
            content = json.loads((target / name).read_text())
            (target / name).write_text(json.dumps({**content, **change}))

    def ids(*words: str) -> list[str]:
        rows = tradec("runs", "list", *words, "--json").data["runs"]
        return [row["run_id"] for row in rows]

    assert ids() == ["run-0", "run-1", "run-2", "run-3"]
    assert ids("--play", "a") == ["run-0", "run-2", "run-3"]
    assert ids("--since", "2025-06-02") == ["run-1", "run-2", "run-3"]
    assert ids("--sort", "net") == ["run-2", "run-1", "run-3", "run-0"]
    assert ids("--sort", "net", "--limit", "1") == ["run-0"]
    assert ids("--mode", "live") == []


def test_export_writes_any_table_in_any_form(folder: Path, tmp_path: Path) -> None:
    said = tradec("runs", "export", folder, "--json").data
    assert said["file"] == f"{folder.name}-trades.csv"
    rows = pq.read_table(folder / "trades.parquet").to_pylist()
    with Path(said["file"]).open(encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    assert [float(row["net_pnl"]) for row in read] == [row["net_pnl"] for row in rows]
    target = tmp_path / "equity.parquet"
    assert tradec("runs", "export", folder, "--table", "equity", "-o", target).code == 0
    assert pq.read_table(target).equals(pq.read_table(folder / "equity.parquet"))
    target = tmp_path / "trades.json"
    assert tradec("runs", "export", folder, "-o", target).code == 0
    assert json.loads(target.read_text())[0]["other_net_pnl"] is None
    assert tradec("runs", "export", folder, "--table", "features").code == 2
    assert tradec("runs", "export", folder, "-o", tmp_path / "trades.xls").code == 2


def test_prune_deletes_only_what_is_confirmed(folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "runs"
    for number in range(4):
        target = root / f"run-{number}"
        shutil.copytree(folder, target)
        content = json.loads((target / "manifest.json").read_text())
        content["created_at"] = f"20{20 + number}-01-01T00:00:00.000Z"
        (target / "manifest.json").write_text(json.dumps(content))
    (root / "notes").mkdir()
    (root / ".pruned-run-9").mkdir()
    before = sorted(path.name for path in root.iterdir())
    said = tradec("runs", "prune", "--keep", "3", "--json")
    assert (said.code, said.answer["error"]["code"]) == (4, "UNCONFIRMED")
    assert [row["run_id"] for row in said.data["runs"]] == ["run-0"]
    assert sorted(path.name for path in root.iterdir()) == before
    assert tradec("runs", "prune").code == 2
    assert tradec("runs", "prune", "--older-than", "3x").code == 2
    assert tradec("runs", "prune", "--keep", "2", "--older-than", "1d", "--confirm").code == 0
    assert sorted(path.name for path in root.iterdir()) == ["notes", "run-2", "run-3"]
