"""How a session is to run, what it counts, and how it ended."""

from collections.abc import Callable
from dataclasses import dataclass

from tradec.runtime import backtest
from tradec.runtime.live.protocols import Minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a session runs. `max_signal_age_ms`: an older entry is stale; None: none ever is.

    `heard` is given every minute that was fed, to be kept; what it cannot keep is no harm.
    """

    max_signal_age_ms: int | None = None
    watch_late: bool = False
    strict: bool = False
    heard: Callable[[Minute], None] = lambda _: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a session ended: `terminal` by a risk event, `failed` by a defect or a lost market."""

    reason: str
    outcome: backtest.Outcome | None
    terminal: bool = False
    failed: bool = False


@dataclass(slots=True)
class Tally:
    """What a session counts for its summary."""

    signals: int = 0
    stale: int = 0
    blocked: int = 0
    reconnects: int = 0
    missed: int = 0
    errors: int = 0
