"""`play list` and `play show`: what plays there are, and what one is made of."""

from pathlib import Path

from commandline import tradec

EXAMPLE = Path(__file__).parents[3] / "plays" / "mtf_trend.yml"


def test_the_list_names_own_plays_first_and_says_which_have_errors() -> None:
    Path("plays").mkdir()
    text = EXAMPLE.read_text(encoding="utf-8")
    Path("plays/mtf_trend.yml").write_text(text.replace("BTC", "SOL"), encoding="utf-8")
    Path("plays/broken.yml").write_text(text.replace("rsi_7, cross", "rsi_8, cross"), "utf-8")
    Path("plays/latin.yml").write_bytes(b"name: \xff")
    rows = {row["id"]: row for row in tradec("play", "list", "--json").data["plays"]}
    own = rows["mtf_trend"]
    assert (own["symbol"], own["exec"], own["example"]) == ("SOLUSDT", "15m", False)
    assert own["description"] == "Pullbacks on 15 minutes with the trend of 1h and 4h"
    assert own["state"] == "ok"
    assert rows["ema_cross"]["example"] is True
    assert rows["broken"]["state"] == "2 errors"
    assert "not a text file" in rows["latin"]["state"]
    said = tradec("play", "list")
    assert said.code == 0
    assert "2 with errors" in said.out


def test_a_summary() -> None:
    data = tradec("play", "show", "mtf_trend", "--json").data
    assert data["timeframes"] == ["15m", "1h", "4h"]
    assert (data["indicators"], data["structures"]) == (4, 0)
    assert data["actions"] == ["entry_long", "entry_short", "exit_long", "exit_short"]
    assert "features" not in data
    assert "Pullbacks on 15 minutes" in tradec("play", "show", "mtf_trend").out


def test_features_with_their_warm_up() -> None:
    rows = tradec("play", "show", "mtf_trend", "--features", "--json").data["features"]
    assert [row["name"] for row in rows] == ["ema_20", "rsi_7", "ema_50_1h", "ema_21_4h"]
    assert rows[0]["warmup_bars"] == 90  # as `describe ema` says of its default length
    assert rows[2]["timeframe"] == "1h"
    assert "ema_50_1h" in tradec("play", "show", "mtf_trend", "--features").out


def test_the_warm_up_is_that_of_check() -> None:
    shown = tradec("play", "show", "mtf_trend", "--warmup", "--json").data["warmup"]
    assert shown == tradec("check", "mtf_trend", "--warmup", "--json").data["warmup"]["mtf_trend"]
    assert [row["timeframe"] for row in shown] == ["15m", "1h", "4h"]


def test_the_normal_form_is_that_of_fmt() -> None:
    Path("mine.yml").write_bytes(EXAMPLE.read_bytes())
    shown = tradec("play", "show", "mine.yml", "--normalized", "--json").data["normalized"]
    assert Path("mine.yml").read_bytes() == EXAMPLE.read_bytes()
    assert tradec("fmt", "mine.yml").code == 0
    assert shown == Path("mine.yml").read_text(encoding="utf-8")


def test_a_play_with_errors_is_refused_with_them() -> None:
    Path("bad.yml").write_text(EXAMPLE.read_text("utf-8").replace("ema_20]", "ema_2]"), "utf-8")
    said = tradec("play", "show", "bad.yml")
    assert said.code == 2
    assert "ema_2" in said.err
