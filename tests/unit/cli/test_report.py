"""`runs report`: one file that fetches nothing, says everything, and believes no text."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from commandline import tradec
from marketfile import write_minutes
from tradec.cli.report.figures import months
from tradec.cli.report.page import asset
from tradec.runtime.metrics.table import METRICS

PLAY = (Path(__file__).parents[3] / "plays" / "ema_cross.yml").read_text()
HOSTILE = "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>\"'&{{7*7}}"


class Seen(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.data: list[str] = []
        self._scripts = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.data.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def _run(*words: object, play: str = PLAY) -> Path:
    Path("mine.yml").write_text(play)
    said = tradec("run", "mine.yml", "--synthetic", "--bars", 400, *words, "--json")
    assert said.code == 0, said.out
    return Path(said.data["run_dir"])


def _report(*words: object) -> tuple[str, dict[str, Any]]:
    said = tradec("runs", "report", "last", *words, "--json")
    assert said.answer["schema"] == "tradec/runs-report/1"
    return Path(said.data["file"]).read_text(encoding="utf-8"), said.answer


def _data(text: str) -> dict[str, Any]:
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text)
    return dict(json.loads(found))


def test_the_file_is_named_and_lies_in_the_folder_of_the_run() -> None:
    folder = _run()
    said = tradec("runs", "report", "last")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"{folder / 'report.html'} (")
    assert not list(folder.glob(".*"))
    text, answer = _report("--out", "deep/down/mine.html")
    assert answer["data"]["file"] == "deep/down/mine.html"
    assert answer["data"]["bytes"] == len(text.encode())
    assert answer["data"]["bars"] == 400


def test_warnings_of_the_play_are_not_told_again() -> None:
    Path("mine.yml").write_text(PLAY.replace("ema_9", "fast"))
    assert "W106" in tradec("run", "mine.yml", "--synthetic", "--bars", 300).err
    said = tradec("runs", "report", "last")
    assert (said.code, said.err) == (0, "")


def test_a_run_without_trades_has_a_report() -> None:
    folder = _run(play=PLAY.replace("rsi_14 < 70", "rsi_14 < 0.5"))
    text, answer = _report()
    assert answer["data"]["trades"] == 0
    assert _data(text)["trades"]["side"] == []
    assert tradec("runs", "plot", "last").code == 0
    assert (folder / "plot.png").is_file()


def test_the_same_run_gives_the_same_file() -> None:
    _run()
    first, _ = _report()
    again, _ = _report("--out", "again.html")
    assert first == again


def test_nothing_is_fetched() -> None:
    _run()
    text, _ = _report()
    seen = Seen(text)
    fetched = {"src", "srcset", "action", "poster", "data", "background", "ping", "manifest"}
    for tag, attributes in seen.tags:
        assert not fetched & set(attributes), tag
        if "href" in attributes and not str(attributes["href"]).startswith("#"):
            assert tag == "a", "only a link may lead elsewhere"
    assert not {"link", "iframe", "object", "embed", "base", "img"} & {tag for tag, _ in seen.tags}
    (policy,) = [m["content"] for m in seen.named("meta") if m.get("http-equiv")]
    assert str(policy).startswith("default-src 'none'")
    assert "http" not in str(policy)
    assert not re.search(r"url\(|@import", asset("report.css"))


def test_the_library_is_attributed() -> None:
    _run()
    text, _ = _report()
    links = [one["href"] for one in Seen(text).named("a")]
    assert "https://www.tradingview.com/" in links
    assert "TradingView Lightweight Charts" in text
    assert "Copyright (c) 2026 TradingView, Inc." in text
    assert "Apache License" in text


def test_every_metric_is_there_with_its_definition() -> None:
    folder = _run()
    text, _ = _report()
    words = " ".join(Seen(text).data)
    present = json.loads((folder / "metrics.json").read_text())
    for metric in METRICS:
        assert metric.name in present
        assert f'id="metric-{metric.name}"' in text
        assert metric.definition in words
    ids = re.findall(r'\bid="([^"]+)"', text[: text.index('id="data"')])
    assert len(ids) == len(set(ids))
    described = re.findall(r'aria-describedby="([^"]+)"', text)
    assert set(described) <= set(ids)


def test_the_data_are_those_of_the_run() -> None:
    folder = _run()
    text, _ = _report()
    data = _data(text)
    trades = pq.read_table(folder / "trades.parquet").to_pylist()
    assert data["trades"]["net_pnl"] == [row["net_pnl"] for row in trades]
    assert data["trades"]["i0"] == [row["entry_bar_index"] for row in trades]
    assert data["trades"]["i1"] == [min(row["exit_bar_index"], 399) for row in trades]
    equity = pq.read_table(folder / "equity.parquet")
    assert data["time"]["start"] * 1000 == equity["ts_close"][0].as_py()
    assert data["time"]["n"] == len(data["bars"]["c"]) == equity.num_rows - 1
    told = data["equity"]
    last = (told["v"][-1] if told["e"] == "r" else sum(told["v"])) / 1e4
    assert last == pytest.approx(equity["equity"][-1].as_py(), abs=1e-4)
    assert {layer["name"] for layer in data["layers"]} == {"ema_9", "ema_21"}


def test_what_the_run_rests_on_is_said() -> None:
    _run()
    text, _ = _report()
    words = " ".join(Seen(text).data)
    for said in (
        "taker 5.5 basis points",
        "2 basis points on every market fill",
        "15m",
        "built-in",
    ):
        assert said in words
    assert "under 30 days" in words
    assert "Ended by the end of the data." in words


def test_no_text_of_a_run_becomes_markup() -> None:
    play = PLAY.replace("EMA 9/21 cross on 15 minutes", HOSTILE.replace('"', "")) + f"# {HOSTILE}\n"
    folder = _run(play=play.replace("description: ", "description: >-\n  "))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest |= {"play_id": HOSTILE, "symbol": HOSTILE, "warnings": [HOSTILE]}
    manifest["defaulted"] = [HOSTILE]
    manifest["data"]["source"] = HOSTILE
    (folder / "manifest.json").write_text(json.dumps(manifest))
    text, _ = _report()
    seen = Seen(text)
    assert len(seen.named("script")) == 3
    assert not seen.named("img")
    assert HOSTILE in "".join(seen.data)
    assert _data(text)["symbol"] == HOSTILE
    assert "49" not in seen.data


def test_a_stop_is_told_first() -> None:
    folder = _run()
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"stop_reason": "liquidated"}))
    text, _ = _report()
    assert '<li class="bad">Ended by liquidation.</li>' in text


def test_without_its_data_a_run_is_shown_without_bars() -> None:
    Path("mine.yml").write_text(PLAY)
    file = write_minutes(Path("minutes.parquet"))
    tradec("run", "mine.yml", "--data", file)
    file.unlink()
    text, answer = _report()
    assert answer["data"]["bars"] == 0
    assert "no bars are drawn" in answer["warnings"][0]
    assert "No bars are drawn" in text
    data = _data(text)
    assert data["bars"] is None
    assert len(data["trades"]["i0"]) > 0


def test_months_of_a_year_are_a_row() -> None:
    rows = months(
        [
            {"period": "2024-12", "return_pct": -5.0},
            {"period": "2025-01", "return_pct": 10.0},
            {"period": "2025-02", "return_pct": -10.0},
        ]
    )
    assert [year for year, _, _ in rows] == ["2024", "2025"]
    cells, total = rows[1][1], rows[1][2]
    assert cells[0] is not None
    assert cells[1] is not None
    assert (cells[0].value, cells[0].depth, cells[0].sign) == ("+10.00", 100, 1)
    assert (cells[1].value, cells[1].depth, cells[1].sign) == ("-10.00", 100, -1)
    assert cells[2:] == [None] * 10
    assert total.value == "-1.00"
    first = rows[0][1][11]
    assert first is not None
    assert first.depth == 50
