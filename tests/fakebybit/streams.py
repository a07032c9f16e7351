"""The WebSocket half: subscriptions, logins, pings, and what the test pushes."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from fakebybit.clock import ServerClock
from fakebybit.signing import check_login


@dataclass(eq=False)
class Connection:
    """One client, its topics, and whether it has logged in."""

    socket: web.WebSocketResponse
    is_private: bool
    topics: set[str] = field(default_factory=set)
    logged_in: bool = False


class Streams:
    """Every connection of both sides.

    `refused` topics are answered with success false; `mute` stops data while pongs go on, `muted`
    the data of some topics; `deaf` refuses new connections; `pongless` answers no ping, `authless`
    no login and `ackless` no subscription; `push_on_subscribe` is
    sent for each topic that is granted; `cut_after` aborts the connections after that many more
    frames sent or received.
    """

    def __init__(self, clock: ServerClock, keys: Mapping[str, str]) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.refused: set[str] = set()
        self.mute = False
        self.muted: set[str] = set()
        self.pongless = self.authless = self.ackless = False
        self.cut_after: int | None = None
        self.push_on_subscribe: Mapping[str, Any] | None = None
        self.paths: list[str] = []
        self.deaf = False
        self.accepted = 0
        self.connections: set[Connection] = set()
        self.subscribed = threading.Condition()
        self._clock = clock
        self._keys = keys
        self._sending: set[asyncio.Future[None]] = set()

    async def public(self, request: web.Request) -> web.StreamResponse:
        return await self._serve(request, is_private=False)

    async def private(self, request: web.Request) -> web.StreamResponse:
        return await self._serve(request, is_private=True)

    async def _serve(self, request: web.Request, *, is_private: bool) -> web.StreamResponse:
        if self.deaf:
            return web.Response(status=503)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        connection = Connection(socket, is_private)
        self.paths.append(request.path)
        self.connections.add(connection)
        self.accepted += 1
        try:
            async for message in socket:
                if message.type is WSMsgType.PING and not self.pongless:
                    await socket.pong(message.data)
                if message.type is WSMsgType.TEXT:
                    self._count(connection)
                    await self._told(connection, json.loads(message.data))
        finally:
            self.connections.discard(connection)
        return socket

    async def _told(self, connection: Connection, frame: dict[str, Any]) -> None:
        match frame.get("op"):
            case "ping" if self.pongless:
                return
            case "auth" if self.authless:
                return
            case "subscribe" if self.ackless:
                return
            case "ping":
                await connection.socket.send_json(self._pong(connection, frame))
            case "auth":
                await self._login(connection, frame)
            case "subscribe":
                await self._subscribe(connection, frame)
            case "unsubscribe":
                connection.topics -= set(frame["args"])
                await connection.socket.send_json({"success": True, "op": "unsubscribe"})

    def _pong(self, connection: Connection, frame: dict[str, Any]) -> dict[str, Any]:
        if connection.is_private:
            return {"op": "pong", "args": [str(self._clock.now_ms())], "conn_id": "loopback"}
        return {
            "success": True,
            "ret_msg": "pong",
            "op": "ping",
            "req_id": frame.get("req_id", ""),
            "conn_id": "loopback",
        }

    async def _login(self, connection: Connection, frame: dict[str, Any]) -> None:
        refusal = check_login(frame.get("args", []), self._keys, self._clock.now_ms())
        connection.logged_in = refusal is None
        text = refusal.text if refusal else ""
        answer = {"success": refusal is None, "ret_msg": text, "op": "auth", "conn_id": "loopback"}
        await connection.socket.send_json(answer)
        if refusal:
            await connection.socket.close()

    async def _subscribe(self, connection: Connection, frame: dict[str, Any]) -> None:
        topics = set(frame["args"])
        refused = topics & self.refused
        allowed = not refused and (connection.logged_in or not connection.is_private)
        text = "" if allowed else f"error:handler not found,topic:{','.join(sorted(topics))}"
        answer = {
            "success": allowed,
            "ret_msg": text,
            "op": "subscribe",
            "req_id": frame.get("req_id", ""),
            "conn_id": "loopback",
        }
        await connection.socket.send_json(answer)
        if allowed:
            with self.subscribed:
                connection.topics |= topics
                self.subscribed.notify_all()
            for topic in topics if self.push_on_subscribe else ():
                self.post(topic, self.push_on_subscribe or {})

    # --- what a test calls, from its own thread --------------------------------------------------

    def push(self, topic: str, message: Mapping[str, Any]) -> None:
        """Send a message to every subscriber of a topic, and wait until it is sent."""
        self.post(topic, message)
        self.settle()

    def post(self, topic: str, message: Mapping[str, Any]) -> None:
        """Send a message to every subscriber of a topic, in order, from any thread."""
        if self.mute or topic in self.muted or self.loop is None:
            return
        text = json.dumps({"topic": topic, "ts": self._clock.now_ms(), **message})
        self.loop.call_soon_threadsafe(self._start, topic, text)

    def say(self, text: str) -> None:
        """Send a frame as it stands to every connection."""
        self._call(self._say(text))

    async def _say(self, text: str) -> None:
        for connection in list(self.connections):
            await connection.socket.send_str(text)

    def settle(self) -> None:
        """Wait until everything posted so far is sent."""
        self._call(self._idle())

    async def _idle(self) -> None:
        while self._sending:
            await asyncio.gather(*self._sending)

    def _start(self, topic: str, text: str) -> None:
        task = asyncio.ensure_future(self._send(topic, text))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, topic: str, text: str) -> None:
        for connection in list(self.connections):
            if topic in connection.topics and not connection.socket.closed:
                self._count(connection)
                with contextlib.suppress(ConnectionError):
                    await connection.socket.send_str(text)

    def _count(self, connection: Connection) -> None:
        """Cut the connection when its frames are used up."""
        if self.cut_after is None:
            return
        self.cut_after -= 1
        if self.cut_after < 0:
            self.cut_after = None
            _abort(connection)

    def drop(self, *, abort: bool = False) -> None:
        """Close every connection, politely or by cutting it."""
        self._call(self._drop(abort=abort))

    async def _drop(self, *, abort: bool) -> None:
        for connection in list(self.connections):
            if abort:
                _abort(connection)
            else:
                await connection.socket.close()

    def _call(self, coroutine: Any) -> None:
        assert self.loop is not None
        asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    def wait_for(self, topic: str, seconds: float = 10.0) -> bool:
        """Wait until somebody has subscribed to a topic."""
        with self.subscribed:
            return self.subscribed.wait_for(
                lambda: any(topic in one.topics for one in self.connections), seconds
            )


def _abort(connection: Connection) -> None:
    request = connection.socket._req
    if request is not None and request.transport is not None:
        request.transport.abort()
