"""Checks signatures and times of signed requests and of WebSocket logins as Bybit does."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

AHEAD_MS = 1000


@dataclass(frozen=True, slots=True)
class Refusal:
    """A retCode with its text."""

    code: int
    text: str


def sign(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def check_request(
    headers: Mapping[str, str], payload: str, keys: Mapping[str, str], now_ms: int
) -> Refusal | None:
    """Return why a signed request is refused; `payload` is the query string or the body."""
    key = headers.get("X-BAPI-API-KEY", "")
    stamp = headers.get("X-BAPI-TIMESTAMP", "")
    window = headers.get("X-BAPI-RECV-WINDOW", "")
    if key not in keys:
        return Refusal(10003, "API key is invalid.")
    if not (stamp.isdigit() and window.isdigit()):
        return Refusal(10001, "params error: timestamp")
    if not now_ms - int(window) <= int(stamp) < now_ms + AHEAD_MS:
        return Refusal(10002, f"invalid request, req_timestamp[{stamp}], server[{now_ms}]")
    if not hmac.compare_digest(
        sign(keys[key], stamp + key + window + payload), headers.get("X-BAPI-SIGN", "")
    ):
        return Refusal(10004, "error sign! please check your signature generation algorithm.")
    return None


def check_login(arguments: list[object], keys: Mapping[str, str], now_ms: int) -> Refusal | None:
    """Return why the `auth` of a private WebSocket is refused."""
    if len(arguments) != 3:
        return Refusal(10001, "params error: auth")
    key, expires, signature = (str(one) for one in arguments)
    if key not in keys:
        return Refusal(10003, "API key is invalid.")
    if not expires.isdigit() or int(expires) <= now_ms:
        return Refusal(10004, "Params Error: expires")
    if not hmac.compare_digest(sign(keys[key], f"GET/realtime{expires}"), signature):
        return Refusal(10004, "error sign!")
    return None
