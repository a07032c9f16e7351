"""What the exchange admits of an instrument: grid, limits, risk tiers (simulation.md 2, 11)."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from itertools import pairwise
from math import inf, isfinite
from typing import Any, Final

MAX_EXPONENT: Final = 22
"""10 ** 22 is the largest power of ten that is a double."""


def grid_of(unit: Decimal | None) -> dict[str, float]:
    """Return a unit as the C grid of two whole numbers, unit = mantissa / scale; None: no grid."""
    if unit is None:
        return {"mantissa": 0.0, "scale": 1.0}
    if not unit.is_finite() or unit <= 0:
        raise ValueError(f"a tick or a step is above 0, received {unit}")
    numerator, denominator = unit.as_integer_ratio()
    exponent = 0
    while 10**exponent % denominator:
        exponent += 1
    if exponent > MAX_EXPONENT:
        raise ValueError(f"a tick or a step has at most {MAX_EXPONENT} decimals, received {unit}")
    scale = 10**exponent
    return {"mantissa": float(numerator * scale // denominator), "scale": float(scale)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A risk tier: what a position of up to `limit_usdt` needs; None is no limit."""

    limit_usdt: float | None
    maintenance_margin_rate: float
    deduction: float = 0.0
    max_leverage: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.maintenance_margin_rate < 1 or not self.deduction >= 0:
            raise ValueError("a maintenance rate is at least 0 and below 1, a deduction at least 0")
        for bound in (self.limit_usdt, self.max_leverage):
            if bound is not None and not bound > 0:
                raise ValueError("the limits of a risk tier are above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What the exchange admits; None where it sets no grid or no limit.

    `tiers` rise by their limits. `source` says where the figures come from and goes into the
    manifest.
    """

    tick: Decimal | None
    step: Decimal | None
    min_qty: float = 0.0
    max_qty: float | None = None
    max_market_qty: float | None = None
    min_notional_usdt: float = 0.0
    max_leverage: float | None = None
    tiers: tuple[Tier, ...] = (Tier(limit_usdt=None, maintenance_margin_rate=0.0),)
    source: str

    def __post_init__(self) -> None:
        limits = [inf if tier.limit_usdt is None else tier.limit_usdt for tier in self.tiers]
        if not limits or any(a >= b for a, b in pairwise(limits)):
            raise ValueError("risk tiers have rising limits, and there is at least one")

    @staticmethod
    def built_in(first_price: float) -> "Instrument":
        """Return the stand-in for a market without a snapshot (rulings B2).

        The tick is 10 ** (floor(log10 first_price) - 5), read off the decimal digits.
        """
        if not (isfinite(first_price) and first_price > 0):
            raise ValueError(f"a first price is above 0, received {first_price}")
        exponent = Decimal(first_price).adjusted() - 5
        return Instrument(
            tick=Decimal(1).scaleb(max(exponent, -MAX_EXPONENT)),
            step=Decimal("0.001"),
            min_qty=0.001,
            min_notional_usdt=5.0,
            tiers=(Tier(limit_usdt=None, maintenance_margin_rate=0.005),),
            source="built-in",
        )

    @staticmethod
    def unconstrained() -> "Instrument":
        """Return an instrument without grid or limits: every price and quantity as computed."""
        return Instrument(tick=None, step=None, source="none")

    @staticmethod
    def of_snapshot(
        filters: Mapping[str, Any], tiers: Iterable[Mapping[str, Any]], source: str
    ) -> "Instrument":
        """Return the instrument of a catalogue row and its risk tiers (cli-and-data.md 5.1).

        The row has tick, step, min_qty, max_qty, max_mkt_qty, min_notional and max_lev as decimal
        text, a tier limit_value, mmr, mm_deduction and max_lev. The last tier has no end: beyond
        it nothing may be opened, but what is held goes on being margined.
        """
        rows = sorted(tiers, key=lambda row: Decimal(str(row["limit_value"])))
        return Instrument(
            tick=Decimal(filters["tick"]),
            step=Decimal(filters["step"]),
            min_qty=float(filters["min_qty"]),
            max_qty=float(filters["max_qty"]),
            max_market_qty=float(filters["max_mkt_qty"]),
            min_notional_usdt=float(filters["min_notional"]),
            max_leverage=float(filters["max_lev"]),
            tiers=tuple(
                Tier(
                    limit_usdt=float(row["limit_value"]),
                    maintenance_margin_rate=float(row["mmr"]),
                    deduction=float(row["mm_deduction"] or 0),
                    max_leverage=float(row["max_lev"]),
                )
                for row in rows
            ),
            source=source,
        )

    @staticmethod
    def of_dict(figures: Mapping[str, Any]) -> "Instrument":
        """Return the instrument of a manifest, as `as_dict` wrote it."""
        steps = {name: figures[name] and Decimal(figures[name]) for name in ("tick", "step")}
        tiers = tuple(Tier(**tier) for tier in figures["tiers"])
        return Instrument(**{**figures, **steps, "tiers": tiers})

    def as_dict(self) -> dict[str, Any]:
        """Return the figures for the manifest, tick and step as decimal strings."""
        return {
            **asdict(self),
            "tick": None if self.tick is None else format(self.tick, "f"),
            "step": None if self.step is None else format(self.step, "f"),
            "tiers": [asdict(tier) for tier in self.tiers],
        }
