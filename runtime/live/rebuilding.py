"""What a journal says by itself: whether it is whole, and the trades in it (live-runtime.md 14)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Record = Mapping[str, Any]
CENT: Final = 1e-6
FUNDING: Final = "Funding"
"""The kind of an execution that moves no position."""


@dataclass(slots=True, kw_only=True)
class Trade:
    """A position as its executions tell it; `net` counts fees and funding."""

    position: int
    side: str
    ts_entry: int
    bought: float = 0.0
    sold: float = 0.0
    cash: float = 0.0
    fees: float = 0.0
    funding: float = 0.0
    fills: int = 0
    ts_exit: int | None = None
    told: list[float] = field(default_factory=list)

    @property
    def open_qty(self) -> float:
        """Return what is still held, above 0 for a long position."""
        return self.bought - self.sold

    @property
    def is_closed(self) -> bool:
        """Tell whether everything that was entered has left."""
        return abs(self.open_qty) <= 1e-9 * max(self.bought, self.sold)

    @property
    def net(self) -> float:
        """Return what came of it, or has until now without what is held."""
        return self.cash - self.fees + self.funding


def trades_of(records: Iterable[Record]) -> list[Trade]:
    """Return the positions of a journal, from its executions and settlements alone.

    What a session closed at its very end, and a later one went on holding, counts as it came in
    the end: of two records of one number the later one stands.
    """
    fills: dict[int, Record] = {}
    payments: dict[int, Record] = {}
    legs: dict[int, Record] = {}
    executed: dict[str, Record] = {}
    for record in records:
        table = {"exec": fills, "funding": payments, "trade": legs}.get(record["ev"])
        if "execId" in record:
            executed.setdefault(record["execId"], record)
        elif table is not None:
            table[record["n"]] = record
    found: dict[int, Trade] = {}
    for record in fills.values():
        _fill(found, record, record["position"])
    for record in payments.values():
        if record["position"] in found:
            found[record["position"]].funding += record["pnl"]
    for record in legs.values():
        if record["position"] in found:
            found[record["position"]].told.append(record["net"])
    _execute(found, sorted(executed.values(), key=lambda record: (record["at"], record["seq"])))
    return [found[position] for position in sorted(found)]


def _execute(found: dict[int, Trade], records: list[Record]) -> None:
    """Take in executions of a real exchange: a position lasts until nothing is held."""
    number = max(found, default=0) + 1
    for record in records:
        if number in found and found[number].is_closed:
            number += 1
        if record["type"] == FUNDING:
            if number in found:
                found[number].funding -= record["fee"]
        else:
            _fill(found, record, number)


def _fill(found: dict[int, Trade], record: Record, position: int) -> None:
    buys = record["side"] == "buy"
    trade = found.get(position)
    if trade is None:
        side = "long" if buys else "short"
        trade = found[position] = Trade(position=position, side=side, ts_entry=record["at"])
    notional = record["px"] * record["qty"]
    trade.cash += -notional if buys else notional
    trade.fees += record["fee"]
    trade.fills += 1
    if buys:
        trade.bought += record["qty"]
    else:
        trade.sold += record["qty"]
    trade.ts_exit = record["at"] if trade.is_closed else None


def problems_of(records: Iterable[Record]) -> Iterator[str]:
    """Yield what is wrong with a journal: numbers that miss, and sums that do not agree."""
    kept, before, seen = [], None, set[str]()
    for record in records:
        if before is not None and record["seq"] != before + 1:
            yield f"record {record['seq']} follows {before}"
        before = record["seq"]
        if record.get("execId", "") in seen:
            yield f"record {record['seq']} books the execution {record['execId']} again"
        seen |= {record["execId"]} if "execId" in record else set()
        if record["ev"] in {"exec", "funding", "trade"}:
            kept.append(record)
    for trade in trades_of(kept):
        if (
            trade.told
            and trade.is_closed
            and abs(sum(trade.told) - trade.net) > CENT * (1.0 + abs(trade.net))
        ):
            yield (
                f"position {trade.position}: its executions come to {trade.net!r}, "
                f"its trades to {sum(trade.told)!r}"
            )
