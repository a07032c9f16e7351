"""Settlements of funding against the data and the positions that were held (simulation.md 12)."""

from typing import Any, Final

import numpy as np

from tradec.runtime.validate.check import Array, Check, Compared, larger, named
from tradec.runtime.validate.evidence import Evidence


def _paid(run: Evidence) -> Any:
    return run.tables["funding"]


def _names(run: Evidence) -> Array:
    return named("settlement", np.arange(1, _paid(run)["ts_funding"].size + 1))


def _events(run: Evidence) -> Compared:
    trades, due = run.tables["trades"], run.minutes.funding_ts
    ids, first = np.unique(trades["position_id"], return_index=True)
    last = np.append(first[1:], trades["position_id"].size) - 1
    expected = [
        (int(ts), int(position))
        for position, a, b in zip(
            ids.tolist(), first.tolist(), last[: ids.size].tolist(), strict=True
        )
        for ts in due[(due > trades["ts_entry"][a]) & (due <= trades["ts_exit"][b])].tolist()
    ]
    found = list(
        zip(_paid(run)["ts_funding"].tolist(), _paid(run)["position_id"].tolist(), strict=True)
    )
    missing, extra = set(expected) - set(found), set(found) - set(expected)
    wrong = np.array([*([True] * (len(missing) + len(extra))), *([False] * len(found))])
    names = [f"settlement of position {p} at {ts}" for ts, p in [*missing, *extra, *found]]
    none = np.zeros(wrong.size, np.bool_)
    return Compared(expected=none, found=wrong.astype(np.bool_), where=np.array(names, object))


def _rates(run: Evidence) -> Compared:
    paid, minutes = _paid(run), run.minutes
    place = np.searchsorted(minutes.funding_ts, paid["ts_funding"])
    known = np.append(minutes.funding_rate, np.nan)[np.minimum(place, minutes.funding_ts.size)]
    return Compared(expected=known, found=paid["rate"], where=_names(run))


def _marks(run: Evidence) -> Compared:
    paid, minutes = _paid(run), run.minutes
    ts, place = paid["ts_funding"], minutes.places(paid["ts_funding"])
    is_own = run.config["assumed"]["mark_source"] != "last_extreme"
    begins = is_own & (place < minutes.n) & ((ts - minutes.ts0) % minutes.base_ms == 0)
    opens = minutes.mark_open[np.minimum(place, minutes.n - 1)]
    expected = np.where(begins, opens, minutes.mark_close[place - 1])
    found = paid["mark_price"]
    return Compared(
        expected=expected, found=found, where=_names(run), scale=larger(expected, 1e-300)
    )


def _quantities(run: Evidence) -> Compared:
    held, found = run.replayed.held_at_funding.astype(np.float64), _paid(run)["qty"]
    return Compared(expected=held, found=found, where=_names(run), scale=larger(held, 1e-300))


def _payments(run: Evidence) -> Compared:
    paid = _paid(run)
    value = paid["qty"] * paid["mark_price"]
    scale = larger(value, 1e-300)
    return Compared(
        expected=-value * paid["rate"], found=paid["pnl"], where=_names(run), scale=scale
    )


def _total(run: Evidence) -> Compared:
    return Compared(
        expected=np.array([_paid(run)["pnl"].sum()]),
        found=np.array([run.tables["trades"]["funding_pnl"].sum()]),
        where=np.array(["the run"], dtype=object),
        scale=run.equity_0,
    )


def _claim(name: str, says: str, tolerance: float, of: Any) -> Check:
    return Check(name=f"funding.{name}", says=says, tolerance=tolerance, of=of)


CHECKS: Final = (
    _claim("events", "what fell due while a position was held, and nothing else", 0.0, _events),
    _claim("rate", "the rate is the data's", 0.0, _rates),
    _claim("mark", "the mark is that of the instant", 1e-12, _marks),
    _claim("qty", "the quantity is what was held", 1e-9, _quantities),
    _claim("pnl", "pnl = -qty * mark * rate", 1e-12, _payments),
    _claim("sum", "sum of the settlements = sum of the legs' funding", 1e-9, _total),
)
