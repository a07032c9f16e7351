"""Percentage price oscillator: a fast minus a slow average in percent of the slow one.

f, s      = mean(fast)(x), mean(slow)(x)              `ma: sma`; kernels/rolling.py
          = expavg(fast)(x), expavg(slow)(x)          `ma: ema`; kernels/expavg.py
ppo       = 100 * ((f - s) / s),                      NaN if s == 0
signal    = expavg(signal)(ppo)                       counts from the first ppo
histogram = ppo - signal

Shapes   one scalar in, three out, per closed bar of the feature's own timeframe
Units    percent
Empty    ppo NaN before bar max(fast, slow)-1, the others before max(fast, slow)+signal-2; NaN in ->
         NaN out, state kept
Errors   a length outside 1..5000, ma other than sma or ema
Cost     O(1) time, 240 bytes and rings of `fast` and `slow` doubles
Source   TA-Lib's PPO with simple averages; its signal is TA-Lib's EMA
"""

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.expavg import ExpAvg
from tradec.runtime.kernels.rolling import RollingMean
from tradec.runtime.spec import Fading, Output, Ring, Spec, choice, integer

SPEC = Spec(
    kind="indicator",
    title="Percentage price oscillator",
    inputs=("source", "bar_number"),
    params=(
        integer("fast", 12),
        integer("slow", 26),
        integer("signal", 9),
        choice("ma", ("sma", "ema"), "sma"),
    ),
    outputs=(
        Output(
            name="ppo",
            unit="percent",
            low=-100,
            first_valid="max(fast, slow) - 1",
            given="source >= 0",
        ),
        Output(name="signal", unit="percent", low=-100, given="source >= 0"),
        Output(name="histogram", unit="percent", relations=("histogram == ppo - signal",)),
    ),
    together=(("signal", "histogram"),),
    primary="ppo",
    first_valid="max(fast, slow) + signal - 2",
    memory=Fading(
        decay=(
            "(signal - 1) / (signal + 1) if ma == 'sma' else "
            "max((signal - 1) / (signal + 1), (fast - 1) / (fast + 1), (slow - 1) / (slow + 1))"
        ),
        order=2,
        window="max(fast, slow)",
    ),
    rings=(Ring(name="recent", size="fast"), Ring(name="window", size="slow")),
    reference="TA-Lib PPO at matype SMA, signal its EMA",
)


class Ppo:
    """The reference of the kernel in `ppo.pxd`."""

    __slots__ = ("_exponential", "_signal", "_simple")

    def __init__(self, *, fast: int, slow: int, signal: int, ma: str) -> None:
        lengths = (fast, slow)
        self._simple = [RollingMean(n) for n in lengths] if ma == "sma" else []
        self._exponential = [ExpAvg(n) for n in lengths] if ma == "ema" else []
        self._signal = ExpAvg(signal)

    def step(self, x: float, bar_number: int) -> tuple[float, float, float]:
        """Return ppo, signal and histogram after the closed bar `x`."""
        found = [mean.step(x, bar_number) for mean in self._simple]
        found += [average.step(x) for average in self._exponential]
        fast, slow = found
        ppo = NAN if slow == 0.0 else 100.0 * ((fast - slow) / slow)
        signal = self._signal.step(ppo)
        return ppo, signal, ppo - signal
