"""A CONNECT proxy on this machine that leads Bybit's host names to the loopback server, over TLS.

It records every host that is asked for and refuses all others, so that a test can say which hosts
a process speaks to, and that nothing else leaves the machine. The clients are unmodified: they
find the proxy and the authority of the throw-away certificates in their environment.
"""

import asyncio
import contextlib
import ssl
import threading
from pathlib import Path
from typing import Self

import trustme

NAMES = ("api.bybit.com", "api-demo.bybit.com", "stream.bybit.com", "stream-demo.bybit.com")
SECONDS = 10.0
_PIECE = 65_536


class Certificates:
    """An authority that lives for a test, and a certificate for Bybit's names."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.bundle = folder / "authority.pem"
        authority.cert_pem.write_to_path(str(self.bundle))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*NAMES).configure_cert(self.context)


class RecordingProxy:
    """The proxy; `asked` holds every host in order, refused ones too."""

    def __init__(self, port: int) -> None:
        self.asked: list[str] = []
        self._target = port
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._port = 0

    @property
    def hosts(self) -> set[str]:
        """Return the hosts that were asked for, without their ports."""
        return {one.partition(":")[0] for one in self.asked}

    def environment(self, certificates: Certificates) -> dict[str, str]:
        """Return what leads a process through this proxy."""
        address = f"http://127.0.0.1:{self._port}"
        names = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
        return {
            **dict.fromkeys(names, address),
            **dict.fromkeys(("NO_PROXY", "no_proxy"), ""),
            "WEBSOCKET_CLIENT_CA_BUNDLE": str(certificates.bundle),
        }

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._client, "127.0.0.1", 0))
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, host, *_ = head.decode().split(" ")
        self.asked.append(host)
        if method != "CONNECT" or host.partition(":")[0] not in NAMES:
            writer.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            writer.close()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(_copy(reader, back), _copy(there, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, RuntimeError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
    writer.close()
