"""One market for plays whose code matters more than their trades."""

import numpy as np

from generators.driving import MIDNIGHT
from generators.markets import Market
from tradec.runtime.data.bars import Bars
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.timeframe import MINUTE_MS


def market(exec_tf: str = "15m") -> Market:
    """Return 1200 minutes of a walk in quarters around 100."""
    noise = np.random.default_rng(3)
    close = np.asarray(100.0 + np.cumsum(noise.integers(-3, 4, 1200)) * 0.25, np.float64)
    opened = np.concatenate((close[:1], close[:-1]))
    bars = Bars(
        ts0=MIDNIGHT,
        base_ms=MINUTE_MS,
        open=opened,
        high=np.maximum(opened, close) + 0.5,
        low=np.minimum(opened, close) - 0.5,
        close=close,
        volume=np.round(noise.random(1200) * 10.0, 3),
        flags=np.zeros(1200, np.uint8),
        source="steady",
    )
    return Market(bars=bars, warmup={exec_tf: 4}, instrument=Instrument.unconstrained())
