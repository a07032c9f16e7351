"""The words and numbers of the page: cards, metrics by group, months, assumptions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from tradec.cli.numbers import money, percent, ratio, whole
from tradec.cli.report.story import Story
from tradec.cli.times import shown

if TYPE_CHECKING:
    from tradec.runtime.metrics.definition import Metric

Figures = Mapping[str, Any]

UNDEFINED = "\N{EN DASH}"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CARDS = (
    "net_profit",
    "net_return_pct",
    "benchmark_return_pct",
    "max_drawdown_pct",
    "sharpe",
    "profit_factor",
    "total_trades",
    "win_rate_pct",
    "expectancy_usdt",
    "total_fees",
    "total_slippage_usdt",
    "net_funding",
)
SIGNED = {"net_profit", "net_return_pct", "expectancy_usdt"}
"""Metrics whose sign is told by color as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A metric with its value as text; `sign` is -1, 0 or 1."""

    name: str
    title: str
    value: str
    text: str
    sign: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One cell of the heat map; `depth` is the share of the largest month, 0 to 100."""

    value: str
    depth: int
    sign: int


def groups(metrics: Figures) -> list[tuple[str, list[Figure]]]:
    """Return every metric of the run by its group."""
    from tradec.runtime.metrics.table import METRICS

    known = [metric for metric in METRICS if metric.name in metrics]
    return [
        (group, [_figure(metric, metrics[metric.name]) for metric in inside])
        for group, inside in groupby(known, key=attrgetter("group"))
    ]


def cards(metrics: Figures) -> list[Figure]:
    """Return the figures that everybody looks at first."""
    found = {figure.name: figure for _, inside in groups(metrics) for figure in inside}
    return [found[name] for name in CARDS if name in found]


def _figure(metric: "Metric", value: Any) -> Figure:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    sign = (value > 0) - (value < 0) if is_number and metric.name in SIGNED else 0
    told = _value(value, metric.unit)
    return Figure(
        name=metric.name, title=metric.title, value=told, text=_definition(metric), sign=sign
    )


def _definition(metric: "Metric") -> str:
    return f"{metric.text} [{metric.unit}]" if metric.unit else metric.text


def _value(value: Any, unit: str) -> str:
    """Return a value as its unit is written."""
    match value:
        case None:
            return UNDEFINED
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case Mapping():
            return ", ".join(f"{key} {_value(item, '')}" for key, item in value.items()) or "none"
        case int():
            return whole(value)
        case _ if unit == "USDT":
            return f"{money(value)} USDT"
        case _ if unit.startswith("%"):
            return percent(round(value, 2) + 0.0)  # never -0.00
        case _ if unit.startswith("exec bars") and float(value).is_integer():
            return whole(int(value))
        case _:
            return ratio(value) if abs(value) >= 1 or value == 0 else f"{value:.3g}"


def months(returns: list[Mapping[str, Any]]) -> list[tuple[str, list[Month | None], Month]]:
    """Return (year, its twelve months, the year) from the months of returns.json."""
    by_month = {row["period"]: row["return_pct"] for row in returns}
    largest = max((abs(value) for value in by_month.values() if value is not None), default=0.0)
    years = sorted({period[:4] for period in by_month})
    rows = []
    for year in years:
        names = [f"{year}-{number:02}" for number in range(1, 13)]
        cells = [_month(by_month[name], largest) if name in by_month else None for name in names]
        rows.append((year, cells, _year([by_month[name] for name in names if name in by_month])))
    return rows


def _month(value: float | None, largest: float) -> Month:
    if value is None:
        return Month(value=UNDEFINED, depth=0, sign=0)
    depth = round(100 * abs(value) / largest) if largest else 0
    return Month(value=f"{value:+.2f}", depth=depth, sign=(value > 0) - (value < 0))


def _year(values: list[float | None]) -> Month:
    """Return the return of a year: the product of those of its months."""
    growth = 1.0
    for value in values:
        growth *= 1.0 + (value or 0.0) / 100.0
    return _month(100.0 * (growth - 1.0), 0.0)


def assumptions(story: Story) -> list[tuple[str, str]]:
    """Return what the simulation took for granted, and what the result rests on."""
    manifest = story.manifest
    config, data = manifest["config"], manifest["data"]
    assumed = config["assumed"]
    flat = f", of which {data['flat_rows']:,} stand for absent ones" if data["flat_rows"] else ""
    return [
        ("data", f"{data['source']}, {data['rows']:,} bars of {data['base']}{flat}"),
        ("data hash", str(data["hash"])[:16]),
        ("warm-up", _pairs(manifest["warmup"], " bars")),
        ("orders", assumed["arrival"]),
        ("ties in one bar", assumed["ties"]),
        ("resting limit orders", f"fill when the price goes {_limit(config)}"),
        ("fees", f"taker {_bps(config['taker_rate'])}, maker {_bps(config['maker_rate'])}"),
        ("slippage", f"{_bps(config['slippage_rate'])} on every market fill"),
        ("funding", _funding(assumed)),
        ("mark price", str(assumed["mark_source"]).replace("_", " ")),
        ("leverage", f"{config['leverage']:g}, isolated margin"),
        ("maintenance margin", f"{assumed['maintenance_margin']} rate"),
        ("instrument", _instrument(manifest["instrument"])),
        *(("assumed", line) for line in manifest["defaulted"]),
        *_overridden(manifest),
        ("play", f"{manifest['play_id']}, hash {manifest['play_hash']}"),
        ("digest", str(manifest["digest"])),
        ("made by", f"tradec {manifest['tradec']}, {manifest['engine']} engine"),
    ]


def _limit(config: Figures) -> str:
    is_through = config["backtest"]["limit_fill"] == "through"
    return "through the limit" if is_through else "to the limit"


def _bps(rate: float) -> str:
    return f"{rate * 1e4:g} basis points"


def _funding(assumed: Figures) -> str:
    if not assumed["funding"]:
        return "none is paid or received"
    return f"at recorded instants, {assumed['settlements_booked']:,} settlements booked"


def _instrument(instrument: Figures) -> str:
    limits = ("tick", "step", "min_notional_usdt")
    told = [f"{name.split('_')[0]} {instrument[name]}" for name in limits if instrument.get(name)]
    return ", ".join([*told, str(instrument.get("source", ""))]).rstrip(", ")


def _overridden(manifest: Figures) -> Iterator[tuple[str, str]]:
    if manifest["overrides"]:
        yield ("set on the command line", _pairs(manifest["overrides"]))


def _pairs(values: Figures, unit: str = "") -> str:
    return ", ".join(f"{key} {value}{unit}" for key, value in values.items()) or "none"


def headline(story: Story) -> dict[str, str]:
    """Return the title of the page and what stands below it."""
    manifest = story.manifest
    window = manifest["window"]
    return {
        "title": f"{manifest['play_id']} · {manifest['symbol']} {manifest['exec']}",
        "play": str(manifest["play_id"]),
        "market": f"{manifest['symbol']} {manifest['exec']}",
        "span": f"{shown(window['trade_start'])} to {shown(window['stopped_at'])} UTC",
        "run_id": story.run.run_id,
    }
