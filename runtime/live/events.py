"""What the core loop is told, and in which order it hears of what waits (live-runtime.md 0)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, TypeAlias

from tradec.runtime.live.protocols import Frame, Link, Minute


class Rank(IntEnum):
    """Kinds of events, the most urgent first; within a kind the order of arrival counts."""

    CONTROL = 0
    EXEC = 1
    ORDER = 2
    POSITION = 3
    WALLET = 4
    FEED = 5
    BAR = 6
    TICK = 7
    TIMER = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """A closed minute from a live feed, and when it was heard, ms UTC."""

    minute: Minute
    heard_ms: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a source found of the minutes in [start, end), in order of time.

    `failed` says why nothing could be learned; else a minute that is not here was not there at
    `asked_ms`.
    """

    start: int
    end: int
    minutes: tuple[Minute, ...]
    asked_ms: int
    failed: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """There will be no more minutes."""


@dataclass(frozen=True, slots=True)
class Control:
    """A command from another process; `reply` sends the answer."""

    command: str
    options: Mapping[str, Any] = field(default_factory=dict)
    reply: Callable[[Mapping[str, Any]], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Signalled:
    """A signal that this process received."""

    number: int


@dataclass(frozen=True, slots=True)
class Ticks:
    """Messages of the ticker since the last time, in order of arrival."""

    frames: tuple[Frame, ...]


Event: TypeAlias = Bar | Fetched | End | Control | Signalled | Ticks | Link | Frame

_PRIVATE = {
    "execution": Rank.EXEC,
    "order": Rank.ORDER,
    "position": Rank.POSITION,
    "wallet": Rank.WALLET,
}


def rank_of(event: Event) -> Rank:
    """Return how urgent an event is."""
    match event:
        case Control() | Signalled():
            return Rank.CONTROL
        case Link():
            return Rank.FEED
        case Bar() | Fetched() | End():
            return Rank.BAR
        case Ticks():
            return Rank.TICK
        case Frame():
            topic = topic_of(event)
            if topic == "tickers":
                return Rank.TICK
            return _PRIVATE.get(topic, Rank.BAR)


def topic_of(frame: Frame) -> str:
    """Return the first word of a message's topic without reading it whole, `` if it has none."""
    _, _, after = frame.text[:200].partition('"topic"')
    return after.lstrip(" :").removeprefix('"').partition('"')[0].partition(".")[0]
