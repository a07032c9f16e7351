"""What a session, its feeds and its broker say to each other (live-runtime.md 0).

Sockets and timers only put things into an `Inbox`; the core loop alone takes them out and calls a
broker. Prices and quantities on the order path are Decimals on the instrument's grid; times are
ms UTC of the exchange's clock, `monotonic` seconds of this machine's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol, TypeAlias

Side: TypeAlias = Literal["Buy", "Sell"]
Socket: TypeAlias = Literal["public", "private"]
LinkStatus: TypeAlias = Literal[
    "up",  # connected, logged in, every topic acknowledged
    "down",  # lost; its supervisor tries again
    "stale",  # alive by its pongs, but silent for too long; its supervisor connects anew
    "storm",  # too many attempts; its supervisor rests
    "refused",  # a topic was refused, `detail` says which
    "auth_failed",  # final
]
OrderStatus: TypeAlias = Literal["working", "filled", "cancelled", "rejected"]


class Clock(Protocol):
    """The time of the exchange as far as it is known, and of this machine."""

    def now_ms(self) -> int:
        """Return the exchange's time, ms UTC."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""


# --- from sockets ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Frame:
    """A raw message: the connection counts its `epoch` from 1, text is JSON as it came."""

    socket: Socket
    epoch: int
    monotonic: float
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A change of a connection's state. A new epoch is told with `up`, before its first Frame."""

    socket: Socket
    epoch: int
    status: LinkStatus
    monotonic: float
    detail: str = ""


class Inbox(Protocol):
    """Where sockets put what they hear; never blocks, from any thread."""

    def put(self, event: Frame | Link) -> None:
        """Take one thing heard."""


class Stream(Protocol):
    """A supervised socket: it connects, subscribes, reconnects with backoff, and tells of it."""

    def start(self, inbox: Inbox) -> None:
        """Begin, without waiting for the connection."""

    def close(self, seconds: float = 5.0) -> None:
        """Close the socket and join the thread."""


# --- a minute -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """A closed minute of the market as it arrived; `ts` is its opening time.

    `mark` is its mark-price bar (open, high, low, close), None where it is not read or not known.
    `settled` are the settlements of funding that became known since the minute before, as (ts,
    rate); `interest` likewise the published values of open interest. `is_flat` marks a minute that
    the exchange confirms to be absent.
    """

    ts: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    mark: tuple[float, float, float, float] | None = None
    settled: tuple[tuple[int, float], ...] = ()
    interest: tuple[tuple[int, float], ...] = ()
    is_flat: bool = False
    source: Literal["ws", "rest", "catalogue", "journal"] = "ws"


# --- orders ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """An order as the exchange takes it; `link_id` is the deterministic id (rulings C2).

    `stop_loss` and `take_profit` are attached as position-level levels triggered by the last price
    (rulings C12). A reducing order has none.
    """

    link_id: str
    symbol: str
    side: Side
    qty: Decimal
    kind: Literal["Market", "Limit"] = "Market"
    price: Decimal | None = None
    trigger_price: Decimal | None = None
    time_in_force: Literal["GTC", "IOC", "FOK", "PostOnly"] = "IOC"
    reduce_only: bool = False
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Levels of the open position; None leaves one as it is, Decimal(0) removes it."""

    symbol: str
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a request. A broker answers with this and raises only for fatal classes.

    accepted    the exchange has it, or had it already (`is_repeat`); not a fill
    refused     it is certain that nothing came of it; `ret_code` and `meaning` say why
    unknown     it may or may not have been carried out: the look-up found nothing yet
    crossed     a stop on the wrong side of the price (rulings C12)
    flat        there is no position to reduce or to protect
    """

    outcome: Literal["accepted", "refused", "unknown", "crossed", "flat"]
    order_id: str = ""
    ret_code: int = 0
    meaning: str = ""
    detail: str = ""
    is_repeat: bool = False
    latency_ms: float = 0.0
    time_ms: int = 0


# --- what the exchange says of an account ---------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """An order as the exchange has it; `parent_link_id` ties attached levels to an entry."""

    order_id: str
    link_id: str
    parent_link_id: str
    symbol: str
    side: Side
    status: OrderStatus
    qty: Decimal
    filled: Decimal
    price: Decimal | None
    trigger_price: Decimal | None
    reduce_only: bool
    stop_kind: str  # "" or Bybit's stopOrderType
    cancel_kind: str
    reject_reason: str
    created_ms: int
    updated_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """A fill, or a settlement of funding, a liquidation, a deleveraging (`kind`: Bybit's execType).

    `fee` is positive where it was paid; `closed` is the part of `qty` that reduced a position.
    """

    exec_id: str
    order_id: str
    link_id: str
    symbol: str
    side: Side
    kind: str
    price: Decimal
    qty: Decimal
    closed: Decimal
    fee: Decimal
    is_maker: bool
    stop_kind: str
    ts: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRow:
    """The position of a symbol; flat: `qty` 0 and no side. Levels are None where unset."""

    symbol: str
    side: Side | None
    qty: Decimal
    entry_price: Decimal | None
    stop_loss: Decimal | None
    take_profit: Decimal | None
    liquidation_price: Decimal | None
    leverage: Decimal
    is_hedged: bool
    is_reduce_only: bool
    seq: int
    updated_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletRow:
    """The settle coin: `equity` counts unrealized profit, `balance` does not."""

    coin: str
    equity: Decimal
    balance: Decimal
    available: Decimal | None
    ts: int


Private: TypeAlias = OrderRow | Execution | PositionRow | WalletRow


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """What a start has to know of an account (live-runtime.md 2)."""

    uid: str
    can_trade: bool
    can_withdraw: bool
    expires_ms: int | None
    margin_mode: str  # REGULAR_MARGIN, ISOLATED_MARGIN, PORTFOLIO_MARGIN
    taker_fee: Decimal | None  # None where the environment does not tell, as demo
    maker_fee: Decimal | None


class Broker(Protocol):
    """One symbol of one account. Only the core loop calls it, and it never calls back."""

    def facts(self) -> AccountFacts:
        """Return what the key and the account are."""

    def set_one_way(self) -> Sent:
        """Switch the symbol to one-way mode; already so is accepted."""

    def set_leverage(self, leverage: Decimal) -> Sent:
        """Set the leverage of both sides; already so is accepted."""

    def send(self, order: OrderRequest) -> Sent:
        """Place an order; without an answer look it up before saying `unknown`."""

    def cancel(self, *, link_id: str = "", order_id: str = "") -> Sent:
        """Cancel one order by one of its ids; already gone is accepted."""

    def protect(self, levels: Protection) -> Sent:
        """Set the levels of the open position; already so is accepted."""

    def look_up(self, link_id: str) -> OrderRow | None:
        """Return an order by our id: the working and recent ones, then the history."""

    def orders(self) -> tuple[OrderRow, ...]:
        """Return every open order of the symbol, conditional ones and others' included."""

    def position(self) -> PositionRow:
        """Return the position of the symbol, also when it is flat."""

    def executions(self, since_ms: int) -> tuple[Execution, ...]:
        """Return the executions of the symbol from an instant on, by (ts, exec_id)."""

    def wallet(self) -> WalletRow:
        """Return the settle coin of the symbol."""

    def read(self, frame: Frame) -> Sequence[Private]:
        """Return what a private message says; nothing for control and unknown frames."""
