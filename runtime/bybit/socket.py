"""pybit's WebSocket class, made to hand over raw frames and to leave reconnecting to others.

pybit builds the address, opens the connection in a thread of its own, pings and signs the login.
What was measured of pybit 5.17.0 and is undone here: it parses frames before the caller sees them
and dies of the ones that it does not know, counts a lost race between request and answer as an
error, spends its attempts without a pause, reconnects without telling, ignores the region on the
public address, and signs logins with this machine's clock and one second of validity.
"""

import contextlib
import json
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from socket import SHUT_RDWR
from typing import Any

import websocket
from pybit.unified_trading import WebSocket

from tradec.runtime.bybit.session import Key

CONNECT_SECONDS = 10.0
LOGIN_VALID_MS = 10_000
_TRIES = 2  # pybit reports the last permitted attempt as failed even where it connected

for _name in ("websocket", "pybit._websocket_stream"):
    logging.getLogger(_name).addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True, kw_only=True)
class Pings:
    """Protocol pings each `interval` seconds; no pong within `timeout` is a lost connection."""

    interval: float = 20.0
    timeout: float = 10.0


class RawSocket(WebSocket):  # type: ignore[misc]  # pybit has no types
    """One connection: `heard(text)` and `lost(why)` are called on the reader's thread.

    `key` None is the public side. Nothing is connected before `open`.
    """

    def __init__(
        self,
        base: str,
        key: Key | None,
        now_ms: Callable[[], int],
        heard: Callable[[str], None],
        lost: Callable[[str], None],
        pings: Pings,
    ) -> None:
        self._base, self._now_ms = base, now_ms
        self._heard, self._lost = heard, lost
        self._template: str | None = None
        super().__init__(
            "linear" if key is None else "private",
            testnet=False,
            api_key=None if key is None else key.key,
            api_secret=None if key is None else key.secret,
            callback_function=_nothing,
            restart_on_error=False,
            retries=_TRIES,
            ping_interval=pings.interval,
            ping_timeout=pings.timeout,
            private_auth_expire=LOGIN_VALID_MS // 1000,
        )

    def __repr__(self) -> str:
        return f"RawSocket({self._base})"

    def open(self) -> None:
        """Connect, and log in where there is a key; raises what the connection raises."""
        assert self._template is not None
        websocket.setdefaulttimeout(CONNECT_SECONDS)
        path = self._template.split("/", 3)[3]
        super()._connect(f"{self._base}/{path}")

    def say(self, frame: dict[str, Any]) -> None:
        """Send one frame."""
        self.ws.send(json.dumps(frame))

    def subscribe_raw(self, topics: Sequence[str], number: str) -> None:
        """Ask for topics; the answer comes as a frame of its own."""
        self.say({"op": "subscribe", "req_id": number, "args": list(topics)})

    def shut(self, seconds: float = 2.0) -> None:
        """Close the connection and wait for its threads."""
        self.exited = True
        self._stop_custom_ping_timer()
        if not hasattr(self, "ws"):
            return
        self.ws.keep_running = False
        connection = self.ws.sock
        if connection is not None and connection.sock is not None:
            with contextlib.suppress(OSError, websocket.WebSocketException):
                connection.send_close()
            with contextlib.suppress(OSError):  # wakes the reader, which a close would not
                connection.sock.shutdown(SHUT_RDWR)
        if self.wst is not threading.current_thread():
            self.wst.join(seconds)

    # --- what pybit and its library call --------------------------------------------------------

    def _connect(self, url: str) -> None:
        """Remember the address that pybit's constructor wants to connect to."""
        self._template = url

    def _auth(self) -> None:
        from pybit._http_manager import generate_signature  # noqa: PLC0415 - private to pybit

        expires = self._now_ms() + LOGIN_VALID_MS
        signature = generate_signature(False, self.api_secret, f"GET/realtime{expires}")
        self.say({"op": "auth", "args": [self.api_key, expires, signature]})

    def _on_message(self, message: str) -> None:
        self._heard(message)

    def _on_error(self, error: Exception) -> None:
        self._lost(f"{type(error).__name__}: {error}")

    def _on_close(self) -> None:
        self._lost("closed")


def _nothing(_: object) -> None:
    """Stand for pybit's own parsing, which is never reached."""
