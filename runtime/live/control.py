"""The control socket of an instance: lines of JSON, answered by the core loop.

A request is {"cmd": ..., options}; an answer {"ok": true, ...} or {"ok": false, "error": ...}.
"""

import contextlib
import json
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tradec.runtime.live.events import Control
from tradec.runtime.live.queue import EventQueue

ANSWER_SECONDS: Final = 10.0
MAX_LINE: Final = 65_536


class ControlError(Exception):
    """An instance that does not answer, or answers no."""

    code = "NO_ANSWER"
    exit_code = 8

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@contextlib.contextmanager
def listening(path: Path, queue: EventQueue) -> Iterator[None]:
    """Take commands at a socket, for its owner alone, and put them into the queue."""
    path.unlink(missing_ok=True)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        server.bind(str(path))
    finally:
        os.umask(before)
    server.listen()
    thread = threading.Thread(target=_serve, args=(server, queue), name="control", daemon=True)
    thread.start()
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(ANSWER_SECONDS)
        path.unlink(missing_ok=True)


def _serve(server: socket.socket, queue: EventQueue) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError, ValueError):
            connection.settimeout(ANSWER_SECONDS)
            _answer(connection, queue)


def _answer(connection: socket.socket, queue: EventQueue) -> None:
    asked = json.loads(_line(connection))
    answered, answer = threading.Event(), dict[str, Any]()

    def reply(given: Mapping[str, Any]) -> None:
        answer.update(given)
        answered.set()

    options = {name: value for name, value in asked.items() if name != "cmd"}
    if not queue.put(Control(str(asked.get("cmd")), options, reply)):
        reply({"ok": False, "error": "the session is ending"})
    if not answered.wait(ANSWER_SECONDS):
        reply({"ok": False, "error": "the session does not answer"})
    connection.sendall(json.dumps(answer).encode() + b"\n")


def _line(connection: socket.socket) -> bytes:
    content = b""
    while b"\n" not in content:
        part = connection.recv(4096)
        if not part or len(content) > MAX_LINE:
            raise ValueError("no whole request")
        content += part
    return content.partition(b"\n")[0]


def ask(path: Path, command: str, **options: Any) -> dict[str, Any]:
    """Return what an instance answers to a command; ControlError where it does not or refuses."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(ANSWER_SECONDS + 1.0)
            client.connect(str(path))
            client.sendall(json.dumps({"cmd": command, **options}).encode() + b"\n")
            answer: dict[str, Any] = json.loads(_line(client))
    except (OSError, ValueError) as problem:
        raise ControlError(f"the instance does not answer: {problem}") from None
    if not answer.pop("ok", False):
        raise ControlError(str(answer.get("error", "the instance refused")))
    return answer
