"""What holds at the moment of asking: an instrument's filters, its risk tiers.

A snapshot is stored with the exchange's time of the asking, and only where something differs from
the one before: the history tells from when on a filter held.
"""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from tradec.runtime.bybit import market
from tradec.runtime.bybit.client import Client
from tradec.runtime.bybit.endpoints import INSTRUMENTS, RISK_LIMIT
from tradec.runtime.bybit.errors import BadAnswerError
from tradec.runtime.data.catalog import Catalog
from tradec.runtime.data.kinds import kind_named

KINDS = frozenset({"instrument", "risk_tier"})

_FRACTION, _PERCENT = Decimal(1), Decimal(100)
_TOLERANCE = Decimal("0.02")


def take(client: Client, catalog: Catalog, venue: str, symbol: str, kind: str) -> int:
    """Ask for a snapshot and store it if it says something new; return the rows written."""
    client.measure_clock()
    now = client.now_ms()
    rows = _instrument(client, symbol) if kind == "instrument" else _tiers(client, symbol)
    if _same(latest(catalog, venue, symbol, kind), rows):
        return 0
    names = [name for name, _ in kind_named(kind).columns]
    columns = {name: [row.get(name, now) for row in rows] for name in names}
    import pyarrow as pa  # noqa: PLC0415 - deferred: heavy

    return catalog.write(venue, symbol, kind, pa.table(columns), "rest").written


def latest(
    catalog: Catalog, venue: str, symbol: str, kind: str, at_ms: int | None = None
) -> list[dict[str, Any]]:
    """Return the rows of the last snapshot taken by `at_ms`; of the first one if all are later."""
    rows = catalog.read_rows(venue, symbol, kind).to_pylist()
    if not rows:
        return []
    times = sorted({row["ts"] for row in rows})
    taken = [ts for ts in times if at_ms is None or ts <= at_ms] or times[:1]
    return [row for row in rows if row["ts"] == taken[-1]]


def _same(before: list[dict[str, Any]], now: list[dict[str, Any]]) -> bool:
    def bare(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{name: value for name, value in row.items() if name != "ts"} for row in rows]

    return bare(before) == bare(now)


def _instrument(client: Client, symbol: str) -> list[dict[str, Any]]:
    found = market.instrument(client, symbol)
    try:
        return [_described(found)]
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        what = f"the description of {symbol} lacks or garbles {error}"
        raise BadAnswerError(INSTRUMENTS.path, what) from None


def _described(found: Mapping[str, Any]) -> dict[str, Any]:
    lots, prices, leverage = (
        found["lotSizeFilter"],
        found["priceFilter"],
        found["leverageFilter"],
    )
    return {
        "status": str(found["status"]),
        "settle": str(found["settleCoin"]),
        "tick": _positive(prices["tickSize"]),
        "step": _positive(lots["qtyStep"]),
        "min_qty": _positive(lots["minOrderQty"]),
        "max_qty": _positive(lots["maxOrderQty"]),
        "max_mkt_qty": _positive(lots.get("maxMktOrderQty") or lots["maxOrderQty"]),
        "min_notional": _number(lots.get("minNotionalValue") or "0"),
        "max_lev": _positive(leverage["maxLeverage"]),
        "lev_step": _positive(leverage["leverageStep"]),
        "funding_min": int(found["fundingInterval"]),
        "launch_ts": int(found["launchTime"]),
        "raw": json.dumps(found, sort_keys=True, separators=(",", ":")),
    }


def _tiers(client: Client, symbol: str) -> list[dict[str, Any]]:
    """Return the tiers, lowest first, with rates as fractions.

    Bybit's own samples give maintenance rates as a fraction and as percent. Initial margin times
    leverage tells which: it is 1 or 100. Anything else is refused.
    """
    rows = []
    for item in market.risk_tiers(client, symbol):
        try:
            rows.append(_tier(item))
        except (KeyError, TypeError, ValueError, InvalidOperation) as error:
            what = f"a risk tier of {symbol} lacks or garbles {error}"
            raise BadAnswerError(RISK_LIMIT.path, what) from None
    rows.sort(key=lambda row: Decimal(row["limit_value"]))
    return [{**row, "tier": place + 1} for place, row in enumerate(rows)]


def _tier(item: Mapping[str, Any]) -> dict[str, Any]:
    initial, leverage = Decimal(str(item["initialMargin"])), Decimal(str(item["maxLeverage"]))
    product = initial * leverage
    scale = next((s for s in (_FRACTION, _PERCENT) if abs(product / s - 1) <= _TOLERANCE), None)
    if scale is None:
        raise ValueError(f"initialMargin {initial} at leverage {leverage}")
    return {
        "limit_value": _positive(item["riskLimitValue"]),
        "imr": format(initial / scale, "f"),
        "mmr": format(Decimal(str(item["maintenanceMargin"])) / scale, "f"),
        "mm_deduction": _number(item.get("mmDeduction") or "0"),
        "max_lev": _positive(item["maxLeverage"]),
    }


def _number(text: Any) -> str:
    value = Decimal(str(text))
    if not value.is_finite() or value < 0:
        raise ValueError(str(text))
    return str(text)


def _positive(text: Any) -> str:
    if Decimal(_number(text)) == 0:
        raise ValueError(str(text))
    return str(text)
