"""The report in headless Chromium: drawn, without a complaint, and it does what it offers."""

import asyncio
import json
import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from jinja2.utils import htmlsafe_json_dumps

from chromium import Page, need_chromium, page
from commandline import tradec
from marketfile import write_minutes

ROOT = Path(__file__).parents[3]
SIZE = (1280, 1000)
T = TypeVar("T")
HOSTILE = "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>"

SHADES = """(() => {
  const found = [...document.querySelectorAll('#chart canvas')].map((canvas) => {
    if (!canvas.width || !canvas.height) return 0;
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return new Set(new Uint32Array(pixels.buffer)).size;
  });
  return Math.max(...found);
})()"""
"""How many colors the busiest canvas of the chart shows."""

RANGE = "[tradec.range().from, tradec.range().to]"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_chromium()
    folder = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRADEC_BUILD_DIR", str(ROOT / "build" / "tests" / "cli"))
        patch.chdir(folder)
        said = tradec("run", "mtf_structure", "--synthetic", "--bars", 900, "--json")
        assert said.data["trades"] > 3
        assert tradec("runs", "report", "last", "--out", "report.html").code == 0
    return folder / "report.html"


def _look(file: Path, ask: Callable[[Page], Coroutine[Any, Any, T]], theme: str = "light") -> T:
    """Return what `ask` finds on a page, which may complain of nothing and fetch nothing."""

    async def looked() -> T:
        async with page() as tab:
            await tab.open(file, theme=theme, size=SIZE)
            found = await ask(tab)
            assert tab.problems == []
            assert {url.split(":")[0] for url in tab.requests} == {"file"}
            return found

    return asyncio.run(looked())


def test_the_chart_is_drawn_and_a_trade_moves_it(report: Path) -> None:
    async def ask(tab: Page) -> None:
        assert await tab.run(SHADES) > 20
        before = await tab.run(RANGE)
        trades = await tab.run("tradec.report.trades.map((t) => [t.i0, t.i1])")
        place = len(trades) - 1
        await tab.run(f"document.querySelector('#trade-rows [data-place=\"{place}\"]').click()")
        await tab.frame()
        after = await tab.run(RANGE)
        assert after != before
        assert after[0] < trades[place][0] <= trades[place][1] < after[1]
        assert after[1] - after[0] < before[1] - before[0]
        chosen = "document.querySelector('#trade-rows [aria-current]').dataset.place"
        assert await tab.run(chosen) == str(place)
        assert "Trade" in await tab.run("document.getElementById('announce').textContent")

    _look(report, ask)


def test_the_page_shows_what_the_run_holds(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    (found,) = re.findall(r'id="data">(.*?)</script>', text)
    told = json.loads(found)

    async def ask(tab: Page) -> None:
        bars = await tab.run("tradec.report.bars.map((b) => [b.open, b.high, b.low, b.close])")
        close = np.cumsum(told["bars"]["c"])
        assert np.allclose([bar[3] for bar in bars], close / 10 ** told["decimals"], atol=1e-9)
        for open_, high, low, close_ in bars:
            assert low <= min(open_, close_) <= max(open_, close_) <= high
        equity = await tab.run("Array.from(tradec.report.equity)")
        assert len(equity) == len(bars) == told["time"]["n"]
        trades = await tab.run("tradec.report.trades")
        assert [row["net_pnl"] for row in trades] == told["trades"]["net_pnl"]
        for row in trades:  # a fill lies in its bar
            bar = bars[row["i1"]]
            assert bar[2] * 0.999 <= row["exit_price"] <= bar[1] * 1.001
        rows = await tab.run("document.querySelectorAll('#trade-rows tr').length")
        assert rows == len(trades)
        drawn = "Object.fromEntries(tradec.report.layers.map((l) => [l.name, l.runs.length]))"
        layers = await tab.run(drawn)
        assert layers["gap.nearest_bull"] > 3
        assert layers["swing.high_level"] > 3

    _look(report, ask)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_follows_the_system_until_it_is_changed(report: Path, theme: str) -> None:
    other = {"light": "dark", "dark": "light"}[theme]
    now = "document.documentElement.dataset.theme"
    corner = """(() => {
      const copy = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
      copy.drawImage(document.querySelector('#chart canvas'), 0, 0);
      return Array.from(copy.getImageData(2, 2, 1, 1).data).slice(0, 3);
    })()"""

    async def ask(tab: Page) -> None:
        assert await tab.run(now) == theme
        before = await tab.run(corner)
        await tab.run("document.getElementById('theme').click()")
        await tab.frame()
        assert await tab.run(now) == other
        after = await tab.run(corner)
        dark, light = sorted([before, after])
        assert max(dark) < 60
        assert min(light) > 200
        assert (before == dark) is (theme == "dark")

    _look(report, ask, theme)


def test_the_keyboard_moves_the_chart(report: Path) -> None:
    async def ask(tab: Page) -> None:
        await tab.run("document.getElementById('chart').focus()")
        whole = await tab.run(RANGE)
        await tab.key("+")
        await tab.frame()
        near = await tab.run(RANGE)
        assert near[1] - near[0] < whole[1] - whole[0]
        await tab.key("ArrowRight")
        await tab.frame()
        assert (await tab.run(RANGE))[0] > near[0]
        await tab.key("n")
        await tab.frame()
        first = await tab.run("document.querySelector('[aria-current]').dataset.place")
        assert first == "0"
        await tab.key("f")
        await tab.frame()
        assert await tab.run(RANGE) == pytest.approx(whole, abs=2)

    _look(report, ask)


def test_a_metric_tells_its_definition_on_hover(report: Path) -> None:
    tip = "document.getElementById('metric-sharpe')"
    place = f"""(() => {{
      const metric = {tip}.parentElement;
      metric.scrollIntoView({{ block: 'center' }});
      const {{ x, y, height }} = metric.getBoundingClientRect();
      return [x + 10, y + height / 2];
    }})()"""
    display = f"getComputedStyle({tip}).display"

    async def ask(tab: Page) -> None:
        assert await tab.run(display) == "none"
        x, y = await tab.run(place)
        await tab.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        await tab.frame()
        assert await tab.run(display) == "block"
        assert "annualized by bars_per_year" in await tab.run(f"{tip}.textContent")

    _look(report, ask)


def test_a_telephone_needs_no_sideways_scrolling(report: Path) -> None:
    async def ask(tab: Page) -> None:
        await tab.call(
            "Emulation.setDeviceMetricsOverride",
            width=400,
            height=800,
            deviceScaleFactor=1,
            mobile=False,
        )
        await tab.frame()
        assert await tab.run("document.documentElement.scrollWidth") <= 400
        assert await tab.run(SHADES) > 20

    _look(report, ask)


def test_layers_and_filters_answer(report: Path) -> None:
    async def ask(tab: Page) -> None:
        await tab.run("document.querySelector('.more').click()")
        pressed = "document.querySelectorAll('.chip[aria-pressed=true]').length"
        before = await tab.run(pressed)
        await tab.run("document.querySelectorAll('.chip').forEach((chip) => chip.click())")
        await tab.frame()
        chips = await tab.run("document.querySelectorAll('.chip').length")
        assert await tab.run(pressed) == chips - before
        await tab.run("""(() => {
          const select = document.getElementById('by-result');
          select.value = '1';
          select.dispatchEvent(new Event('change'));
        })()""")
        won = await tab.run("tradec.report.trades.filter((t) => t.net_pnl > 0).length")
        assert await tab.run("document.querySelectorAll('#trade-rows tr').length") == won
        await tab.run("document.querySelectorAll('#trade-heads button')[8].click()")
        nets = await tab.run(
            "[...document.querySelectorAll('#trade-rows tr')].map((r) => r.children[8].textContent)"
        )
        numbers = [float(net.replace(",", "")) for net in nets]
        assert numbers == sorted(numbers)

    _look(report, ask)


def test_a_hostile_run_does_nothing(tmp_path: Path, report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    (found,) = re.findall(r'id="data">(.*?)</script>', text)
    told = json.loads(found)
    told["trades"]["entry_reason"] = [HOSTILE] * len(told["trades"]["side"])
    told["trades"]["metadata"] = [HOSTILE] * len(told["trades"]["side"])
    told["layers"][0]["name"] = HOSTILE
    hostile = tmp_path / "hostile.html"
    hostile.write_text(text.replace(found, str(htmlsafe_json_dumps(told))), encoding="utf-8")

    async def ask(tab: Page) -> None:
        await tab.run("document.querySelector('#trade-rows tr').click()")
        await tab.frame()
        assert await tab.run("typeof window.pwned") == "undefined"
        assert await tab.run("document.querySelectorAll('#trades img, #layers img').length") == 0
        assert HOSTILE in await tab.run("document.getElementById('trade-rows').textContent")

    _look(hostile, ask)


def test_without_bars_equity_is_drawn(tmp_path: Path) -> None:
    need_chromium()
    file = write_minutes(tmp_path / "minutes.parquet")
    tradec("run", "ema_cross", "--data", file)
    file.unlink()
    tradec("runs", "report", "last", "--out", "bare.html")

    async def ask(tab: Page) -> None:
        assert await tab.run("tradec.report.bars") is None
        assert await tab.run(SHADES) > 5
        await tab.run("document.querySelector('#trade-rows tr').click()")

    _look(tmp_path / "bare.html", ask)


@pytest.mark.slow
def test_fifty_thousand_bars_are_usable(tmp_path: Path) -> None:
    """The file stays small, the page moves, and its work for a frame is bounded."""
    need_chromium()
    file = write_minutes(tmp_path / "minutes.parquet", days=526)
    assert tradec("run", "mtf_structure", "--data", file, "--json").code in {0, 10}
    said = tradec("runs", "report", "last", "--out", "large.html", "--json")
    assert said.data["bars"] > 50_000
    assert said.data["bytes"] < 6_000_000

    async def ask(tab: Page) -> None:
        assert await tab.run(SHADES) > 20
        await tab.run("document.getElementById('chart').focus()")
        for key in ("+", "+", "ArrowLeft", "-", "End", "f"):
            await tab.key(key)
            await tab.frame()
        drawn = await tab.run("tradec.report.bars.length")
        assert drawn == said.data["bars"]

    _look(tmp_path / "large.html", ask)
