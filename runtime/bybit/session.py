"""pybit's HTTP class, made to keep one deadline, one clock and no secrets in logs.

pybit builds, signs and parses; this module owns time. What was measured of pybit 5.17.0 and is
undone here: it sleeps for negative times on 10006, repeats writes on request, has no deadline over
the whole of an answer, ignores REQUESTS_CA_BUNDLE, and installs a log handler of its own.
"""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import requests
from pybit.unified_trading import HTTP

from tradec.runtime.bybit.hosts import Hosts

CONNECT_SECONDS = 5.0
_PIECE = 65_536


class DeadlineError(requests.exceptions.ReadTimeout):
    """The answer had begun but was not whole at the deadline."""


@dataclass(frozen=True, slots=True)
class Key:
    """An API key; its secret never shows."""

    key: str
    secret: str

    def __repr__(self) -> str:
        return f"Key({self.key[:4]}...)"


class _Deadline(requests.Session):
    """A session whose every request is over, one way or the other, `seconds` after it began."""

    seconds = 10.0

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        limit = time.monotonic() + self.seconds
        kwargs["timeout"] = (min(CONNECT_SECONDS, self.seconds), self.seconds)
        kwargs["stream"] = True
        response = super().send(request, **kwargs)
        with contextlib.closing(response):
            body = b"".join(_pieces(response, limit))
        response._content = body  # noqa: SLF001  what requests does itself when it does not stream
        response._content_consumed = True  # noqa: SLF001
        return response


def _pieces(response: requests.Response, limit: float) -> Iterator[bytes]:
    """Yield the body as it arrives; DeadlineError once the limit has passed."""
    while piece := response.raw.read1(_PIECE, decode_content=True):
        if time.monotonic() > limit:
            raise DeadlineError("the answer was not whole at its deadline")
        yield piece
    announced = response.headers.get("Content-Length", "")
    if announced.isdigit() and response.raw.tell() < int(announced):
        raise requests.exceptions.ConnectionError("the answer ended before its announced length")


class _Http(HTTP):  # type: ignore[misc]  # pybit has no types
    """pybit's client with timestamps of the exchange's clock."""

    now_ms: Callable[[], int]

    def __repr__(self) -> str:
        return f"_Http({self.endpoint})"  # pybit's own shows the secret

    def _prepare_headers(
        self, payload: Any, recv_window: int, content_type: str = "application/json"
    ) -> dict[str, str]:
        stamp = str(self.now_ms())
        return {
            "Content-Type": content_type,
            "X-BAPI-API-KEY": self.api_key,
            "X-BAPI-SIGN": self._auth(payload, recv_window, stamp),
            "X-BAPI-SIGN-TYPE": "2",
            "X-BAPI-TIMESTAMP": stamp,
            "X-BAPI-RECV-WINDOW": str(recv_window),
        }


def open_session(
    hosts: Hosts, key: Key | None, now_ms: Callable[[], int], ca_bundle: str | None = None
) -> HTTP:
    """Return pybit's client for these hosts; without a key it can only make public calls."""
    with _without_handler():
        session = _Http(
            api_key=key.key if key else None,
            api_secret=key.secret if key else None,
            retry_codes={0},  # an empty set would be replaced by pybit's own
            max_retries=1,
            force_retry=False,
            log_requests=False,
            return_response_headers=True,
        )
    session.endpoint = hosts.rest
    session.now_ms = now_ms
    client = _Deadline()
    client.headers.update(session.client.headers)
    if ca_bundle:
        client.verify = ca_bundle
    session.client.close()
    session.client = client
    return session


@contextlib.contextmanager
def _without_handler() -> Iterator[None]:
    """Keep pybit from printing to stderr by itself: it adds a handler where there is none."""
    logger = logging.getLogger("pybit._http_manager")
    before = list(logger.handlers)
    yield
    logger.handlers[:] = before or [logging.NullHandler()]
    logger.propagate = False
