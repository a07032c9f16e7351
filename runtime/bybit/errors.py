"""What can go wrong between tradec and Bybit, as exceptions with a code and an exit code."""

from collections.abc import Mapping
from typing import Any

from tradec.runtime.bybit.retcodes import Row

_CREDENTIALS, _UNREACHABLE, _REFUSED, _USAGE = 3, 8, 1, 2


class BybitError(Exception):
    """A call that did not do what it was to do; `endpoint` is its path."""

    code = "BYBIT"
    exit_code = _UNREACHABLE
    hint = ""

    def __init__(self, endpoint: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.endpoint = endpoint
        self.message = message
        self.details: dict[str, Any] = {"endpoint": endpoint, **details}


class UnreachableError(BybitError):
    """No answer in time: the network, the host, or a broken answer, after all attempts."""

    code = "UNREACHABLE"
    hint = "check the network; `tradec data sync` goes on where it stopped"


class ForbiddenError(BybitError):
    """HTTP 403: too many requests from this address, or a region that Bybit does not serve."""

    code = "FORBIDDEN"
    hint = "wait ten minutes; a region that Bybit does not serve stays refused"


class MisconfiguredError(BybitError):
    """HTTP 401 or 404: the host or a path is wrong."""

    code = "MISCONFIGURED"
    exit_code = _USAGE


class UnknownOutcomeError(BybitError):
    """A write that may or may not have been carried out; never repeat it with another id."""

    code = "UNKNOWN_OUTCOME"


class BadAnswerError(BybitError):
    """An answer of the right form whose content cannot be true."""

    code = "BAD_ANSWER"


class RefusedError(BybitError):
    """A retCode other than ok; `row` says what it means."""

    code = "REFUSED"
    exit_code = _REFUSED

    def __init__(
        self, endpoint: str, ret_code: int, ret_msg: str, row: Row, headers: Mapping[str, str]
    ) -> None:
        message = f"{endpoint} answered {ret_code}: {row.text} ({ret_msg})"
        super().__init__(endpoint, message, ret_code=ret_code, ret_msg=ret_msg, meaning=row.meaning)
        self.ret_code = ret_code
        self.ret_msg = ret_msg
        self.row = row
        self.headers = headers
        if row.meaning == "fatal":
            self.exit_code = _CREDENTIALS
