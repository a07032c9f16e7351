"""What is known when an entry is about to be sent, and what the user allows."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from tradec.runtime.live.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The user's limits; None is no limit. Shares are percent, money is in the settle coin."""

    max_notional_usdt: float | None = None
    max_exposure_usdt: float | None = None
    max_position_pct: float | None = None
    max_leverage: float | None = None
    max_risk_pct: float | None = None
    max_daily_loss_usdt: float | None = None
    max_drawdown_pct: float = 100.0
    min_balance_usdt: float = 0.0
    max_deviation_pct: float = 5.0
    max_volume_share: float | None = 1.0
    max_size_multiple: float | None = 20.0
    max_funding_pct_per_day: float | None = None
    funding_minutes: int = 5
    funding_rate_pct: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The mark price, and how old it is."""

    mark: float
    age_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingNext:
    """The next settlement: its rate as a ratio (longs pay above 0), in how long, how often."""

    rate: float
    in_ms: int
    interval_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What the entry would be: leverage, the tier's, the stop's and the liquidation's price."""

    leverage: float
    tier_leverage: float
    tier_notional: float
    stop: float | None
    liquidation: float | None
    buffer: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything an entry is judged by.

    `reference` is the price that it was sized at; `exposure` the notional of all positions of the
    account; `sent` the ids that were sent before; `usual_qty` the median of the last entries,
    `minute_volume` that of the last 30 minutes.
    """

    panic: bool
    state: State
    blocked: frozenset[str]
    host: Literal["demo", "live"]
    mode: Literal["demo", "live"]
    reference: float
    quote: Quote | None
    equity: float
    balance: float
    exposure: float
    day_pnl: float | None
    drawdown_pct: float
    risk: Risk
    funding: FundingNext | None = None
    sent: frozenset[str] = field(default_factory=frozenset)
    usual_qty: Decimal | None = None
    minute_volume: float | None = None
    is_storm: bool = False
