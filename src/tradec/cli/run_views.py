"""What can be seen of a past run: for each view how it is read, and its text for people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from tradec.cli.error import CommandError
from tradec.cli.numbers import UNDEFINED, interval, money, percent, price, whole
from tradec.cli.table import fitted, pairs, rendered, screen_width, table
from tradec.cli.times import shown

if TYPE_CHECKING:
    from tradec.runtime.artifacts import RunEntry

Rows = list[dict[str, Any]]
CALENDAR_WIDTH = 110
"""A screen that a year of months fits on, in one line."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One view: its content as JSON, of which the text is made."""

    help: str
    read: Callable[["RunEntry"], Any]
    text: Callable[[Any], str]


def _rows(run: "RunEntry", kind: str) -> Rows:
    import pyarrow.parquet as pq

    return list(pq.read_table(run.path / f"{kind}.parquet").to_pylist())


# --- trades -------------------------------------------------------------------------------------


def _trades(rows: Rows) -> str:
    """Return a line for each leg; an ambiguous one has a question mark and its other net."""
    if not rows:
        return "no trades"
    headings = ("trade", "side", "entry", "at", "exit", "at", "by", "qty", "net", "else", "return")
    cells = [
        (
            f"{row['position_id']}.{row['leg']}{'?' if row['is_ambiguous'] else ''}",
            str(row["side"]),
            shown(row["ts_entry"]),
            price(row["entry_price"]),
            shown(row["ts_exit"]),
            price(row["exit_price"]),
            str(row["exit_reason"]),
            price(row["exit_qty"]),
            money(row["net_pnl"]),
            money(row["other_net_pnl"]) if row["is_ambiguous"] else "",
            percent(row["pnl_pct"]),
        )
        for row in rows
    ]
    unused = () if any(row["is_ambiguous"] for row in rows) else (9,)
    kept = [k for k in range(len(headings)) if k not in unused]
    places = {k: kept.index(k) for k in kept}
    return rendered(
        fitted(
            [headings[k] for k in kept],
            [[row[k] for k in kept] for row in cells],
            right="".join("llrrlrlrrrr"[k] for k in kept),
            spare=[places[k] for k in (7, 10, 2, 3, 9, 5, 4) if k in places],
        )
    )


# --- metrics ------------------------------------------------------------------------------------


def _metrics(metrics: Mapping[str, Any]) -> str:
    """Return every metric by its group, with its unit; what is undefined is a dash."""
    from tradec.runtime.metrics.table import METRICS

    parts: list[Any] = []
    for group, members in groupby(METRICS, key=attrgetter("group")):
        rows = [
            (metric.name, shown_value, metric.unit)
            for metric in members
            if metric.name in metrics
            for shown_value in _values(metrics[metric.name])
        ]
        parts += ["", table((group, "value", "unit"), rows, right="lrl")]
    return rendered(*parts[1:])


def _values(value: Any) -> list[str]:
    """Return a value as lines, an object as one line a key."""
    match value:
        case None:
            return [UNDEFINED]
        case bool():
            return ["true" if value else "false"]
        case float():
            return [f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.2f}"]
        case dict():
            lines = [f"{key} {_values(inner)[0]}" for key, inner in value.items()]
            return lines or [UNDEFINED]
        case _:
            return [str(value)]


# --- costs --------------------------------------------------------------------------------------

_COSTS = (
    *("total_realized_pnl", "total_fees", "net_funding", "net_profit", "total_slippage_usdt"),
    *("entry_fees", "exit_fees", "maker_fees", "taker_fees", "total_funding_paid"),
    *("total_funding_received", "avg_slippage_bps", "max_slippage_bps", "total_volume_usdt"),
    *("turnover", "fees_per_exposure_pct", "net_profit_pessimistic", "net_profit_optimistic"),
)


def _read_costs(run: "RunEntry") -> dict[str, Any]:
    return {name: run.metrics.get(name) for name in _COSTS}


def _costs(costs: Mapping[str, Any]) -> str:
    """Return how the profit of prices becomes the net profit, and what the costs are made of."""
    volume, basis = costs["total_volume_usdt"], costs["total_fees"]
    rate = 1e4 * basis / volume if volume else None
    steps = (
        ("profit of prices", money(costs["total_realized_pnl"])),
        ("less fees", money(-costs["total_fees"])),
        ("funding", money(costs["net_funding"])),
        ("net profit", money(costs["net_profit"])),
        ("as an interval", interval(costs[_COSTS[-2]], costs[_COSTS[-1]])),
    )
    made = (
        ("fees of entries, exits", f"{money(costs['entry_fees'])}, {money(costs['exit_fees'])}"),
        ("fees as maker, taker", f"{money(costs['maker_fees'])}, {money(costs['taker_fees'])}"),
        ("fees of the volume", UNDEFINED if rate is None else f"{rate:.2f} bps"),
        ("slippage, in the prices", money(costs["total_slippage_usdt"])),
        ("slippage, average and largest", _basis(costs["avg_slippage_bps"], costs)),
        ("funding paid", money(costs["total_funding_paid"])),
        ("funding received", money(costs["total_funding_received"])),
        ("volume", money(volume)),
    )
    return rendered(table(("USDT", ""), steps, right="lr"), "", pairs(made))


def _basis(average: float | None, costs: Mapping[str, Any]) -> str:
    if average is None:
        return UNDEFINED
    return f"{average:.2f}, {costs['max_slippage_bps']:.2f} bps"


# --- months -------------------------------------------------------------------------------------


def _read_months(run: "RunEntry") -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    from tradec.runtime.metrics.periods import period_returns

    points = pq.read_table(run.path / "equity.parquet")
    columns = (points[name].to_numpy() for name in ("ts_close", "equity"))
    return period_returns(*columns)["month"]


def _months(rows: list[dict[str, Any]]) -> str:
    """Return a line for each year with its months and its own return, or one for each month."""
    if not rows:
        return "no months"
    if screen_width() < CALENDAR_WIDTH:
        cells = [(row["period"], _pct(row["return_pct"])) for row in rows]
        return rendered(table(("month", "return, %"), cells, right="lr"))
    years: dict[str, dict[int, float | None]] = {}
    for row in rows:
        year, month = row["period"].split("-")
        years.setdefault(year, {})[int(month)] = row["return_pct"]
    lines = [
        (year, *(_pct(found[k]) if k in found else "" for k in range(1, 13)), _year(found.values()))
        for year, found in years.items()
    ]
    return rendered(table(("return, %", *MONTHS, "year"), lines, right="l" + "r" * 13))


def _pct(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:.2f}"


def _year(returns: Any) -> str:
    product = 1.0
    for value in returns:
        if value is None:
            return UNDEFINED
        product *= 1.0 + value / 100.0
    return f"{100.0 * (product - 1.0):.2f}"


# --- signals ------------------------------------------------------------------------------------


def _read_signals(run: "RunEntry") -> Rows:
    if not (run.path / "signals.parquet").is_file():
        raise CommandError(
            f"{run.run_id} has no signals",
            code="NOT_RECORDED",
            helps=("run the play with --emit signals",),
        )
    return _rows(run, "signals")


def _signals(rows: Rows) -> str:
    if not rows:
        return "no signals"
    cells = [
        (
            shown(row["ts_close"]),
            str(row["action"]),
            price(row["percent"]),
            f"{row['block']}.{'else' if row['case'] is None else row['case']}",
            whole(row["order_id"]),
            str(row["outcome"]),
        )
        for row in rows
    ]
    headings = ("at", "action", "percent", "by", "order", "outcome")
    return rendered(fitted(headings, cells, right="llrlrl", spare=(2, 4, 3)))


# --- manifest -----------------------------------------------------------------------------------


def _flat(value: Any, name: str = "") -> list[tuple[str, str]]:
    """Return nested figures as dotted names with their values."""
    if not isinstance(value, dict):
        return [(name, UNDEFINED if value is None else str(value))]
    named = ((f"{name}.{key}" if name else key, item) for key, item in value.items())
    return [line for inner, item in named for line in _flat(item, inner)]


VIEWS: dict[str, View] = {
    "manifest": View(
        help="Show what the run was made of.",
        read=lambda run: dict(run.manifest),
        text=lambda manifest: rendered(pairs(_flat(manifest))),
    ),
    "metrics": View(
        help="List every metric; `describe metric` defines them.",
        read=lambda run: dict(run.metrics),
        text=_metrics,
    ),
    "costs": View(
        help="Show fees, slippage and funding on the way to the net profit.",
        read=_read_costs,
        text=_costs,
    ),
    "monthly": View(help="Show the return of each month.", read=_read_months, text=_months),
    "trades": View(
        help="List the trades, a line for each leg.",
        read=lambda run: _rows(run, "trades"),
        text=_trades,
    ),
    "signals": View(
        help="List the decisions and what became of them; needs --emit signals.",
        read=_read_signals,
        text=_signals,
    ),
}
