"""What two runs came to, and by how much they differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tradec.runtime.comparison.span import Row, Span, inside
from tradec.runtime.metrics.curve import curve_metrics
from tradec.runtime.metrics.sums import percent

Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """A figure of both runs; `delta` is b - a, None where either is not a number."""

    name: str
    a: Any
    b: Any

    @property
    def delta(self) -> float | int | None:
        """Return b - a."""
        both = (self.a, self.b)
        is_numeric = all(isinstance(x, int | float) and not isinstance(x, bool) for x in both)
        return self.b - self.a if is_numeric else None

    @property
    def is_same(self) -> bool:
        """Whether both say the same."""
        return bool(self.a == self.b)


def deltas(a: Figures, b: Figures) -> list[Delta]:
    """Return every figure that both have, in the order of A."""
    return [Delta(name=name, a=a[name], b=b[name]) for name in a if name in b]


def over(tables: Mapping[str, pa.Table], trades: Sequence[Row], span: Span) -> dict[str, Any]:
    """Return what a run came to in a span, from its own rows.

    `trades` are its positions entered there; profit and drawdown are of the equity points there.
    """
    points = inside(tables["equity"], "ts_close", span)["equity"].to_numpy()
    curve = curve_metrics(np.asarray(points, np.float64)) if len(points) else {}
    fills = inside(tables["fills"], "ts_fill", span)
    paid = inside(tables["funding"], "ts_funding", span)
    won = sum(row["net_pnl"] > 0 for row in trades)
    return {
        **{name: curve.get(name) for name in ("net_profit", "net_return_pct", "max_drawdown_pct")},
        "total_trades": len(trades),
        "win_rate_pct": percent(won, len(trades)),
        "total_fees": sum(fills["fee"].to_pylist()),
        "total_slippage_usdt": sum(fills["slippage_usdt"].to_pylist()),
        "total_volume_usdt": sum(fills["notional"].to_pylist()),
        "net_funding": sum(paid["pnl"].to_pylist()),
    }
