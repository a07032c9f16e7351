"""Headless Chromium over its DevTools protocol: opens a file, runs expressions, clicks, looks."""

import asyncio
import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
    "--remote-debugging-address=127.0.0.1",
)
DEADLINE_S = 40.0


def need_chromium() -> str:
    """Return the browser of PATH; skip where there is none."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser on PATH: none of {', '.join(NAMES)}")
    return found


@dataclass
class Page:
    """One tab: what it says on its console and what it asks of the network, from its start."""

    socket: aiohttp.ClientWebSocketResponse
    problems: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    _count: int = 0
    _answers: dict[int, asyncio.Future[Any]] = field(default_factory=dict)

    async def listen(self) -> None:
        async for message in self.socket:
            said = json.loads(message.data)
            if "id" in said:
                self._answers.pop(said["id"]).set_result(said)
            else:
                self._note(said["method"], said["params"])

    def _note(self, method: str, params: dict[str, Any]) -> None:
        match method:
            case "Runtime.exceptionThrown":
                self.problems.append(json.dumps(params["exceptionDetails"])[:2000])
            case "Runtime.consoleAPICalled" if params["type"] in {"error", "warning", "assert"}:
                self.problems.append(json.dumps(params["args"])[:2000])
            case "Log.entryAdded" if params["entry"]["level"] in {"error", "warning"}:
                self.problems.append(params["entry"]["text"])
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])

    async def call(self, method: str, **params: Any) -> Any:
        self._count += 1
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[self._count] = answer
        await self.socket.send_json({"id": self._count, "method": method, "params": params})
        said = await asyncio.wait_for(answer, DEADLINE_S)
        assert "error" not in said, said
        return said["result"]

    async def run(self, expression: str) -> Any:
        """Return what an expression comes to; a promise is waited for."""
        said = await self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    async def open(self, file: Path, *, theme: str = "light", size: tuple[int, int]) -> None:
        """Open a page of ours, an absolute path, and wait until it is ready and painted."""
        width, height = size
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.call(f"{domain}.enable")
        media = [{"name": "prefers-color-scheme", "value": theme}]
        await self.call("Emulation.setEmulatedMedia", features=media)
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        await self.call("Page.navigate", url=file.as_uri())
        await self.until("document.documentElement.dataset.ready === 'true'")
        await self.frame()

    async def until(self, expression: str) -> None:
        """Wait until an expression holds, looking once a frame."""
        look = f"""new Promise((done) => {{
          const look = () => (({expression}) ? done(true) : setTimeout(look, 16));
          look();
        }})"""
        while True:
            with suppress(AssertionError):  # the page that asks may be left meanwhile
                if await self.run(look):
                    return

    async def frame(self) -> None:
        """Wait until two frames were painted."""
        await self.run("new Promise((d) => requestAnimationFrame(() => requestAnimationFrame(d)))")

    async def key(self, name: str) -> None:
        """Press a key where the focus is."""
        more = {"text": name} if len(name) == 1 else {}
        await self.call("Input.dispatchKeyEvent", type="keyDown", key=name, **more)
        await self.call("Input.dispatchKeyEvent", type="keyUp", key=name)

    async def click(self, x: float, y: float) -> None:
        """Click at a place of the window."""
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            button = "none" if kind == "mouseMoved" else "left"
            await self.call(
                "Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, clickCount=1
            )

    async def screenshot(self, file: Path) -> None:
        """Write what the window shows as a PNG."""
        taken = await self.call("Page.captureScreenshot", format="png")
        await asyncio.to_thread(file.write_bytes, base64.b64decode(taken["data"]))


@asynccontextmanager
async def page() -> AsyncIterator[Page]:
    """Yield a fresh tab of a fresh browser, which ends with the block."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        quiet = {**os.environ, "HOME": home}
        browser = subprocess.Popen(  # noqa: ASYNC220  starting it takes no time
            [need_chromium(), *FLAGS, f"--user-data-dir={home}/profile", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=quiet,
        )
        try:
            async with asyncio.timeout(DEADLINE_S):
                port = await _port(Path(home, "profile", "DevToolsActivePort"), browser)
            async with aiohttp.ClientSession() as session, _tab(session, port) as tab:
                yield tab
        finally:
            browser.terminate()
            with suppress(subprocess.TimeoutExpired):
                browser.wait(5)
            browser.kill()
            browser.wait()


async def _port(file: Path, browser: "subprocess.Popen[bytes]") -> int:
    """Return the port that the browser chose, which it writes into its profile."""
    while not (text := await asyncio.to_thread(_text, file)):
        assert browser.poll() is None, "the browser ended at once"
        await asyncio.sleep(0.05)
    return int(text.splitlines()[0])


def _text(file: Path) -> str:
    return file.read_text() if file.is_file() else ""


@asynccontextmanager
async def _tab(session: aiohttp.ClientSession, port: int) -> AsyncIterator[Page]:
    async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
        tabs = await answer.json()
    (target,) = (one for one in tabs if one["type"] == "page")
    async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
        tab = Page(socket)
        listener = asyncio.create_task(tab.listen())
        try:
            yield tab
        finally:
            listener.cancel()
            with suppress(asyncio.CancelledError):
                await listener
