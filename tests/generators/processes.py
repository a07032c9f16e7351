"""Sessions in processes of their own, for tests that stop or kill them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradec.runtime.live.control import ControlError, ask
from tradec.runtime.live.instances import Entry, listed

SECONDS = 60.0


@dataclass
class Process:
    """A `tradec run` that was started, and the state folder it was given."""

    popen: "subprocess.Popen[str]"
    state: Path

    def entry(self) -> Entry | None:
        return next((one for one in listed(self.state) if one.is_alive), None)

    def wait_for(self, what: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first status of the session for which `what` holds."""
        limit = time.monotonic() + SECONDS
        while time.monotonic() < limit:
            assert self.popen.poll() is None, self.popen.communicate()
            entry = self.entry()
            try:
                if entry is not None and what(status := ask(Path(entry.socket), "status")):
                    return status
            except ControlError:
                pass
            time.sleep(0.05)
        raise AssertionError("the session does not come so far")

    def end(self) -> tuple[int, str, str]:
        out, err = self.popen.communicate(timeout=SECONDS)
        return self.popen.returncode, out, err


def started(state: Path, *arguments: object, **environment: str) -> Process:
    """Start `tradec run` with these arguments; it keeps its state in `state`."""
    command = [sys.executable, "-m", "tradec", "run", *map(str, arguments), "--json"]
    popen = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TRADEC_STATE_DIR": str(state), **environment},
    )
    return Process(popen, state)
