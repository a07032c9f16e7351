"""The endpoints of Bybit's V5 API that tradec calls: path, method, rate bucket, effect."""

from dataclasses import dataclass
from typing import Literal

from tradec.runtime.bybit.limiter import BucketName


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One endpoint; a write that gets no answer has an unknown outcome and is never repeated."""

    path: str
    bucket: BucketName
    method: Literal["GET", "POST"] = "GET"
    signed: bool = False

    @property
    def writes(self) -> bool:
        """Tell whether a request changes something on the exchange."""
        return self.method == "POST"


def _market(name: str) -> Endpoint:
    return Endpoint(path=f"/v5/market/{name}", bucket="market")


TIME = _market("time")
KLINE = _market("kline")
MARK_KLINE = _market("mark-price-kline")
INSTRUMENTS = _market("instruments-info")
FUNDING = _market("funding/history")
OPEN_INTEREST = _market("open-interest")
LONG_SHORT = _market("account-ratio")
RISK_LIMIT = _market("risk-limit")
TICKERS = _market("tickers")
PRICE_LIMIT = _market("price-limit")
STATUS = Endpoint(path="/v5/system/status", bucket="market")


def _read(path: str) -> Endpoint:
    return Endpoint(path=f"/v5/{path}", bucket="read", signed=True)


def _account(path: str, method: Literal["GET", "POST"] = "GET") -> Endpoint:
    return Endpoint(path=f"/v5/{path}", bucket="account", method=method, signed=True)


def _order(name: str) -> Endpoint:
    return Endpoint(path=f"/v5/order/{name}", bucket="order.write", method="POST", signed=True)


def _position(name: str) -> Endpoint:
    bucket: BucketName = "position.write"
    return Endpoint(path=f"/v5/position/{name}", bucket=bucket, method="POST", signed=True)


CREATE = _order("create")
AMEND = _order("amend")
CANCEL = _order("cancel")
OPEN_ORDERS = _read("order/realtime")
HISTORY = _read("order/history")
EXECUTIONS = _read("execution/list")

POSITIONS = _read("position/list")
CLOSED_PNL = _read("position/closed-pnl")
LEVERAGE = _position("set-leverage")
POSITION_MODE = _position("switch-mode")
TRADING_STOP = _position("trading-stop")

WALLET = _read("account/wallet-balance")
TRANSACTIONS = _read("account/transaction-log")
ACCOUNT_INFO = _read("account/info")
KEY_INFO = _account("user/query-api")
FEE_RATE = _account("account/fee-rate")
MARGIN_MODE = _account("account/set-margin-mode", "POST")
DCP_INFO = _account("account/query-dcp-info")
DCP_SET = _account("order/disconnected-cancel-all", "POST")
