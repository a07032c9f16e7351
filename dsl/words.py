"""Words and numbers as a person writes them: how to read them, and what was probably meant."""

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_REAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_DIGITS = 400
_INT64 = 1 << 63
_LONGEST = 100  # nobody misspells a longer word
_MANY = 400  # options among which only near misses are looked for
_VERY_MANY = 2_000  # options among which nothing is looked for
_RATIO = 0.6
_LISTED = 80
_BOOLS = {"true": True, "false": False}


class NumberRangeError(ValueError):
    """A number that no 64-bit integer or float holds."""


def to_number(text: str) -> int | float | None:
    """Return a number, INT if written without point and exponent; None if it is none."""
    if not _REAL.match(text):
        return None
    if len(text) > _DIGITS:
        raise NumberRangeError(text)
    if _INTEGER.match(text):
        value = int(text)
        if not -_INT64 <= value < _INT64:
            raise NumberRangeError(text)
        return value
    real = float(text)
    if real in (float("inf"), float("-inf")):
        raise NumberRangeError(text)
    return real


def to_bool(text: str) -> bool | None:
    """Return the bool that a word stands for, or None."""
    return _BOOLS.get(text.lower())


def closest(
    word: str, options: Iterable[str], renamed: Mapping[str, str] | None = None
) -> list[str]:
    """Return up to three options that look like `word`, the best first.

    A word of the `renamed` table comes first whatever it looks like.
    """
    known = list(dict.fromkeys(options))
    renamings = [renamed[word]] if renamed and renamed.get(word) in known else []
    low = word.lower()
    if len(low) > _LONGEST or len(known) > _VERY_MANY:
        return renamings
    near = _within(low, known, min(2, len(word) - 1)) or _alike(low, known)
    return list(dict.fromkeys([*renamings, *near]))[:3]


def _within(low: str, known: list[str], limit: int) -> list[str]:
    """Return the options at most `limit` edits away, the nearest first."""
    scored = (
        (_distance(low, option.lower()), option)
        for option in known
        # Every letter that only one of the two has takes an edit.
        if abs(len(option) - len(low)) <= limit
        and max(len(option), len(low)) - _in_common(low, option.lower()) <= limit
    )
    return [option for distance, option in sorted(scored) if distance <= limit]


def _alike(low: str, known: list[str]) -> list[str]:
    """Return the options of which most letters stand in the same order, the nearest first."""
    scored = (
        (_distance(low, option.lower()), option)
        for option in (known if len(known) <= _MANY else ())
        if 2 * _in_common(low, option.lower()) >= _RATIO * (len(low) + len(option))
        and SequenceMatcher(None, low, option.lower()).ratio() >= _RATIO
    )
    return [option for _, option in sorted(scored)]


def _in_common(one: str, other: str) -> int:
    """Return how many letters two words share, whatever their order."""
    return sum(min(one.count(letter), other.count(letter)) for letter in set(one))


def suggest(word: str, options: Iterable[str], renamed: Mapping[str, str] | None = None) -> str:
    """Return "write `a` or `b`" for the options that look like `word`, or an empty text."""
    found = closest(word, options, renamed)
    return f"write {join_words(found)}" if found else ""


def join_words(words: Iterable[str], last: str = "or") -> str:
    """Return "`a`, `b` or `c`"."""
    quoted = [f"`{word}`" for word in words]
    if len(quoted) <= 1:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"


def listed(words: Iterable[str]) -> str:
    """Return "a, b, c", sorted; of very many only the first."""
    every = sorted(words)
    more = len(every) - _LISTED
    return ", ".join([*every[:_LISTED], *([f"and {more} more"] if more > 0 else [])])


def number_text(value: float) -> str:
    """Return a number as short as it can be written."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def _distance(one: str, other: str) -> int:
    """Return the edit distance, neighbors swapped counting once."""
    if abs(len(one) - len(other)) > 4:
        return abs(len(one) - len(other))
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        row, before, last = [i], row, before
        for j, right in enumerate(other, 1):
            replaced = before[j - 1] + (left != right)
            cost = min(before[j] + 1, row[j - 1] + 1, replaced)
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
