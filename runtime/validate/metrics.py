"""What `metrics.json`, `returns.json` and the manifest say, against what was computed anew."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from tradec.runtime.validate import statistics, tallies
from tradec.runtime.validate.check import Array, Check, Compared
from tradec.runtime.validate.evidence import Evidence

GROUPS: Final[Mapping[str, Callable[[Evidence], Mapping[str, Any]]]] = {
    "profit": statistics.profit,
    "drawdown": statistics.drawdown,
    "returns": statistics.returns,
    "exposure": statistics.exposure,
    "margin": statistics.margin,
    "trades": tallies.trades,
    "sides": tallies.sides,
    "times": tallies.times,
    "excursions": tallies.excursions,
    "costs": tallies.costs,
    "entries": tallies.entries,
}


def _flat(figures: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield numbers by name, those of an object by its keys; null is NaN, a word its letters."""
    for name, value in figures.items():
        match value:
            case Mapping():
                yield from _flat({f"{name}.{key}": inner for key, inner in value.items()})
            case None:
                yield name, np.nan
            case str():
                yield name, float(int.from_bytes(value.encode()[:6], "big"))
            case _:
                yield name, float(value)


def _group(compute: Callable[[Evidence], Mapping[str, Any]]) -> Callable[[Evidence], Compared]:
    """Return a comparison of a group of metrics."""

    def compare(run: Evidence) -> Compared:
        computed = compute(run)
        expected = dict(_flat(computed))
        found = dict(_flat({name: run.metrics.get(name) for name in computed}))
        names = sorted(expected | found)
        wanted = np.array([expected.get(name, np.nan) for name in names])
        shown = np.array([found.get(name, np.nan) for name in names])
        scale = np.maximum(np.nan_to_num(np.abs(wanted)), 1.0)
        where = np.array(names, dtype=object)
        return Compared(expected=wanted, found=shown, where=where, scale=scale)

    return compare


def _identity(run: Evidence) -> Compared:
    manifest, window = run.manifest, run.manifest["window"]
    points = run.tables["equity"]["equity"]
    expected = {
        "play_id": manifest["play_id"],
        "symbol": manifest["symbol"],
        "tf_exec": manifest["exec"],
        "window_start": window["trade_start"],
        "window_end": window["end"],
        "trades_count": int(np.unique(run.tables["trades"]["position_id"]).size),
        "net_pnl_usdt": float(points[-1] - points[0]),
        "stop_reason": manifest["stop_reason"],
    }
    found = [run.metrics.get(name) for name in expected]
    same = [a == b for a, b in zip(expected.values(), found, strict=True)]
    return Compared(
        expected=np.ones(len(same), np.bool_),
        found=np.array(same, np.bool_),
        where=np.array(list(expected), dtype=object),
    )


def _periods(kind: str) -> Callable[[Evidence], Compared]:
    """Return a comparison of the returns by day, week or month."""

    def compare(run: Evidence) -> Compared:
        closes, points = (run.tables["equity"][name] for name in ("ts_close", "equity"))
        ends: dict[str, float] = {}
        for ts, equity in zip(closes[1:].tolist(), points[1:].tolist(), strict=True):
            ends[_period(kind, ts - 1)] = equity
        rows = {row["period"]: row for row in run.returns[kind]}
        before, expected = float(points[0]), []
        for equity in ends.values():
            expected.append(100.0 * (equity - before) / before if before > 0.0 else np.nan)
            before = equity
        names = list(ends)
        if list(rows) != names:
            expected, names = [np.nan], [f"the {kind}s"]
            return _compared(expected, [0.0], names)
        found = [rows[name]["return_pct"] for name in names]
        return _compared(expected, found, names)

    return compare


def _compared(expected: list[Any], found: list[Any], names: list[str]) -> Compared:
    return Compared(
        expected=np.array(expected, dtype=np.float64),
        found=np.array(found, dtype=np.float64),
        where=np.array(names, dtype=object),
        scale=100.0,
    )


def _period(kind: str, ts: int) -> str:
    """Return the name of the period that contains an instant."""
    moment = datetime.fromtimestamp(ts / 1000, UTC)
    if kind == "week":
        year, week, _ = moment.isocalendar()
        return f"{year}-W{week:02}"
    return f"{moment:%Y-%m-%d}" if kind == "day" else f"{moment:%Y-%m}"


def _data(run: Evidence) -> Compared:
    return _words([run.manifest["data"]["hash"]], [run.data_hash], ["data"])


def _hashes(run: Evidence) -> Compared:
    names = ("trades_hash", "equity_hash", "run_hash")
    expected = [run.hashes[name] for name in names]
    return _words(expected, [run.manifest.get(name) for name in names], list(names))


def _words(expected: list[Any], found: list[Any], names: list[str]) -> Compared:
    def column(values: list[Any]) -> Array:
        return np.array(values, dtype=object)

    return Compared(expected=column(expected), found=column(found), where=column(names))


CHECKS: Final = (
    Check(
        name="data.hash", says="the bars, read again, are those of the run", tolerance=0.0, of=_data
    ),
    Check(name="run.hashes", says="the hashes are those of the tables", tolerance=0.0, of=_hashes),
    *(
        Check(name=f"metrics.{name}", says=f"every metric of {name}", tolerance=1e-8, of=_group(of))
        for name, of in GROUPS.items()
    ),
    Check(
        name="metrics.identity",
        says="what stands in front of the metrics",
        tolerance=0.0,
        of=_identity,
    ),
    *(
        Check(
            name=f"returns.{kind}",
            says=f"last equity of the {kind} / last one before - 1",
            tolerance=1e-9,
            of=_periods(kind),
        )
        for kind in ("day", "week", "month")
    ),
)
