"""Which hosts are spoken to."""

import pytest

from tradec.runtime.bybit.errors import MisconfiguredError
from tradec.runtime.bybit.hosts import REGIONS, hosts_of


def test_demo_takes_its_prices_from_the_main_stream() -> None:
    hosts = hosts_of("demo")
    assert hosts.rest == "https://api-demo.bybit.com"
    assert hosts.ws_public == "wss://stream.bybit.com"
    assert hosts.ws_private == "wss://stream-demo.bybit.com"


def test_live_and_testnet_have_hosts_of_their_own() -> None:
    assert hosts_of("live").rest == "https://api.bybit.com"
    assert hosts_of("testnet").ws_private == "wss://stream-testnet.bybit.com"


@pytest.mark.parametrize("region", REGIONS)
def test_a_region_concerns_every_host(region: str) -> None:
    hosts = hosts_of("live", region)
    domain = ".".join(REGIONS[region])
    assert {hosts.rest, hosts.ws_public, hosts.ws_private} == {
        f"https://api.{domain}",
        f"wss://stream.{domain}",
    }


def test_an_unknown_region_is_named_with_those_there_are() -> None:
    with pytest.raises(MisconfiguredError, match="`mars` is not a region: global"):
        hosts_of("live", "mars")


def test_other_addresses_lie_on_this_machine_or_are_refused() -> None:
    hosts = hosts_of("live", rest="http://127.0.0.1:1", ws_public="ws://127.0.0.1:1")
    assert hosts.rest == "http://127.0.0.1:1"
    assert not hosts.is_loopback
    local = hosts_of(
        "live", rest="http://[::1]:1", ws_public="ws://localhost:1", ws_private="ws://127.0.0.1:1"
    )
    assert local.is_loopback
    for name, base in (
        ("rest", "http://example.com"),
        ("rest", "http://127.0.0.1.example.com"),
        ("rest", "ftp://127.0.0.1"),
        ("ws_public", "http://127.0.0.1"),
        ("ws_private", "ws://10.0.0.1"),
    ):
        with pytest.raises(MisconfiguredError, match="only an address of this machine"):
            hosts_of("demo", **{name: base})
