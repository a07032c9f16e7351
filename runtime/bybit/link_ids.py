"""The ids that our orders carry: which instance, which instant, what for, and which attempt.

tc1-<instance>-<instant>-<slot><role><attempt>-<check>, 28 characters of [A-Za-z0-9-]:

instance   6 digits of base 36 from the account's uid, the mode, the symbol and the play's id
instant    ms UTC in base 36: the evaluation for E, X, S and T, the request for M, P and C
slot       what the order belongs to, or the number of a split child, one digit of base 36
role       E entry, X exit, S stop, T target, M emergency, P panic, C command line
attempt    0 at first, one digit of base 36
check      the lower 16 bits of the CRC-32 of what stands before it, in hex

The same decision gives the same id, so that a request that is sent again can never become a second
order. An id is unique for ever. Source: live-runtime.md 7 with rulings C2.
"""

import hashlib
import zlib
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, get_args

Role: TypeAlias = Literal["E", "X", "S", "T", "M", "P", "C"]

PREFIX: Final = "tc1"
LONGEST: Final = 36
"""How many characters Bybit admits."""

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_INSTANCE, _INSTANT = 6, 8
_ROLES: Final = get_args(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkId:
    """The parts of an id; `str` of it is what the exchange is told."""

    instance: str
    ts: int
    role: Role
    slot: int = 0
    attempt: int = 0

    def __post_init__(self) -> None:
        if len(self.instance) != _INSTANCE or not 0 <= self.ts < 36**_INSTANT:
            raise ValueError("an instance has 6 digits, an instant 8")
        if not (0 <= self.slot < len(_DIGITS) and 0 <= self.attempt < len(_DIGITS)):
            raise ValueError("a slot and an attempt have one digit of base 36")

    def __str__(self) -> str:
        last = f"{_DIGITS[self.slot]}{self.role}{_DIGITS[self.attempt]}"
        body = f"{PREFIX}-{self.instance}-{_base36(self.ts, _INSTANT)}-{last}"
        return f"{body}-{_check(body)}"

    def again(self) -> "LinkId":
        """Return the id of the next attempt."""
        return replace(self, attempt=self.attempt + 1)

    def child(self, number: int) -> "LinkId":
        """Return the id of a split child."""
        return replace(self, slot=self.slot + number)


def instance_of(uid: str, mode: str, symbol: str, play: str) -> str:
    """Return the 6 digits that tell one deployment of a play from every other."""
    text = f"{uid}\n{mode}\n{symbol}\n{play}"
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return _base36(number % 36**_INSTANCE, _INSTANCE)


def parse(text: str) -> LinkId | None:
    """Return the parts of an id of ours, None where it is none."""
    pieces = text.split("-")
    if len(pieces) != 5 or pieces[0] != PREFIX:
        return None
    _, instance, instant, last, check = pieces
    fits = (len(instance), len(instant), len(last)) == (_INSTANCE, _INSTANT, 3)
    if not fits or check != _check(text[: -len(check) - 1]):
        return None
    slot, role, attempt = last[0], last[1], last[2]
    if role not in _ROLES or not _is_base36(instance + instant + slot + attempt):
        return None
    return LinkId(
        instance=instance,
        ts=int(instant, 36),
        role=role,  # type: ignore[arg-type]  # looked up above
        slot=int(slot, 36),
        attempt=int(attempt, 36),
    )


def is_of(text: str, instance: str) -> bool:
    """Tell whether an id was made by this instance."""
    made = parse(text)
    return made is not None and made.instance == instance


def _base36(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, digit = divmod(number, 36)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


def _is_base36(text: str) -> bool:
    return all(letter in _DIGITS for letter in text)


def _check(body: str) -> str:
    return f"{zlib.crc32(body.encode()) & 0xFFFF:04x}"
