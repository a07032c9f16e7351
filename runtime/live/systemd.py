"""Tells systemd how a session is, where systemd runs it; elsewhere nothing.

The core loop calls it, so that a loop that hangs is noticed (live-runtime.md 10.15).
"""

import os
import socket
from collections.abc import Mapping
from typing import Final

READY: Final = "READY=1"
WATCHDOG: Final = "WATCHDOG=1"
STOPPING: Final = "STOPPING=1"


def notify(state: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Send a word to systemd; return whether there was somebody to send it to."""
    address = environment.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        try:
            client.sendto(state.encode(), address.replace("@", "\0", 1))
        except OSError:
            return False
    return True
