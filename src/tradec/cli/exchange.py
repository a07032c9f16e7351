"""Connections to Bybit as the user's settings say: region, own addresses, certificates."""

from typing import TYPE_CHECKING

from tradec.cli.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable

    from tradec.runtime.bybit.client import Client
    from tradec.runtime.bybit.hosts import Hosts


def hosts_for(config: Config) -> "Hosts":
    """Return the hosts of the public data of the main exchange."""
    from tradec.runtime.bybit.hosts import hosts_of

    exchange = config.section("exchange")
    return hosts_of(
        "live",
        exchange.get("region", "global"),
        rest=exchange.get("rest_base"),
        ws_public=exchange.get("ws_public_base"),
        ws_private=exchange.get("ws_private_base"),
    )


def connector(config: Config) -> "Callable[[], Client]":
    """Return what makes a client without a key; all of them share one limiter."""
    from tradec.runtime.bybit.client import Client
    from tradec.runtime.bybit.limiter import Limiter

    hosts, limiter = hosts_for(config), Limiter()
    bundle = config.get("exchange", "ca_bundle")
    return lambda: Client(hosts, ca_bundle=bundle, limiter=limiter)
