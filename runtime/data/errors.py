"""What can be wrong with market data, as exceptions that carry a code and details."""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

DataCode: TypeAlias = Literal[
    # simulation.md 19
    "BAD_WINDOW",
    "HISTORY_UNAVAILABLE",
    "INSUFFICIENT_COVERAGE",
    "DATA_QUALITY_ISSUE",
    # files and the catalogue
    "FILE_UNREADABLE",
    "COLUMNS_MISSING",
    "TIMEFRAME_MISMATCH",
    "CONFLICTING_ROWS",
    "WRITE_FAILED",
    "CATALOG_CORRUPT",
    # what was asked for
    "BAD_NAME",
    "BAD_PARAMETER",
]

_USAGE: frozenset[DataCode] = frozenset({"BAD_NAME", "BAD_PARAMETER"})


class DataError(Exception):
    """Data that cannot be used as asked: a code, one sentence, and the facts behind it."""

    def __init__(
        self, code: DataCode, message: str, details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code: DataCode = code
        self.message = message
        self.details: dict[str, Any] = dict(details or {})

    @property
    def exit_code(self) -> int:
        """Return the exit code of a command that ends with this error (cli-and-data.md 1)."""
        return 2 if self.code in _USAGE else 7


class LockHeld(Exception):  # noqa: N818 - a state of the world, named as the command line names it
    """Another process writes this symbol; the owner is as far as it is known."""

    exit_code = 5
    code = "LOCK_HELD"

    def __init__(self, symbol: str, owner: Mapping[str, Any]) -> None:
        self.symbol = symbol
        self.owner: dict[str, Any] = dict(owner)
        self.details: dict[str, Any] = {"symbol": symbol, "owner": self.owner}
        who = (
            f"process {owner['pid']} since {owner['since']} ({owner['command']})"
            if owner
            else "an unknown process"
        )
        self.message = f"the data of {symbol} are being written by {who}"
        super().__init__(self.message)


class UnknownPattern(Exception):  # noqa: N818 - named for what is unknown
    """A synthetic pattern that does not exist, with the names that come close."""

    exit_code = 2
    code = "UNKNOWN_PATTERN"

    def __init__(self, name: str, suggestions: tuple[str, ...], known: tuple[str, ...]) -> None:
        self.name = name
        self.suggestions = suggestions
        self.details: dict[str, Any] = {"suggestions": suggestions, "known": known}
        self.message = f"unknown synthetic pattern `{name}`"
        super().__init__(self.message)
