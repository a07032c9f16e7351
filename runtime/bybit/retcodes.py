"""What each retCode of Bybit's V5 API means for a caller: the table, as data.

Source   Bybit V5 documentation, page "Error Codes"; classes as in the table of bybit.md 5.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

Class: TypeAlias = Literal[
    "ok",
    "clock",  # the timestamp lies outside of the window: measure the offset, try again
    "rate",  # too fast, or the exchange is overloaded: wait, try again
    "server",  # the exchange failed: reads again, writes have an unknown outcome
    "duplicate_request",  # this very request arrived twice
    "duplicate_link",  # an order of this orderLinkId exists
    "unchanged",  # it is already as asked for
    "order_gone",  # the order is done, cancelled or unknown
    "order_busy",  # the order is being processed: once more after 300 ms
    "already_flat",  # a reduce-only order would reduce nothing
    "no_position",
    "funds",  # balance or margin too small
    "price",  # a price or trigger outside of what is allowed
    "stop_crossed",  # the trigger of a stop has already been passed
    "too_small",  # below the minimum of quantity or value
    "too_many",  # too many orders or stops
    "would_liquidate",
    "risk_tier",  # position or leverage beyond the tier
    "mode_switch",  # position or margin mode cannot be switched now
    "restricted",  # the contract admits only reductions, is settled or delisted
    "cooling_off",
    "fatal",  # key, signature, permission, region, ban
    "parameter",  # the request itself is wrong: a defect of ours
    "unavailable",  # not offered in this environment
    "unknown",
]

Action: TypeAlias = Literal["done", "retry", "look_up", "refresh", "refuse", "pause", "stop"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: what the codes mean in a word, what to do, and a sentence."""

    codes: tuple[int, ...]
    meaning: Class
    action: Action
    text: str


TABLE: tuple[Row, ...] = (
    Row((0,), "ok", "done", "done"),
    Row((10002, -1), "clock", "retry", "the request's time lies outside of the allowed window"),
    Row(
        (10006, 429, 10429, 10019, 10403, 170005, 170222),
        "rate",
        "retry",
        "too many requests, or the exchange is overloaded",
    ),
    Row(
        (10000, 10016, 170001, 170007, 170032, 170146, 170147, 170310, 500000),
        "server",
        "retry",
        "the exchange failed or took too long",
    ),
    Row((10014,), "duplicate_request", "look_up", "the same request arrived before"),
    Row((110072, 170141), "duplicate_link", "look_up", "an order of this link id exists"),
    Row((110043,), "unchanged", "done", "the leverage is already as asked for"),
    Row((110025, 110026), "unchanged", "done", "the mode is already as asked for"),
    Row((34040,), "unchanged", "done", "stop and target are already as asked for"),
    Row(
        (110001, 110008, 110010, 170213, 170139, 170142, 170143),
        "order_gone",
        "refresh",
        "the order is done, cancelled or unknown",
    ),
    Row((110079, 40004, 170191), "order_busy", "retry", "the order is being processed"),
    Row((110017,), "already_flat", "refresh", "a reduce-only order would reduce nothing"),
    Row((110034, 110033), "no_position", "refresh", "there is no position"),
    Row(
        (
            110004,
            110006,
            110007,
            110012,
            110044,
            110045,
            110051,
            110052,
            110053,
            170131,
            170033,
        ),
        "funds",
        "refuse",
        "the balance or the margin is too small",
    ),
    Row(
        (
            110003,
            110120,
            110121,
            30208,
            30209,
            170132,
            170133,
            170371,
            170372,
        ),
        "price",
        "refuse",
        "the price lies outside of what the exchange allows",
    ),
    Row((110092, 110093), "stop_crossed", "refuse", "the trigger price has already been passed"),
    Row((110094, 170140, 170136), "too_small", "refuse", "the order is below the minimum"),
    Row((110009, 110020, 110061), "too_many", "refuse", "there are too many orders or stops"),
    Row(
        (110011, 110039, 110040, 110046),
        "would_liquidate",
        "refuse",
        "the position would liquidate",
    ),
    Row(
        (110013, 110086, 110089, 110090, 110021),
        "risk_tier",
        "refuse",
        "the risk tier does not admit this size or leverage",
    ),
    Row((110024, 110028, 110029), "mode_switch", "stop", "the mode cannot be switched now"),
    Row(
        (110023, 110042, 110063, 110066, 110074, 110095, 30228),
        "restricted",
        "pause",
        "the contract admits no new positions",
    ),
    Row((110124,), "cooling_off", "pause", "the account is in a cooling-off period"),
    Row(
        (
            10003,
            10004,
            10005,
            10007,
            10009,
            10010,
            10024,
            10027,
            10028,
            10029,
            33004,
            -2015,
            110088,
            110123,
            110125,
        ),
        "fatal",
        "stop",
        "the key, its rights, the region or the account do not allow this",
    ),
    Row((10001,), "parameter", "refuse", "a parameter is wrong"),
    Row((10032,), "unavailable", "refuse", "not available here"),
)

_UNKNOWN = Row((), "unknown", "refuse", "an answer that is in no table")
_BY_CODE: Mapping[int, Row] = MappingProxyType({code: row for row in TABLE for code in row.codes})
_UNCHANGED = Row((10001,), "unchanged", "done", "it is already as asked for")


def row_of(code: int, message: str = "") -> Row:
    """Return the row of a retCode.

    Bybit answers "not modified" with the general 10001 in places: that is no error.
    """
    row = _BY_CODE.get(code, _UNKNOWN)
    if row.meaning == "parameter" and "not modified" in message.lower():
        return _UNCHANGED
    return row
