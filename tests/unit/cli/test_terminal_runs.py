"""Runs that a risk event ends: exit 10, every file, and the reason in all of them."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commandline import tradec
from complete import complete
from generators.minute_play import ACCOUNT, assuming, market, text

FALLS = [(price,) * 4 for price in (100.0, 95.0, 93.0, 70.0)]
STOPPED = {"risk": "risk: {stop_loss: {type: fixed_points, value: 4}, max_position_pct: 10}\n"}
NO_STOP = {"risk": "risk: {max_position_pct: 10}\n"}
LIMITED = ACCOUNT.replace("max_leverage: 5", "max_leverage: 5, max_drawdown_pct: 1")
ENDINGS = [
    ("end_of_data", STOPPED, 0, "sl"),
    ("liquidated", NO_STOP, 10, "liquidation"),
    ("equity_floor_hit", NO_STOP | assuming("stop_equity_usdt: 9900"), 10, "equity_floor"),
    ("max_drawdown_hit", NO_STOP | {"account": LIMITED}, 10, "max_drawdown"),
]


def ended(folder: Path, sections: dict[str, str]) -> tuple[int, Path]:
    """Return the exit code of a run over falling minutes, and the folder that it leaves."""
    bars = market(FALLS)
    columns = {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")}
    ts = bars.ts0 + bars.base_ms * np.arange(bars.n)
    pq.write_table(pa.table({"ts": ts, **columns}), folder / "minutes.parquet")
    (folder / "play.yml").write_text(complete(text(**sections)), encoding="utf-8")
    how = ("--data", folder / "minutes.parquet", "--engine", "interpreter", "--json")
    said = tradec("run", folder / "play.yml", *how)
    assert said.answer["status"] == "ok", said.out
    return said.code, Path(said.data["run_dir"])


@pytest.mark.parametrize(("reason", "sections", "code", "purpose"), ENDINGS)
def test_every_terminal_stop_leaves_its_folder(
    reason: str, sections: dict[str, str], code: int, purpose: str, tmp_path: Path
) -> None:
    found, folder = ended(tmp_path, sections)
    assert found == code
    assert json.loads((folder / "manifest.json").read_text())["stop_reason"] == reason
    assert json.loads((folder / "metrics.json").read_text())["total_trades"] == 1
    trades = pq.read_table(folder / "trades.parquet").to_pylist()
    assert [trade["exit_reason"] for trade in trades] == [purpose]
    fills = pq.read_table(folder / "fills.parquet")["reason"].to_pylist()
    assert fills == ["entry", purpose]
    _, plain = ended(tmp_path, {"actions": "actions: {entry_long: close > 1000}\n"})
    names = {path.name for path in folder.iterdir()}
    assert names == {path.name for path in plain.iterdir()}
    assert {"orders.parquet", "equity.parquet", "account_curve.parquet", "events.jsonl"} <= names
