"""`run`: the answer, the folder it leaves, where the bars come from, how it ends."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commandline import tradec
from shared import need_shared

PLAYS = Path(__file__).parents[3] / "plays"
EXAMPLE = PLAYS / "ema_cross.yml"
KEYS = {
    "run_id",
    "run_dir",
    "play_hash",
    "bars",
    "trades",
    "initial_equity",
    "final_equity",
    "net_profit",
    "net_profit_pessimistic",
    "net_profit_optimistic",
    "ambiguous_trades",
    "one_tick_trades",
    "max_drawdown_pct",
    "stop_reason",
    "digest",
    "seconds",
}
FILES = {
    "manifest.json",
    "metrics.json",
    "trades.parquet",
    "fills.parquet",
    "orders.parquet",
    "equity.parquet",
    "account_curve.parquet",
    "funding.parquet",
    "events.jsonl",
    "returns.json",
    "play.yml",
    "play.ir.json",
    "strategy.pyx",
}
SYNTHETIC = ("--synthetic", "--bars", "400")
DAY = 86_400_000
START = 1_735_689_600_000


def _run(*words: object) -> dict[str, Any]:
    answer = tradec("run", *words, "--json").answer
    assert answer["status"] == "ok", answer
    return dict(answer["data"])


def _manifest(data: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads((Path(data["run_dir"]) / "manifest.json").read_text()))


def _minutes(path: Path, days: int = 5, step: int = 1) -> Path:
    rows = days * 1440 // step
    close = 100 + 5 * np.sin(np.arange(rows) * step / 180)
    open_ = np.concatenate(([100.0], close[:-1]))
    table = {
        "ts": START + 60_000 * step * np.arange(rows),
        "open": open_,
        "high": np.maximum(open_, close) + 0.01,
        "low": np.minimum(open_, close) - 0.01,
        "close": close,
        "volume": np.ones(rows),
    }
    pq.write_table(pa.table(table), path)
    return path


def test_the_answer_has_the_promised_keys() -> None:
    answer = tradec("run", EXAMPLE, "--synthetic", "--json").answer
    data = answer["data"]
    assert (answer["schema"], answer["status"], answer["error"]) == ("tradec/run/1", "ok", None)
    assert set(data) == KEYS
    assert data["bars"] == 2000
    assert data["trades"] > 0
    assert data["stop_reason"] == "end_of_data"
    assert data["net_profit"] == data["final_equity"] - data["initial_equity"]
    assert len(data["digest"]) == 16
    assert isinstance(data["seconds"], float)


def test_the_folder_holds_the_promised_files() -> None:
    data = _run(EXAMPLE, *SYNTHETIC)
    folder = Path(data["run_dir"])
    assert folder.parent == Path("runs")
    assert folder.name == data["run_id"]
    assert {path.name for path in folder.iterdir()} == FILES
    assert (folder / "play.yml").read_bytes() == EXAMPLE.read_bytes()
    manifest = _manifest(data)
    assert manifest["run_id"] == data["run_id"]
    assert manifest["play_id"] == "ema_cross"
    assert manifest["play_hash"] == data["play_hash"]
    assert manifest["digest"] == data["digest"]
    assert manifest["engine"] == "native"
    assert manifest["data"]["base"] == "1m"
    assert manifest["seed"] == 42
    assert manifest["instrument"]["source"] == "built-in"
    assert manifest["config"]["taker_rate"] == 0.00055
    assert manifest["window"]["trade_start"] == START
    assert data["run_id"].endswith(manifest["input_hash"][:8])
    trades = pq.read_table(folder / "trades.parquet")
    assert len(trades) == data["trades"]
    equity = pq.read_table(folder / "equity.parquet")
    assert len(equity) == data["bars"] + 1
    assert equity["equity"][-1].as_py() == data["final_equity"]


def test_the_same_run_twice_gives_the_same_hashes_in_two_folders() -> None:
    one, two = _run(EXAMPLE, *SYNTHETIC), _run(EXAMPLE, *SYNTHETIC)
    assert one["run_dir"] != two["run_dir"]
    first, second = _manifest(one), _manifest(two)
    for name in ("input_hash", "trades_hash", "equity_hash", "run_hash", "digest"):
        assert first[name] == second[name], name
    for name in FILES - {"manifest.json"}:
        assert (Path(one["run_dir"]) / name).read_bytes() == (
            Path(two["run_dir"]) / name
        ).read_bytes()


def test_the_interpreter_agrees() -> None:
    native = _run(EXAMPLE, *SYNTHETIC)
    slow = _run(EXAMPLE, *SYNTHETIC, "--engine", "interpreter")
    same = KEYS - {"run_id", "run_dir", "seconds"}
    assert {k: native[k] for k in same} == {k: slow[k] for k in same}
    assert _manifest(slow)["engine"] == "interpreter"
    assert _manifest(slow)["run_hash"] == _manifest(native)["run_hash"]


def test_text_is_a_readable_result() -> None:
    said = tradec("run", EXAMPLE, *SYNTHETIC)
    assert said.code == 0
    for word in ("net profit", "max drawdown", "trades", "win rate", "profit factor", "fees"):
        assert word in said.out
    assert "ended by  the end of the data" in said.out
    assert "assumed   synthetic market: seed 42" in said.out
    assert "run       runs/" in said.out
    assert not said.err


def test_features_and_signals_are_emitted_when_asked_for() -> None:
    play = PLAYS / "structure_trend.yml"
    data = _run(play, *SYNTHETIC, "--emit", "features,signals")
    folder = Path(data["run_dir"])
    features = pq.read_table(folder / "features.parquet")
    names = set(features.column_names)
    assert names > {"ts_close", "ema_50", "swing.high_level", "trend.direction", "lowest_20"}
    warmup = _manifest(data)["warmup"]["15m"]
    assert len(features) == warmup + data["bars"]
    assert features["ts_close"][warmup - 1].as_py() == START
    signals = pq.read_table(folder / "signals.parquet")
    assert signals.column_names[:2] == ["ts_close", "action"]
    assert len(signals) >= data["trades"]


def test_a_run_that_fails_leaves_no_features_behind() -> None:
    said = tradec("run", EXAMPLE, *SYNTHETIC, "--end", "2025-01-01T01:00", "--emit", "features")
    assert said.code == 7
    assert list(Path("runs").iterdir()) == []


@pytest.mark.parametrize("words", ["nonsense", "features,nonsense"])
def test_only_known_things_are_emitted(words: str) -> None:
    said = tradec("run", EXAMPLE, *SYNTHETIC, "--emit", words)
    assert said.code == 2
    assert "`nonsense` cannot be emitted" in said.err


def test_the_synthetic_market_is_chosen_by_options_then_play_then_default(tmp_path: Path) -> None:
    said = _manifest(_run(EXAMPLE, *SYNTHETIC))["data"]
    assert (said["pattern"], said["bars"], said["seed"]) == ("trend_up_clean", 400, 42)
    words = ("--pattern", "range_wide", "--seed", "7")
    given = _manifest(_run(EXAMPLE, *SYNTHETIC, *words))["data"]
    assert (given["pattern"], given["seed"]) == ("range_wide", 7)
    text = EXAMPLE.read_text(encoding="utf-8")
    bare = tmp_path / "bare.yml"
    bare.write_text(text.split("validation:")[0], encoding="utf-8")
    default = _manifest(_run(bare, "--synthetic"))["data"]
    assert (default["pattern"], default["bars"], default["seed"]) == ("trending", 2000, 42)
    full = tmp_path / "full.yml"
    full.write_text(text.replace("pattern: ", "bars: 300, seed: 9, pattern: "), encoding="utf-8")
    own = _manifest(_run(full, "--synthetic"))["data"]
    assert (own["bars"], own["seed"]) == (300, 9)


def test_an_unknown_pattern_names_the_nearest() -> None:
    said = tradec("run", EXAMPLE, "--synthetic", "--pattern", "trend_up_cleen")
    assert said.code == 2
    assert "unknown synthetic pattern" in said.err
    assert "`trend_up_clean`" in said.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--pattern", "trending"], "--pattern needs --synthetic"),
        (["--bars", "100"], "--bars needs --synthetic"),
        (["--seed", "1"], "--seed needs --synthetic"),
        (["--synthetic", "--data", "x.parquet"], "exclude each other"),
        (["--start", "2025-02-01", "--end", "2025-01-01"], "--end is not after --start"),
        (["--start", "soon"], "is no instant"),
        (["--set", "nothing"], "is not an assignment"),
        (["--base", "8h"], "8h"),
    ],
)
def test_options_that_make_no_sense(words: list[str], message: str) -> None:
    said = tradec("run", EXAMPLE, *words)
    assert said.code == 2
    assert message in said.err
    assert not Path("runs").exists()


def test_an_empty_catalogue_is_exit_7_and_says_what_to_do() -> None:
    said = tradec("run", EXAMPLE)
    assert said.code == 7
    assert "there are no minutes of BTCUSDT" in said.err
    assert "tradec data import FILE --symbol BTCUSDT" in said.err
    assert "--synthetic" in said.err
    assert tradec("run", EXAMPLE, "--json").answer["error"]["code"] == "HISTORY_UNAVAILABLE"


def test_the_catalogue_is_the_default(tmp_path: Path) -> None:
    source = _minutes(tmp_path / "minutes.parquet")
    assert tradec("data", "import", source, "--symbol", "BTCUSDT").code == 0
    answer = tradec("run", EXAMPLE, "--json").answer
    assert any("CONSTRAINTS_MISSING" in warning for warning in answer["warnings"])
    catalogued = answer["data"]
    filed = _run(EXAMPLE, "--data", source)
    assert catalogued["digest"] == filed["digest"]
    assert _manifest(catalogued)["data"]["kind"] == "catalogue"
    assert _manifest(filed)["data"]["kind"] == "file"


def test_a_window_begins_and_ends_where_it_is_told(tmp_path: Path) -> None:
    source = _minutes(tmp_path / "minutes.parquet")
    data = _run(EXAMPLE, "--data", source, "--start", "2025-01-03", "--end", START + 4 * DAY)
    window = _manifest(data)["window"]
    assert window["trade_start"] == START + 2 * DAY
    assert window["end"] == START + 4 * DAY
    assert data["bars"] == 2 * 96


def test_the_window_of_the_play_is_that_of_the_run(tmp_path: Path) -> None:
    source = _minutes(tmp_path / "m.parquet")
    play = tmp_path / "windowed.yml"
    window = "backtest: {window: {start: 2025-01-03, end: 2025-01-05}}"
    play.write_text(f"{EXAMPLE.read_text()}\n{window}\n")
    found = _manifest(_run(play, "--data", source))["window"]
    assert found["trade_start"] == START + 2 * DAY
    assert found["end"] == START + 4 * DAY
    said = _manifest(_run(play, "--data", source, "--start", "2025-01-04"))["window"]
    assert said["trade_start"] == START + 3 * DAY


def test_limit_entries_are_executed(tmp_path: Path) -> None:
    play = tmp_path / "limits.yml"
    entry = "entry: {order_type: LIMIT, limit_offset_pct: 0.01}"
    play.write_text(f"{EXAMPLE.read_text()}\n{entry}\n")
    data = _run(play, *SYNTHETIC)
    orders = pq.read_table(Path(data["run_dir"]) / "orders.parquet").to_pylist()
    entries = [order for order in orders if order["reason"] == "entry"]
    assert {(order["type"], order["tif"]) for order in entries} == {("LIMIT", "GTC")}


def test_a_mark_that_is_asked_for_must_be_there(tmp_path: Path) -> None:
    play = tmp_path / "marked.yml"
    play.write_text(f"{EXAMPLE.read_text()}\nbacktest: {{mark_source: mark_kline}}\n")
    said = tradec("run", play, *SYNTHETIC, "--json")
    assert (said.code, said.answer["error"]["code"]) == (7, "HISTORY_UNAVAILABLE")


def test_too_little_history_is_exit_7(tmp_path: Path) -> None:
    source = _minutes(tmp_path / "minutes.parquet")
    said = tradec("run", EXAMPLE, "--data", source, "--start", "2025-01-01T06:00")
    assert said.code == 7
    assert "warmed up" in said.err


def test_coarser_bars_are_accepted_only_when_asked_for(tmp_path: Path) -> None:
    source = _minutes(tmp_path / "bars.parquet", days=20, step=15)
    said = tradec("run", EXAMPLE, "--data", source)
    assert said.code == 2
    assert "the data are 15m bars" in said.err
    assert "--base 15m" in said.err
    data = _run(EXAMPLE, "--data", source, "--base", "15m")
    assert _manifest(data)["data"]["base"] == "15m"
    shown = tradec("run", EXAMPLE, "--data", source, "--base", "15m").out
    assert "built from 15m bars" in shown
    assert tradec("run", EXAMPLE, "--data", source, "--base", "1h").code in {2, 7}


def test_minutes_roll_up_to_a_base(tmp_path: Path) -> None:
    source = _minutes(tmp_path / "minutes.parquet")
    fine, coarse = _run(EXAMPLE, "--data", source), _run(EXAMPLE, "--data", source, "--base", "5m")
    assert fine["bars"] == coarse["bars"]
    assert _manifest(coarse)["data"]["rows"] * 5 == _manifest(fine)["data"]["rows"]


@pytest.mark.parametrize("name", ["absent.parquet", "garbage.parquet", "."])
def test_data_that_cannot_be_read_are_exit_7(name: str, tmp_path: Path) -> None:
    (tmp_path / "garbage.parquet").write_bytes(b"PAR1 garbage")
    said = tradec("run", EXAMPLE, "--data", tmp_path / name, "--json")
    assert said.code == 7
    assert said.answer["status"] == "error"


def test_a_terminal_stop_writes_everything_and_is_exit_10(tmp_path: Path) -> None:
    play = tmp_path / "doomed.yml"
    text = EXAMPLE.read_text(encoding="utf-8")
    text = text.replace("max_drawdown_pct: 50", "max_drawdown_pct: 0.2")
    play.write_text(text.replace("slippage_bps: 2", "slippage_bps: 50"), encoding="utf-8")
    said = tradec("run", play, "--synthetic", "--json")
    assert said.code == 10
    assert said.answer["status"] == "ok"
    assert said.data["stop_reason"] == "max_drawdown_hit"
    folder = Path(said.data["run_dir"])
    assert {path.name for path in folder.iterdir()} == FILES
    assert "drawdown stop" in tradec("runs", "show", "last").out


def test_a_run_without_a_trade(tmp_path: Path) -> None:
    play = tmp_path / "idle.yml"
    text = EXAMPLE.read_text(encoding="utf-8")
    play.write_text(text.replace("rsi_14 < 70", "rsi_14 < 1"), encoding="utf-8")
    said = tradec("run", play, *SYNTHETIC)
    assert said.code == 0
    assert re.search(r"win rate +-\n", said.out)
    data = _run(play, *SYNTHETIC)
    assert (data["trades"], data["net_profit"], data["max_drawdown_pct"]) == (0, 0, 0)
    assert {path.name for path in Path(data["run_dir"]).iterdir()} == FILES


def test_a_variable_changes_the_result_but_not_the_module() -> None:
    play = PLAYS / "macd_variables.yml"
    plain = _run(play, *SYNTHETIC)
    other = _run(play, *SYNTHETIC, "--set", "slow=40", "--set", "stop=1.5")
    assert plain["play_hash"] != other["play_hash"]
    assert plain["digest"] != other["digest"]
    one, two = _manifest(plain), _manifest(other)
    assert one["module_hash"] == two["module_hash"]
    assert (two["overrides"], two["params"]["slow"]) == ({"slow": "40", "stop": "1.5"}, 40)
    stop = two["config"]["stop"]
    assert (stop["rule"], stop["value"]) == ("price_percent", 1.5)
    wrong = tradec("run", play, *SYNTHETIC, "--set", "slow=5")
    assert wrong.code == 2


def test_an_artifact_folder_runs_as_it_was_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADEC_BUILD_DIR", str(tmp_path / "build"))
    folder = tradec("compile", EXAMPLE, "--json").data["artifact_dir"]
    played, artifact = _run(EXAMPLE, *SYNTHETIC), _run(folder, *SYNTHETIC)
    assert played["digest"] == artifact["digest"]
    assert tradec("run", folder, *SYNTHETIC, "--set", "a=1").code == 2
    assert tradec("run", ".", *SYNTHETIC, "--json").answer["error"]["code"] == "NOT_AN_ARTIFACT"


def test_an_invalid_play_runs_nothing(tmp_path: Path) -> None:
    play = tmp_path / "bad.yml"
    play.write_text(EXAMPLE.read_text().replace("rsi_14 < 70", "rsi_41 < 70"), encoding="utf-8")
    for engine in ("native", "interpreter"):
        said = tradec("run", play, *SYNTHETIC, "--engine", engine)
        assert said.code == 2
        assert "error[E401]" in said.err
    assert not Path("runs").exists()


def test_the_folder_of_runs_can_be_chosen(tmp_path: Path) -> None:
    data = _run(EXAMPLE, *SYNTHETIC, "--out", tmp_path / "elsewhere")
    assert Path(data["run_dir"]).parent == tmp_path / "elsewhere"


def test_real_minutes() -> None:
    source = need_shared("data", "bybit_linear_BTCUSDT_1m_2025-05_06.parquet")
    assert tradec("data", "import", source, "--symbol", "BTCUSDT").code == 0
    data = _run(EXAMPLE)
    assert data["bars"] > 2800
    assert data["trades"] > 10


@pytest.mark.parametrize("start", ["1969-12-31", "99999999999999999", "12345678", "2025-13-01"])
def test_an_instant_without_a_date_is_a_wrong_command_line(start: str) -> None:
    assert tradec("run", EXAMPLE, *SYNTHETIC, "--start", start).code == 2


def test_an_end_before_the_market_begins() -> None:
    said = tradec("run", EXAMPLE, *SYNTHETIC, "--end", "2020-01-01")
    assert said.code == 2
    assert "when the synthetic market begins" in said.err


def test_a_folder_that_cannot_be_made_is_no_defect() -> None:
    Path("file").write_text("")
    said = tradec("run", EXAMPLE, *SYNTHETIC, "--out", "file/runs")
    assert said.code == 1
    assert "the system refuses" in said.err


@pytest.mark.parametrize("command", ["run", "check", "compile"])
def test_an_empty_name_names_no_play(command: str) -> None:
    said = tradec(command, "")
    assert said.code == 2
    assert "there is no play ``" in said.err


@pytest.mark.parametrize("base", ["1m", "1h", "4h"])
def test_calendar_timeframes_warm_up_before_the_market_begins(base: str, tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    text = text.replace("low_tf: 15m, med_tf: 1h, high_tf: 4h", "low_tf: 4h, med_tf: D, high_tf: W")
    text = text.replace(
        "  rsi_14:", "  sma_2_M: {indicator: sma, params: {length: 2}, tf: M}\n  rsi_14:"
    )
    text = text.replace("rsi_14 < 70", "rsi_14 < 70 and close > sma_2_M and W.close > 1")
    play = tmp_path / "calendar.yml"
    play.write_text(text, encoding="utf-8")
    data = _run(play, "--synthetic", "--bars", "120", "--base", base)
    manifest = _manifest(data)
    assert data["bars"] == 120
    assert manifest["window"]["trade_start"] == START
    assert set(manifest["warmup"]) == {"4h", "W", "M"}


def test_rejected_entries_and_filled_minutes_are_told(tmp_path: Path) -> None:
    source = _minutes(tmp_path / "minutes.parquet")
    rows = pq.read_table(source)
    holed = pa.concat_tables([rows.slice(0, 2000), rows.slice(2002)])
    pq.write_table(holed, source)
    play = tmp_path / "poor.yml"
    text = EXAMPLE.read_text(encoding="utf-8")
    text = text.replace("starting_equity_usdt: 10000", "starting_equity_usdt: 12")
    play.write_text(text.replace("min_trade_notional_usdt: 10", "min_trade_notional_usdt: 100"))
    said = tradec("run", play, "--data", source)
    assert said.code == 0
    assert "2 absent bars stand as flat ones" in said.out
    assert "no entries from then on" in said.out or "were rejected" in said.out


@pytest.mark.parametrize("engine", ["native", "interpreter"])
def test_data_that_a_play_reads_and_no_one_has_are_said(tmp_path: Path, engine: str) -> None:
    text = (Path(__file__).parents[3] / "plays" / "ema_cross.yml").read_text(encoding="utf-8")
    rule = "open_interest > 0 or mark_price > close or funding_rate > 0"
    play = tmp_path / "reads.yml"
    before, _, after = text.partition("actions:")
    rest = after[after.index("\nposition_policy") :]
    play.write_text(f'{before}actions: {{entry_long: "{rule}"}}\n{rest}', encoding="utf-8")
    said = tradec("run", play, "--synthetic", "--bars", "60", "--engine", engine, "--json")
    warned = [one for one in said.answer["warnings"] if "DATA_MISSING" in str(one)]
    assert len(warned) >= 2, said.answer["warnings"]
    assert any("open interest" in str(one) for one in warned)
    assert said.answer["status"] == "ok"


@pytest.mark.parametrize("turn", ["close", "reverse"])
def test_entries_of_the_other_side_turn_a_position(turn: str, tmp_path: Path) -> None:
    play = tmp_path / "turning.yml"
    text = EXAMPLE.read_text().split("\nactions:")[0]
    play.write_text(
        f"""{text}
actions:
  entry_long: "ema_9 crosses above ema_21"
  entry_short: "ema_9 crosses below ema_21"
position_policy: {{mode: long_short, exit_mode: first_hit, on_opposite: {turn}}}
risk: {{stop_loss_pct: 50, max_position_pct: 20}}
"""
    )
    runs = [_run(play, *SYNTHETIC, "--engine", engine) for engine in ("native", "interpreter")]
    assert runs[0]["digest"] == runs[1]["digest"]
    assert runs[0]["final_equity"] == runs[1]["final_equity"]
    trades = pq.read_table(Path(runs[0]["run_dir"]) / "trades.parquet").to_pydict()
    assert "opposite" in trades["exit_reason"]
    # Crossings alternate, so one that only closes leaves the next entry to the first side again.
    assert len(set(trades["side"])) == (2 if turn == "reverse" else 1)


def test_what_a_play_expects_is_held_against_its_synthetic_market(tmp_path: Path) -> None:
    play = tmp_path / "expecting.yml"
    text = EXAMPLE.read_text().split("\nvalidation:")[0]
    expect = "{min_trades: 100000, max_drawdown_pct: 99}"
    play.write_text(f"{text}\nvalidation: {{expect: {expect}}}\n")
    said = tradec("run", play, *SYNTHETIC)
    assert said.code == 0
    assert "expected by the play: min_trades: at least 100000, the run has" in said.err
    assert said.err.count("expected by the play") == 1
    bars = _minutes(tmp_path / "m.parquet")
    assert "expected by the play" not in tradec("run", play, "--data", bars).err
