"""A market that moves enough for stops, targets, gaps and funding to happen within hours."""

import numpy as np

from fakebybit.market import Market
from fakebybit.worlds import MINUTE_MS, T0, market


def walk(seed: int, minutes: int = 240) -> Market:
    """Return a random walk of that many minutes on a tick of 0.1, funding every hour."""
    noise = np.random.default_rng(seed)
    made = market(minutes)
    close = 50_000.0 + np.cumsum(noise.integers(-400, 401, minutes)) / 10.0
    gaps = noise.integers(-20, 21, minutes) / 10.0
    opened = np.round(np.concatenate([[50_000.0], close[:-1]]) + gaps, 1)
    close = np.round(close, 1)
    reach = noise.integers(0, 300, (2, minutes)) / 10.0
    high = np.round(np.maximum(opened, close) + reach[0], 1)
    low = np.round(np.minimum(opened, close) - reach[1], 1)
    table = np.column_stack([made.minutes[:, 0], opened, high, low, close, made.minutes[:, 5:]])
    made.minutes, made.mark = table, table[:, :5].copy()
    settled = np.arange(0, minutes, 60) * MINUTE_MS + T0
    made.funding = np.column_stack([settled, noise.choice((1e-4, -3e-4), len(settled))])
    return made
