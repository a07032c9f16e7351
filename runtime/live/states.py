"""The states of a session and the one function that changes them (live-runtime.md 1)."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class State(StrEnum):
    """What a session is doing.

    RUNNING admits entries and exits; PAUSED and RECONNECTING exits and what protects; the others
    no decision at all.
    """

    STOPPED = "STOPPED"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    RECONNECTING = "RECONNECTING"
    STOPPING = "STOPPING"
    ERROR = "ERROR"


_S = State
EDGES: Final[Mapping[State, frozenset[State]]] = MappingProxyType(
    {
        _S.STOPPED: frozenset({_S.STARTING}),
        _S.STARTING: frozenset({_S.RUNNING, _S.PAUSED, _S.RECONNECTING, _S.STOPPING, _S.ERROR}),
        _S.RUNNING: frozenset({_S.PAUSED, _S.RECONNECTING, _S.STOPPING, _S.ERROR}),
        _S.PAUSED: frozenset({_S.RUNNING, _S.RECONNECTING, _S.STOPPING, _S.ERROR}),
        _S.RECONNECTING: frozenset({_S.RUNNING, _S.PAUSED, _S.RECONNECTING, _S.STOPPING, _S.ERROR}),
        _S.STOPPING: frozenset({_S.STOPPED, _S.ERROR}),
        _S.ERROR: frozenset({_S.STOPPING, _S.STOPPED}),
    }
)

STEPS: Final = frozenset({_S.RUNNING, _S.PAUSED, _S.RECONNECTING})
"""The states in which minutes are fed to the machine."""


class IllegalTransitionError(RuntimeError):
    """A change of state that the table does not have: a defect of the session."""


class States:
    """The state of one session, and whether it was paused.

    `tell` is called with (from, to, reason) after each change, and with `refused` set for one that
    is not in the table, which is not made; a `strict` one raises instead.
    """

    def __init__(
        self, tell: Callable[[State, State, str, bool], None], *, strict: bool = False
    ) -> None:
        self.now = State.STOPPED
        self.is_paused = False
        self._tell = tell
        self._strict = strict

    def change(self, to: State, reason: str) -> bool:
        """Go to another state; return whether that was done."""
        before = self.now
        if to not in EDGES[before]:
            self._tell(before, to, reason, True)
            if self._strict:
                raise IllegalTransitionError(f"{before} does not lead to {to} ({reason})")
            return False
        self.now = to
        self._tell(before, to, reason, False)
        return True

    def ready(self, reason: str) -> bool:
        """Begin, or go on after an outage: to RUNNING, or to PAUSED if it was paused."""
        return self.change(State.PAUSED if self.is_paused else State.RUNNING, reason)

    def pause(self, reason: str) -> bool:
        """Admit no entries from now on; in an outage once it is over."""
        self.is_paused = True
        return self.now is State.RUNNING and self.change(State.PAUSED, reason)

    def resume(self, reason: str) -> bool:
        """Admit entries again; in an outage once it is over."""
        self.is_paused = False
        return self.now is State.PAUSED and self.change(State.RUNNING, reason)

    def lost(self, reason: str) -> bool:
        """Tell that a feed is lost."""
        fits = self.now in {State.STARTING, *STEPS}
        return fits and self.change(State.RECONNECTING, reason)

    def stop(self, reason: str) -> bool:
        """Begin to stop, once."""
        return State.STOPPING in EDGES[self.now] and self.change(State.STOPPING, reason)

    def fail(self, reason: str) -> bool:
        """Tell of an error that the session cannot go on after."""
        return State.ERROR in EDGES[self.now] and self.change(State.ERROR, reason)
