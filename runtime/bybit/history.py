"""What an account earned, paid and moved since an instant, over every page (live-runtime.md 8, 10).

Times are ms UTC. Profit is net of trading fees; funding is told apart, positive where received.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tradec.runtime.bybit.client import Client
from tradec.runtime.bybit.endpoints import CLOSED_PNL, TRANSACTIONS, Endpoint
from tradec.runtime.bybit.errors import BadAnswerError
from tradec.runtime.bybit.market import CATEGORY
from tradec.runtime.bybit.paging import paged

DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
CLOSED_PAGE, TRANSACTIONS_PAGE = 100, 50
_TRANSFERS = frozenset({"TRANSFER_IN", "TRANSFER_OUT"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """What a stretch of time brought, in the settle coin."""

    realized: Decimal
    funding: Decimal
    closings: int

    @property
    def net(self) -> Decimal:
        """Return profit after fees and funding."""
        return self.realized + self.funding


def earned(client: Client, symbol: str | None, since_ms: int, until_ms: int) -> Earned:
    """Return the profit of a span; `symbol` None is the whole account.

    The seed of the daily loss (live-runtime.md 10.2).
    """
    closed = list(closings(client, symbol, since_ms, until_ms))
    funding = [
        _number(TRANSACTIONS, row, "funding")
        for row in transactions(client, since_ms, until_ms)
        if row.get("type") == "SETTLEMENT" and symbol in {None, row.get("symbol")}
    ]
    return Earned(
        realized=sum((_number(CLOSED_PNL, row, "closedPnl") for row in closed), Decimal(0)),
        funding=sum(funding, Decimal(0)),
        closings=len(closed),
    )


def transfers(client: Client, coin: str, since_ms: int, until_ms: int) -> Decimal:
    """Return what was paid into the account less what was paid out: no profit, no drawdown."""
    moved = [
        _number(TRANSACTIONS, row, "change")
        for row in transactions(client, since_ms, until_ms)
        if row.get("type") in _TRANSFERS and row.get("currency") == coin
    ]
    return sum(moved, Decimal(0))


def closings(
    client: Client, symbol: str | None, since_ms: int, until_ms: int
) -> Iterator[dict[str, Any]]:
    """Yield the rows of `closed-pnl` that were updated in [since, until]."""
    which = {} if symbol is None else {"symbol": symbol}
    common = {"category": CATEGORY, "limit": CLOSED_PAGE, **which}
    yield from _rows(client, CLOSED_PNL, common, (since_ms, until_ms, WEEK_MS))


def transactions(client: Client, since_ms: int, until_ms: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of the transaction log in [since, until]."""
    common = {"accountType": "UNIFIED", "category": CATEGORY, "limit": TRANSACTIONS_PAGE}
    yield from _rows(client, TRANSACTIONS, common, (since_ms, until_ms, WEEK_MS))


def _rows(
    client: Client, endpoint: Endpoint, common: dict[str, Any], span: tuple[int, int, int]
) -> Iterator[dict[str, Any]]:
    since, until, longest = span
    start = since
    while start <= until:
        end = min(start + longest - 1, until)
        yield from paged(client, endpoint, {"startTime": start, "endTime": end, **common})
        start = end + 1


def _number(endpoint: Endpoint, row: dict[str, Any], name: str) -> Decimal:
    try:
        return Decimal(str(row[name]))
    except (KeyError, ArithmeticError):
        raise BadAnswerError(endpoint.path, f"a row lacks a `{name}` that can be read") from None
