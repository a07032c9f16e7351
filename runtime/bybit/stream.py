"""Supervised sockets: connect, log in, subscribe, watch, reconnect, and tell the session of it.

One thread per socket owns the connection. The reader's thread of the library only puts raw frames
into the inbox; answers to our own requests go to the supervisor. Each connection has a number, its
epoch; what it brings is told after `up`, so that a gap is closed before the first frame counts.
A topic that is refused is told after `up`, as `refused`: the others live on.
Source   bybit.md 6 (traps T1 to T23), live-runtime.md 4b.
"""

import json
import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tradec.runtime.bybit.pacing import Pace, Pacer
from tradec.runtime.live.protocols import Frame, Inbox, Link, LinkStatus, Socket

if TYPE_CHECKING:
    from tradec.runtime.bybit.session import Key
    from tradec.runtime.bybit.socket import Pings, RawSocket

ANSWER_SECONDS = 10.0
_TICK_SECONDS = 1.0
_LOST = "\0lost "


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Topics by how long they may be silent, seconds, longest prefix first; none is for ever."""

    limits: tuple[tuple[str, float], ...] = (("kline.1.", 75.0), ("tickers.", 10.0))

    def of(self, topic: str) -> float | None:
        """Return the limit of a topic, None where it may be silent."""
        return next((limit for prefix, limit in self.limits if topic.startswith(prefix)), None)


class LostError(Exception):
    """The connection is gone; the text says why."""


class RefusedLoginError(Exception):
    """The exchange refused the key: nothing that trying again could heal."""


@dataclass(slots=True)
class _Epoch:
    """One connection: frames wait until `up` is told, then they go straight to the inbox."""

    number: int
    inbox: Inbox
    socket: Socket
    monotonic: Callable[[], float]
    control: "queue.SimpleQueue[str]" = field(default_factory=queue.SimpleQueue)
    heard_at: dict[str, float] = field(default_factory=dict)
    _held: list[Frame] | None = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def heard(self, text: str) -> None:
        """Take a raw frame on the reader's thread."""
        topic = _topic_of(text)
        if topic is None:
            self.control.put(text)
            return
        now = self.monotonic()
        frame = Frame(self.socket, self.number, now, text)
        with self._lock:
            self.heard_at[topic] = now
            if self._held is None:
                self.inbox.put(frame)
            else:
                self._held.append(frame)

    def lost(self, why: str) -> None:
        self.control.put(_LOST + why)

    def is_up(self, link: Link) -> None:
        """Tell `up`, then what has been heard before it."""
        with self._lock:
            self.inbox.put(link)
            for frame in self._held or ():
                self.inbox.put(frame)
            self._held = None


class Supervisor:
    """A socket of one side and its topics (a `Stream` of the session).

    `key` None is the public side. `ca_bundle` is for those behind a proxy that inspects TLS; it
    holds for every socket of the process.
    """

    def __init__(  # noqa: PLR0913  what a socket is made of, each optional
        self,
        base: str,
        topics: Sequence[str],
        *,
        key: "Key | None" = None,
        now_ms: Callable[[], int] = lambda: int(time.time() * 1000.0),
        monotonic: Callable[[], float] = time.monotonic,
        watch: Watch = Watch(),
        pace: Pace = Pace(),  # noqa: B008  frozen
        pings: "Pings | None" = None,
        answer_seconds: float = ANSWER_SECONDS,
        ca_bundle: str | None = None,
    ) -> None:
        self._base, self._topics, self._key = base, tuple(topics), key
        self._side: Socket = "public" if key is None else "private"
        self._now_ms, self._monotonic = now_ms, monotonic
        self._watch, self._pings, self._answer_seconds = watch, pings, answer_seconds
        if ca_bundle is not None:  # the one way in which the library takes it
            os.environ["WEBSOCKET_CLIENT_CA_BUNDLE"] = ca_bundle
        self._pacer = Pacer(pace)
        self._closing = threading.Event()
        self._epoch = 0
        self._inbox: Inbox | None = None
        self._current: _Epoch | None = None
        self._thread = threading.Thread(target=self._run, name=f"bybit-{self._side}", daemon=True)

    def start(self, inbox: Inbox) -> None:
        """Begin, without waiting for the connection."""
        self._inbox = inbox
        self._thread.start()

    def close(self, seconds: float = 5.0) -> None:
        """Close the socket and join the thread."""
        self._closing.set()
        if self._current is not None:
            self._current.lost("closing")
        if self._thread.is_alive():
            self._thread.join(seconds)

    # --- life -----------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._closing.is_set():
            self._rest()
            if self._closing.is_set():
                return
            try:
                self._connection()
            except RefusedLoginError as error:
                self._tell("auth_failed", str(error))
                return

    def _rest(self) -> None:
        """Wait until the next attempt is due."""
        if self._pacer.is_storm(self._monotonic()):
            seconds = self._pacer.rest()
            self._tell("storm", f"too many attempts, resting {seconds:.0f} s")
        else:
            seconds = self._pacer.pause()
        self._closing.wait(seconds)

    def _connection(self) -> None:
        """Live through one connection, from the first attempt to its loss."""
        from tradec.runtime.bybit.socket import Pings, RawSocket  # noqa: PLC0415 - heavy

        assert self._inbox is not None
        self._epoch += 1
        epoch = _Epoch(self._epoch, self._inbox, self._side, self._monotonic)
        self._current = epoch
        self._pacer.attempt(self._monotonic())
        socket = RawSocket(
            self._base, self._key, self._now_ms, epoch.heard, epoch.lost, self._pings or Pings()
        )
        up_at: float | None = None
        try:
            self._open(socket)
            if self._key is not None:
                self._await_login(epoch)
            refused = [one for one in self._topics if not self._subscribed(socket, epoch, one)]
            up_at = self._monotonic()
            epoch.is_up(self._link("up"))
            for topic in refused:
                self._tell("refused", topic)
            self._stay(epoch, up_at, [one for one in self._topics if one not in refused])
        except LostError as error:
            if not self._closing.is_set():
                is_stale = str(error).startswith("silent")
                self._tell("stale" if is_stale else "down", str(error))
        finally:
            socket.shut()
            held = 0.0 if up_at is None else self._monotonic() - up_at
            self._pacer.lost(held)

    def _open(self, socket: "RawSocket") -> None:
        try:
            socket.open()
        except Exception as error:  # the library's, the operating system's, pybit's: all a loss
            raise LostError(f"no connection: {type(error).__name__}") from error

    def _await_login(self, epoch: _Epoch) -> None:
        answer = self._answer(epoch, "auth", "")
        if answer.get("success") is True:
            return
        text = _said(answer)
        if "expires" in text.lower():  # the clock, not the key
            raise LostError(f"login refused: {text}")
        raise RefusedLoginError(text or "login refused")

    def _subscribed(self, socket: "RawSocket", epoch: _Epoch, topic: str) -> bool:
        """Ask for one topic and return whether it was granted; one request is under way at once."""
        number = f"{epoch.number}-{topic}"
        try:
            socket.subscribe_raw([topic], number)
        except Exception as error:  # as above
            raise LostError(f"cannot send: {type(error).__name__}") from error
        return self._answer(epoch, "subscribe", number).get("success") is True

    def _answer(self, epoch: _Epoch, op: str, number: str) -> dict[str, Any]:
        """Return the answer to our own request; every other frame without a topic is ignored."""
        limit = self._monotonic() + self._answer_seconds
        while (left := limit - self._monotonic()) > 0:
            frame = self._control(epoch, left)
            kind = {"AUTH_RESP": "auth", "COMMAND_RESP": "subscribe"}.get(str(frame.get("type")))
            is_ours = frame.get("req_id", "") in {"", number} and "success" in frame
            if is_ours and op in {frame.get("op"), kind}:
                return frame
        raise LostError(f"no answer to {op} within {self._answer_seconds:g} s")

    def _control(self, epoch: _Epoch, seconds: float) -> dict[str, Any]:
        """Return the next frame without a topic, {} where none came; LostError with the socket."""
        try:
            text = epoch.control.get(timeout=seconds)
        except queue.Empty:
            return {}
        if text.startswith(_LOST) or self._closing.is_set():
            raise LostError(text.removeprefix(_LOST))
        try:
            frame = json.loads(text)
        except ValueError:
            return {}
        return frame if isinstance(frame, dict) else {}

    def _stay(self, epoch: _Epoch, up_at: float, topics: list[str]) -> None:
        """Watch a connection until it is lost."""
        limits = {one: limit for one in topics if (limit := self._watch.of(one)) is not None}
        tick = min([_TICK_SECONDS, *(limit / 4 for limit in limits.values())])
        while True:
            self._control(epoch, tick)
            now = self._monotonic()
            for topic, limit in limits.items():
                age = now - max(epoch.heard_at.get(topic, up_at), up_at)
                if age > limit:
                    raise LostError(f"silent: {topic} for {age:.1f} s")

    # --- telling --------------------------------------------------------------------------------

    def _link(self, status: LinkStatus, detail: str = "") -> Link:
        return Link(self._side, self._epoch, status, self._monotonic(), detail)

    def _tell(self, status: LinkStatus, detail: str) -> None:
        assert self._inbox is not None
        self._inbox.put(self._link(status, detail))


def _topic_of(text: str) -> str | None:
    """Return the topic of a frame without parsing it whole, None where it has none."""
    place = text.find('"topic"')
    if place < 0:
        return None
    start = text.find('"', text.find(":", place)) + 1
    return text[start : text.find('"', start)]


def _said(answer: dict[str, Any]) -> str:
    """Return the text of a refusal, whichever of its spellings is used."""
    return str(answer.get("ret_msg") or answer.get("retMsg") or answer.get("msg") or "")
