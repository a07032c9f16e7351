"""The picture of a run: prices with entries and exits, equity, drawdown."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tradec.cli.numbers import money, percent, ratio, whole
from tradec.cli.plot.panel import THEMES, Colors, Panel, ranged
from tradec.cli.plot.shapes import Area, Line, Picture, Shape, Text, box
from tradec.cli.plot.ticks import time_ticks
from tradec.cli.report.bars import Array, ExecBars, places
from tradec.cli.report.figures import headline
from tradec.cli.report.story import Story

LEFT, RIGHT, TOP, BOTTOM, GAP = 20, 90, 78, 34, 12
SHARES = {"price": 0.62, "equity": 0.24, "drawdown": 0.14}
CANDLES_PIXELS = 3.0
"""Bars narrower than this are drawn as a line from low to high."""


def picture(story: Story, *, width: int, height: int, theme: str) -> Picture:
    """Return the picture; without bars the panels of equity and drawdown share the room."""
    colors = THEMES[theme]
    panels = _panels(story, width, height)
    shapes = [*_heading(story, colors), *_times(story, panels, height, colors)]
    for panel in panels.values():
        shapes += panel.frame(colors)
    if story.bars is not None:
        shapes += _prices(story.bars, panels["price"], colors)
        shapes += _trades(story, panels["price"], colors)
    shapes += _equity(story.equity[1:], panels["equity"], float(story.equity[0]), colors)
    shapes += _drawdown(_drawn_down(story.equity), panels["drawdown"], colors)
    return Picture(
        width=width,
        height=height,
        ground=colors.ground,
        title=" ".join(headline(story).values()),
        shapes=tuple(shapes),
    )


def _panels(story: Story, width: int, height: int) -> dict[str, Panel]:
    names = [name for name in SHARES if name != "price" or story.bars is not None]
    room = height - TOP - BOTTOM - GAP * (len(names) - 1)
    whole_share = sum(SHARES[name] for name in names)
    scales = _scales(story)
    panels, y = {}, float(TOP)
    for name in names:
        tall = room * SHARES[name] / whole_share
        panels[name] = Panel(
            x0=LEFT,
            x1=width - RIGHT,
            y0=y,
            y1=y + tall,
            n=story.equity.size - 1,
            low=scales[name][0],
            high=scales[name][1],
            name={"price": f"{story.manifest['symbol']} {story.manifest['exec']}"}.get(name, name),
            written=_writing(story, name),
        )
        y += tall + GAP
    return panels


def _scales(story: Story) -> dict[str, tuple[float, float]]:
    down = _drawn_down(story.equity)
    found = {"equity": ranged(story.equity), "drawdown": (min(float(down.min()), -1e-9) * 1.1, 0.0)}
    if story.bars is not None:
        found["price"] = ranged(np.concatenate((story.bars.low, story.bars.high)))
    return found


def _writing(story: Story, name: str) -> Any:
    decimals = {"price": story.decimals, "equity": 0}.get(name)
    if decimals is None:
        return lambda value: f"{value + 0.0:.3g} %"
    return lambda value: f"{value:,.{decimals}f}"


def _drawn_down(equity: Array) -> Array:
    """Return the drawdown in % at every exec close, 0 or less."""
    peak = np.maximum.accumulate(equity)
    return np.asarray(100.0 * (equity - peak) / np.where(peak > 0.0, peak, np.inf))[1:]


def _heading(story: Story, colors: Colors) -> Iterator[Shape]:
    head, metrics = headline(story), story.metrics
    yield Text(at=(LEFT, 32), text=head["title"], color=colors.text, size=22)
    profit = f"{money(metrics['net_profit'])} USDT ({percent(metrics['net_return_pct'])})"
    facts = [
        head["span"],
        f"net profit {profit}",
        f"drawdown {percent(metrics['max_drawdown_pct'])}",
        f"Sharpe {ratio(metrics['sharpe'])}",
        f"{whole(metrics['total_trades'])} trades",
        f"won {percent(metrics['win_rate_pct'])}",
        f"fees {money(metrics['total_fees'])}",
    ]
    yield Text(at=(LEFT, 56), text="   ".join(facts), color=colors.muted, size=13)


def _times(story: Story, panels: dict[str, Panel], height: int, colors: Colors) -> Iterator[Shape]:
    first, last = int(story.points[0]), int(story.points[-1])
    some = next(iter(panels.values()))
    most = max(int((some.x1 - some.x0) / 110), 2)
    for ts, label in time_ticks(first, last, most):
        x = some.x(float(places(story.points[:-1], np.array([ts]))[0]))
        for panel in panels.values():
            yield Line(points=((x, panel.y0), (x, panel.y1)), color=colors.grid)
        at = (x, height - BOTTOM + 20)
        yield Text(at=at, text=label, color=colors.muted, size=11, anchor="middle")


def _prices(bars: ExecBars, panel: Panel, colors: Colors) -> Iterator[Shape]:
    pixels = (panel.x1 - panel.x0) / panel.n
    if pixels >= CANDLES_PIXELS:
        yield from _candles(bars, panel, min(pixels * 0.7, 12.0), colors)
        return
    upper, lower = panel.curve(bars.high), panel.curve(bars.low)
    yield Area(points=(*upper, *reversed(lower)), color=colors.accent, opacity=0.25)
    yield Line(points=panel.curve(bars.close), color=colors.accent, width=1.2)


def _candles(bars: ExecBars, panel: Panel, wide: float, colors: Colors) -> Iterator[Shape]:
    rows = zip(bars.open, bars.high, bars.low, bars.close, strict=True)
    for k, (first, high, low, last) in enumerate(rows):
        color = colors.up if last >= first else colors.down
        x, top, bottom = panel.x(k), panel.y(max(first, last)), panel.y(min(first, last))
        yield Line(points=((x, panel.y(high)), (x, panel.y(low))), color=color)
        corners = box(x - wide / 2, top, x + wide / 2, max(bottom, top + 1.0))
        yield Area(points=corners, color=color)


def _trades(story: Story, panel: Panel, colors: Colors) -> Iterator[Shape]:
    """Yield, of each trade, a line from entry to exit and its two marks."""
    ts_open = story.points[:-1]
    for leg in story.legs:
        start, end = places(ts_open, np.array([leg["ts_entry"], leg["ts_exit"]])).tolist()
        x0, y0 = panel.x(start), panel.y(leg["entry_price"])
        x1, y1 = panel.x(end), panel.y(leg["exit_price"])
        color = colors.up if leg["net_pnl"] >= 0 else colors.down
        yield Line(points=((x0, y0), (x1, y1)), color=color, width=1.5)
        is_long = leg["side"] == "long"
        way = 1 if is_long else -1
        tip = ((x0, y0), (x0 - 5, y0 + way * 9), (x0 + 5, y0 + way * 9))
        yield Area(points=tip, color=colors.up if is_long else colors.down)
        yield Area(points=box(x1 - 3.5, y1 - 3.5, x1 + 3.5, y1 + 3.5), color=color)


def _equity(equity: Array, panel: Panel, start: float, colors: Colors) -> Iterator[Shape]:
    curve = panel.curve(equity)
    color = colors.up if equity[-1] >= start else colors.down
    base = panel.y(start)
    yield Area(
        points=((curve[0][0], base), *curve, (curve[-1][0], base)), color=color, opacity=0.15
    )
    yield Line(points=((panel.x0, base), (panel.x1, base)), color=colors.muted)
    yield Line(points=curve, color=color, width=1.6)


def _drawdown(drawdown: Array, panel: Panel, colors: Colors) -> Iterator[Shape]:
    curve = panel.curve(drawdown)
    top = panel.y(0.0)
    closed = ((curve[0][0], top), *curve, (curve[-1][0], top))
    yield Area(points=closed, color=colors.down, opacity=0.25)
    yield Line(points=curve, color=colors.down)
