"""An inbox that keeps what sockets say, and on which a test can wait."""

import json
import threading
from collections.abc import Callable
from typing import Any

from tradec.runtime.live.protocols import Frame, Link


class Kept:
    """Everything put, in order."""

    def __init__(self) -> None:
        self.events: list[Frame | Link] = []
        self._changed = threading.Condition()

    def put(self, event: Frame | Link) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    @property
    def links(self) -> list[Link]:
        return [one for one in self.events if isinstance(one, Link)]

    @property
    def statuses(self) -> list[str]:
        return [one.status for one in self.links]

    @property
    def frames(self) -> list[Frame]:
        return [one for one in self.events if isinstance(one, Frame)]

    @property
    def data(self) -> list[dict[str, Any]]:
        return [json.loads(one.text) for one in self.frames]

    def wait(self, holds: Callable[["Kept"], bool], seconds: float = 10.0) -> None:
        """Wait until a claim about this inbox holds."""
        with self._changed:
            assert self._changed.wait_for(lambda: holds(self), seconds), self.events

    def wait_for(self, status: str, count: int = 1) -> Link:
        """Wait for the link of a status and return the newest of it."""
        self.wait(lambda kept: kept.statuses.count(status) >= count)
        return [one for one in self.links if one.status == status][-1]
