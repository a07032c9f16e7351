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
