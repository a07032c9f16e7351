"""Which hosts a connection speaks to: environment, region, and overrides for a loopback server.

Source   Bybit V5 documentation, "Integration Guidance" and "Demo Trading Service"; bybit.md 1, 7.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from tradec.runtime.bybit.errors import MisconfiguredError

Environment: TypeAlias = Literal["live", "demo", "testnet"]

_REST = MappingProxyType({"live": "api", "demo": "api-demo", "testnet": "api-testnet"})
_PRIVATE = MappingProxyType({"live": "stream", "demo": "stream-demo", "testnet": "stream-testnet"})
_PUBLIC = MappingProxyType({"live": "stream", "demo": "stream", "testnet": "stream-testnet"})

REGIONS = MappingProxyType(
    {
        "global": ("bybit", "com"),
        "bytick": ("bytick", "com"),
        "nl": ("bybit", "nl"),
        "tr": ("bybit-tr", "com"),
        "hk": ("bybit", "com.hk"),
        "kz": ("bybit", "kz"),
        "eu": ("bybit", "eu"),
        "ae": ("bybit", "ae"),
        "id": ("bybit", "id"),
        "ge": ("bybitgeorgia", "ge"),
    }
)
"""Region -> (domain, top-level domain)."""

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """The base addresses of one connection; the WebSocket ones end before `/v5`."""

    environment: Environment
    rest: str
    ws_public: str
    ws_private: str

    @property
    def is_loopback(self) -> bool:
        """Tell whether every address lies on this machine."""
        return all(is_loopback(base) for base in (self.rest, self.ws_public, self.ws_private))


def hosts_of(
    environment: Environment,
    region: str = "global",
    *,
    rest: str | None = None,
    ws_public: str | None = None,
    ws_private: str | None = None,
) -> Hosts:
    """Return the hosts of an environment in a region; the addresses given override them.

    Live and demo never speak to an address that was given unless it is on this machine.
    """
    if region not in REGIONS:
        raise MisconfiguredError("", f"`{region}` is not a region: {', '.join(REGIONS)}")
    domain = ".".join(REGIONS[region])
    given = {"rest_base": rest, "ws_public_base": ws_public, "ws_private_base": ws_private}
    for name, base in given.items():
        if base is not None:
            _check(name, base)
    return Hosts(
        environment=environment,
        rest=(rest or f"https://{_REST[environment]}.{domain}").rstrip("/"),
        ws_public=(ws_public or f"wss://{_PUBLIC[environment]}.{domain}").rstrip("/"),
        ws_private=(ws_private or f"wss://{_PRIVATE[environment]}.{domain}").rstrip("/"),
    )


def is_loopback(base: str) -> bool:
    """Tell whether an address is one of this machine."""
    return (urlsplit(base).hostname or "") in _LOOPBACK


def _check(name: str, base: str) -> None:
    scheme = urlsplit(base).scheme
    allowed = ("http", "https") if name == "rest_base" else ("ws", "wss")
    if scheme not in allowed or not is_loopback(base):
        what = f"`exchange.{name}` admits only an address of this machine, received `{base}`"
        raise MisconfiguredError("", what)
