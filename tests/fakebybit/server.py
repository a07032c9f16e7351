"""A loopback Bybit: REST and WebSocket on one port of 127.0.0.1, for the real pybit to talk to.

It runs in a thread of its own, on its own clock, answers in the recorded shapes, checks signatures
and times, counts requests, and does wrong what it is told to (`faults`). More of the exchange is
added as routes: an object with `routes` (path -> answer), given as `private`.
"""

import asyncio
import json
import ssl
import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol, Self

from aiohttp import web

from fakebybit.clock import ServerClock
from fakebybit.faults import Fault, Script
from fakebybit.market import Market
from fakebybit.requests_seen import Register
from fakebybit.rest_public import PublicRest
from fakebybit.signing import Refusal, check_request
from fakebybit.streams import Streams

TEST_KEY, TEST_SECRET = "loopback-key", "loopback-secret"


class Routes(Protocol):
    """A part of the interface: paths and what answers them."""

    @property
    def routes(self) -> Mapping[str, Callable[[Mapping[str, Any]], Any]]: ...


class FakeBybit:
    """The server; use it as a context manager."""

    def __init__(
        self,
        *markets: Market,
        now_ms: int,
        rate: float = 0.0,
        keys: Mapping[str, str] | None = None,
        private: Routes | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.clock = ServerClock(now_ms, rate)
        self.markets = {market.symbol: market for market in markets}
        self.keys = dict({TEST_KEY: TEST_SECRET} if keys is None else keys)
        self.faults = Script()
        self.register = Register()
        self.headers: dict[str, str] = {}
        self.streams = Streams(self.clock, self.keys)
        self._public = PublicRest(self.markets, self.clock)
        self._private = private
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fakebybit", daemon=True)
        self._port = 0

    # --- life -----------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        assert not self._thread.is_alive()

    @property
    def port(self) -> int:
        return self._port

    @property
    def rest_base(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def ws_base(self) -> str:
        return f"ws://127.0.0.1:{self._port}"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        runner = self._loop.run_until_complete(self._serve())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def _serve(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_get("/v5/public/{channel:.*}", self.streams.public)
        app.router.add_get("/v5/private", self.streams.private)
        app.router.add_route("*", "/v5/{tail:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self._tls)
        await site.start()
        self.streams.loop = self._loop
        self._port = runner.addresses[0][1]
        return runner

    # --- one request ----------------------------------------------------------------------------

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        signed = "X-BAPI-SIGN" in request.headers
        params = json.loads(body) if body else dict(request.query)
        self.register.add(request.path, params, signed=signed)
        fault = self.faults.take(request.path)
        if fault is None:
            return self._json(self._carried_out(request, body, params))
        if fault.delay:
            await asyncio.sleep(fault.delay)
        return await self._harmed(request, fault, (body, params))

    def _carried_out(self, request: web.Request, body: str, params: dict[str, Any]) -> Any:
        handler = self._public.routes.get(request.path)
        if handler is not None:
            return handler(params)
        refusal = check_request(
            request.headers, body or request.query_string, self.keys, self.clock.now_ms()
        )
        if refusal is not None:
            return refusal
        private = self._private.routes.get(request.path) if self._private else None
        return private(params) if private else Refusal(10001, f"no such path: {request.path}")

    async def _harmed(
        self, request: web.Request, fault: Fault, asked: tuple[str, dict[str, Any]]
    ) -> web.StreamResponse:
        if fault.answers_instead:
            refusal = Refusal(fault.ret_code or 0, fault.ret_msg)
            return self._json(refusal, status=fault.status, headers=fault.headers)
        result = self._carried_out(request, *asked) if fault.applied else None
        if fault.reset:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if fault.change is not None and isinstance(result, dict):
            result = fault.change(result)
        whole = self._json(result, headers=fault.headers)
        if fault.truncate:
            return _cut(whole)
        return await _trickled(request, whole, fault.trickle) if fault.trickle else whole

    def _json(
        self, result: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> web.Response:
        code, text, content = 0, "OK", result
        if isinstance(result, Refusal):
            code, text, content = result.code, result.text, {}
        envelope = {
            "retCode": code,
            "retMsg": text,
            "result": content,
            "retExtInfo": {},
            "time": self.clock.now_ms(),
        }
        return web.json_response(
            envelope, status=status, headers={**self.headers, **(headers or {})}
        )


def _cut(whole: web.Response) -> web.Response:
    """Return a response whose body is half of the JSON, with a length that fits."""
    assert isinstance(whole.body, bytes)
    half = whole.body[: len(whole.body) // 2]
    return web.Response(body=half, content_type="application/json")


async def _trickled(request: web.Request, whole: web.Response, pause: float) -> web.StreamResponse:
    """Send a response a byte at a time."""
    assert isinstance(whole.body, bytes)
    slow = web.StreamResponse(headers={"Content-Length": str(len(whole.body))})
    await slow.prepare(request)
    for place in range(len(whole.body)):
        await slow.write(whole.body[place : place + 1])
        await asyncio.sleep(pause)
    return slow
