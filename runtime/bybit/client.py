"""The one way from tradec to Bybit's REST API: limits, deadlines, retries, the clock.

Reads are repeated when repeating can help, until the deadline of the whole call. Writes are never
repeated unless the exchange has said that it did not carry them out (10002, 10006): a write
without an answer raises UnknownOutcomeError.
"""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tradec.runtime.bybit.endpoints import TIME, Endpoint
from tradec.runtime.bybit.errors import (
    BadAnswerError,
    ForbiddenError,
    MisconfiguredError,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
)
from tradec.runtime.bybit.hosts import Hosts
from tradec.runtime.bybit.limiter import Limiter
from tradec.runtime.bybit.retcodes import row_of

DEADLINE_SECONDS = 30.0
ATTEMPT_SECONDS = 10.0
BREAKER_SECONDS = 600.0
REDUCING_SECONDS = 5.0
CLOCK_SAMPLES = 5

_CLOCK_TRIES = 2
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 5.0
_RATE_PAUSE = (0.05, 5.0)
_TOO_MANY, _FORBIDDEN, _SERVER = 429, 403, 500
_NO_JSON = 409  # pybit's word for an answer that is no JSON
_MISCONFIGURED = (401, 404)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a call gave: `result` of the envelope, and the exchange's time at the answer, ms."""

    result: Any
    time_ms: int
    headers: Mapping[str, str]


class Client:
    """A connection to one environment, with or without a key; one thread at a time.

    `wall`, `monotonic` (seconds) and `sleep` stand for the machine's clock, so that tests need
    not wait. `limiter` may be shared by several clients of one account.
    """

    def __init__(  # noqa: PLR0913  what a connection is made of, each optional
        self,
        hosts: Hosts,
        *,
        key: Any = None,
        ca_bundle: str | None = None,
        limiter: Limiter | None = None,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        from tradec.runtime.bybit.session import open_session  # noqa: PLC0415 - deferred: heavy

        self.hosts = hosts
        self.offset_ms = 0
        self.limiter = limiter or Limiter(clock=monotonic, sleep=sleep)
        self._wall, self._monotonic, self._sleep = wall, monotonic, sleep
        self._session = open_session(hosts, key, self.now_ms, ca_bundle)
        self._measured = False
        self._closed_until = self._reduced_at = float("-inf")

    def now_ms(self) -> int:
        """Return the exchange's time as far as it is known, ms UTC."""
        return int(self._wall() * 1000.0) + self.offset_ms

    def call(
        self,
        endpoint: Endpoint,
        *,
        deadline: float = DEADLINE_SECONDS,
        reducing: bool = False,
        **params: Any,
    ) -> Answer:
        """Return the answer of an endpoint within `deadline` seconds; a BybitError otherwise."""
        limit = self._monotonic() + deadline
        if endpoint.signed and not self._measured:
            self.measure_clock()
        attempt = _Attempt()
        while True:
            self._check_breaker(endpoint, reducing=reducing)
            self.limiter.take(endpoint.bucket, reducing=reducing)
            try:
                return self._once(endpoint, params, limit - self._monotonic())
            except (RefusedError, UnreachableError) as problem:
                pause = self._pause(endpoint, problem, attempt)
                if pause is None or self._monotonic() + pause > limit:
                    raise
                self._sleep(pause)
            attempt.number += 1

    def measure_clock(self, samples: int = CLOCK_SAMPLES) -> int:
        """Measure the offset of the exchange's clock against this machine's and return it, ms.

        Of several samples the one with the shortest round trip counts: its midpoint errs least.
        """
        best: tuple[float, int] | None = None
        for _ in range(samples):
            self.limiter.take(TIME.bucket)
            before = self._wall()
            answer = self._once(TIME, {}, ATTEMPT_SECONDS)
            after = self._wall()
            middle_ms = (before + after) * 500.0
            sample = (after - before, round(_server_ms(answer) - middle_ms))
            best = sample if best is None else min(best, sample)
        assert best is not None
        self.offset_ms = best[1]
        self._measured = True
        return self.offset_ms

    def close(self) -> None:
        """Close the sockets."""
        self._session.client.close()

    # --- one attempt --------------------------------------------------------------------------

    def _once(self, endpoint: Endpoint, params: Mapping[str, Any], seconds: float) -> Answer:
        import pybit.exceptions as pybit  # noqa: PLC0415 - deferred: heavy
        import requests  # noqa: PLC0415 - deferred: heavy

        self._session.client.seconds = max(min(seconds, ATTEMPT_SECONDS), 0.001)
        try:
            raw, _, headers = self._session._submit_request(  # noqa: SLF001  pybit's one door
                method=endpoint.method,
                path=f"{self._session.endpoint}{endpoint.path}",
                query=dict(params),
                auth=endpoint.signed,
            )
        except pybit.InvalidRequestError as error:
            raise self._refused(endpoint, error) from None
        except pybit.FailedRequestError as error:
            raise self._failed(endpoint, error) from None
        except requests.exceptions.ConnectTimeout as error:
            raise self._silent(endpoint, error, was_sent=False) from None
        except requests.exceptions.RequestException as error:
            raise self._silent(endpoint, error, was_sent=_was_sent(error)) from None
        return self._accepted(endpoint, raw, headers)

    def _accepted(self, endpoint: Endpoint, raw: Any, headers: Mapping[str, str]) -> Answer:
        if not isinstance(raw, dict) or "result" not in raw or "retCode" not in raw:
            what = f"{endpoint.path} answered with something that is no answer of the API"
            if endpoint.writes:
                raise UnknownOutcomeError(endpoint.path, what)
            raise UnreachableError(endpoint.path, what, reason="no envelope")
        time_ms = int(raw.get("time") or self.now_ms())
        self.limiter.observe(endpoint.bucket, headers, time_ms)
        return Answer(result=raw["result"], time_ms=time_ms, headers=headers)

    def _refused(self, endpoint: Endpoint, error: Any) -> RefusedError:
        ret_code = int(error.status_code)
        headers = error.resp_headers or {}
        self.limiter.observe(endpoint.bucket, headers, self.now_ms())
        row = row_of(ret_code, str(error.message))
        return RefusedError(endpoint.path, ret_code, str(error.message), row, headers)

    def _failed(self, endpoint: Endpoint, error: Any) -> Exception:
        status = int(error.status_code)
        if status == _FORBIDDEN:
            self._closed_until = self._monotonic() + BREAKER_SECONDS
            what = (
                "Bybit refuses this address (403): too many requests, or a region it does not serve"
            )
            return ForbiddenError(endpoint.path, what)
        if status in _MISCONFIGURED:
            what = f"{self.hosts.rest}{endpoint.path} answered {status}"
            return MisconfiguredError(endpoint.path, what, status=status)
        what = f"{endpoint.path}: " + (
            "the answer is no JSON" if status == _NO_JSON else f"HTTP status {status}"
        )
        if endpoint.writes and status != _TOO_MANY:
            return UnknownOutcomeError(endpoint.path, what, status=status)
        return UnreachableError(endpoint.path, what, status=status)

    def _silent(self, endpoint: Endpoint, error: Exception, *, was_sent: bool) -> Exception:
        what = f"{endpoint.path}: no answer ({type(error).__name__})"
        if endpoint.writes and was_sent:
            return UnknownOutcomeError(endpoint.path, what)
        return UnreachableError(endpoint.path, what, reason=type(error).__name__)

    # --- between attempts ---------------------------------------------------------------------

    def _check_breaker(self, endpoint: Endpoint, *, reducing: bool) -> None:
        """After a 403 nothing goes out for ten minutes, but what reduces risk, every 5 s."""
        now = self._monotonic()
        left = self._closed_until - now
        if left <= 0:
            return
        if not reducing or now - self._reduced_at < REDUCING_SECONDS:
            what = f"no requests for another {left:.0f} s after Bybit refused this address (403)"
            raise ForbiddenError(endpoint.path, what)
        self._reduced_at = now

    def _pause(self, endpoint: Endpoint, problem: Exception, attempt: "_Attempt") -> float | None:
        """Return how long to wait before the next attempt, None where there is none."""
        if isinstance(problem, UnreachableError):
            return _backoff(attempt.number)
        assert isinstance(problem, RefusedError)
        match problem.row.meaning:
            case "clock" if attempt.clocks < _CLOCK_TRIES:
                attempt.clocks += 1
                self.measure_clock()
                return 0.0
            case "rate":
                return self._rate_pause(endpoint, problem, attempt.number)
            case "server":
                if endpoint.writes:
                    raise UnknownOutcomeError(endpoint.path, problem.message) from problem
                return _backoff(attempt.number)
        return None

    def _rate_pause(self, endpoint: Endpoint, problem: RefusedError, number: int) -> float:
        """Return the time until the limit is reset where the answer tells, else a growing pause."""
        reset = problem.headers.get("X-Bapi-Limit-Reset-Timestamp", "")
        low, high = _RATE_PAUSE
        told = (int(reset) - self.now_ms()) / 1000.0 if reset.isdigit() else _backoff(number)
        pause = min(max(told, low), high) * random.uniform(1.0, 1.25)  # noqa: S311  jitter
        self.limiter.penalize(endpoint.bucket, pause)
        return pause


@dataclass(slots=True)
class _Attempt:
    """What one call has tried so far."""

    number: int = 0
    clocks: int = 0


def _backoff(number: int) -> float:
    pause = min(_FIRST_PAUSE * 2.0**number, _LONGEST_PAUSE)
    return pause * random.uniform(0.75, 1.25)  # noqa: S311  jitter, no secret


def _server_ms(answer: Answer) -> float:
    try:
        return int(answer.result["timeNano"]) / 1e6
    except (KeyError, TypeError, ValueError):
        raise BadAnswerError(TIME.path, "the server time is no number") from None


def _was_sent(error: Exception) -> bool:
    """Tell whether the request may have left: not if no connection was ever made."""
    text = repr(error)
    return "NewConnectionError" not in text and "NameResolutionError" not in text
