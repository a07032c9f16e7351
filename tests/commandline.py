"""Calls the command line inside this process, and reads what it says."""

import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any

from tradec.cli.boundary import call

ENVELOPE = {"schema", "status", "message", "data", "warnings", "error", "elapsed_ms"}


@dataclass(frozen=True, slots=True)
class Said:
    """The exit code of a call and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        """The one JSON object on stdout, its envelope checked."""
        answer = json.loads(self.out)
        assert set(answer) == ENVELOPE
        assert answer["status"] in {"ok", "fail", "error"}
        assert isinstance(answer["elapsed_ms"], int)
        assert isinstance(answer["warnings"], list)
        return dict(answer)

    @property
    def data(self) -> Any:
        """The answer's data."""
        return self.answer["data"]


def tradec(*arguments: object) -> Said:
    """Call tradec as a user does."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = call([str(argument) for argument in arguments])
    return Said(code, out.getvalue(), err.getvalue())
