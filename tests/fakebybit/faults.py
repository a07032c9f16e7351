"""What the server is told to do wrong, one request after the other."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Change = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong with one answer.

    `status`, `ret_code` and `headers` replace the true answer; `change` alters it; the rest
    concerns the bytes: `delay` seconds before them, `truncate` sends half of them, `reset` cuts the
    connection before (`applied=False`) or after the request has been carried out, `trickle` sends
    a byte at a time.
    """

    status: int = 200
    ret_code: int | None = None
    ret_msg: str = "scripted"
    headers: dict[str, str] = field(default_factory=dict)
    change: Change | None = None
    delay: float = 0.0
    truncate: bool = False
    reset: bool = False
    applied: bool = True
    trickle: float = 0.0

    @property
    def answers_instead(self) -> bool:
        return self.status != 200 or self.ret_code is not None


class Script:
    """Faults by path, each used once in the order given; `always` ones stay."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: dict[str, deque[Fault | None]] = defaultdict(deque)
        self._always: dict[str, Fault] = {}

    def add(self, path: str, *faults: Fault | None) -> None:
        """Let the next requests to a path meet these; None lets one through unharmed."""
        with self._lock:
            self._next[path].extend(faults)

    def always(self, path: str, fault: Fault | None) -> None:
        """Let every request to a path meet this one, until it is None again."""
        with self._lock:
            if fault is None:
                self._always.pop(path, None)
            else:
                self._always[path] = fault

    def clear(self, path: str) -> None:
        """Forget what a path has not met yet."""
        with self._lock:
            self._next[path].clear()

    def take(self, path: str) -> Fault | None:
        with self._lock:
            waiting = self._next[path]
            return waiting.popleft() if waiting else self._always.get(path)

    @property
    def left(self) -> int:
        """Return how many scripted faults have not been met yet."""
        with self._lock:
            return sum(len(waiting) for waiting in self._next.values())
