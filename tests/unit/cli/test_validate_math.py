"""`validate math`: runs of several plays hold, a corrupted cell does not, wherever the bars are."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commandline import tradec

ROOT = Path(__file__).parents[3]
PLAYS = {"ema_cross": 1500, "limit_reversion": 1500, "atr_trail": 1500, "donchian_breakout": 1000}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """Return a run of each play, made once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRADEC_BUILD_DIR", str(ROOT / "build" / "tests" / "cli"))
        patch.chdir(tmp_path_factory.mktemp("once"))
        made = {}
        for name, bars in PLAYS.items():
            words = ("--synthetic", "--bars", bars, "--pattern", "range_wide", "--json")
            said = tradec("run", ROOT / "plays" / f"{name}.yml", *words)
            made[name] = Path(said.data["run_dir"]).resolve()
        yield made


@pytest.mark.parametrize("name", PLAYS)
def test_every_check_holds_of_a_run(folders: dict[str, Path], name: str) -> None:
    said = tradec("validate", "math", folders[name], "--json")
    assert said.data["failed"] == []
    assert (said.code, said.answer["status"]) == (0, "ok")
    checks = {check["name"]: check for check in said.data["checks"]}
    assert len(checks) >= 25
    assert checks["trade.net"]["count"] > 0
    assert {"says", "tolerance", "count", "worst", "holds", "failed", "first"} < set(
        checks["fill.fee"]
    )


def _copied(folder: Path, to: Path) -> Path:
    return Path(shutil.copytree(folder, to / "runs" / folder.name))


def _corrupt(folder: Path, table: str, column: str, row: int, factor: float) -> None:
    """Multiply one cell of a table on the disk."""
    path = folder / f"{table}.parquet"
    whole = pq.read_table(path)
    values = whole[column].to_numpy().copy()
    values[row] *= factor
    place = whole.column_names.index(column)
    pq.write_table(whole.set_column(place, whole.schema.field(column), pa.array(values)), path)


@pytest.mark.parametrize(
    ("table", "column", "check"),
    [
        ("fills", "fee", "fill.fee"),
        ("trades", "net_pnl", "trade.net"),
        ("equity", "equity", "equity.points"),
        ("account_curve", "margin", "account.margin"),
    ],
)
def test_a_corrupted_cell_is_named(
    folders: dict[str, Path], tmp_path: Path, table: str, column: str, check: str
) -> None:
    folder = _copied(folders["ema_cross"], tmp_path)
    values = pq.read_table(folder / f"{table}.parquet")[column].to_numpy()
    row = int(np.flatnonzero(values)[-1])
    _corrupt(folder, table, column, row, 1.001)
    said = tradec("validate", "math", folder, "--json")
    assert said.code == 1
    assert (said.answer["status"], said.answer["error"]["code"]) == ("fail", "MATH_DIFFERS")
    assert check in said.data["failed"]
    text = tradec("validate", "math", folder).out
    assert f"{check}: " in text
    assert "recorded" in text


def test_a_corrupted_metric_is_named(folders: dict[str, Path], tmp_path: Path) -> None:
    folder = _copied(folders["ema_cross"], tmp_path)
    metrics = json.loads((folder / "metrics.json").read_text())
    metrics["ulcer_index"] *= 1.0001
    (folder / "metrics.json").write_text(json.dumps(metrics))
    said = tradec("validate", "math", folder, "--json").data
    assert said["failed"] == ["metrics.drawdown"]
    (failed,) = [check for check in said["checks"] if not check["holds"]]
    assert failed["first"].startswith("ulcer_index: expected ")


def test_bars_of_a_file_that_changed_are_noticed(tmp_path: Path) -> None:
    rows = 4 * 1440
    close = 100 + 5 * np.sin(np.arange(rows) / 180)
    table = {
        "ts": 1_735_689_600_000 + 60_000 * np.arange(rows),
        **dict.fromkeys(("open", "high", "low", "close"), close),
        "volume": np.ones(rows),
    }
    file = tmp_path / "minutes.parquet"
    pq.write_table(pa.table(table), file)
    run: dict[str, Any] = tradec(
        "run", ROOT / "plays" / "ema_cross.yml", "--data", file, "--json"
    ).data
    assert tradec("validate", "math", run["run_id"]).code == 0
    pq.write_table(pa.table({**table, "volume": np.full(rows, 2.0)}), file)
    said = tradec("validate", "math", run["run_id"], "--json").data
    assert said["failed"] == ["data.hash"]
