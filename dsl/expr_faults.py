"""Why an expression cannot be read, in the words of the person who wrote it."""

import re
from dataclasses import dataclass

from tradec.dsl.forms import MIRRORED, OPERATORS_RENAMED
from tradec.dsl.operands import KEYWORDS

_TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9.]+|[<>=!&|*]+|\$\{[^}]*\}?|\S")
_OPERAND = {"NAME", "NUMBER", "LPAR"}
_IN_WORDS = {"cross_above": "crosses above", "cross_below": "crosses below"}
_SIGN_PAIRS = {"<>": "write `!=`", "=>": "write `>=`", "**": "multiply instead"}
_SIGNS = {
    "&&": "and",
    "&": "and",
    "||": "or",
    "|": "or",
    "!": "not",
    "===": "==",
    "!==": "!=",
}


@dataclass(frozen=True, slots=True)
class Stop:
    """Where reading stopped and why."""

    start: int
    end: int
    message: str
    helps: tuple[str, ...] = ()


def describe(text: str, at: int | None, expected: frozenset[str]) -> Stop:
    """Return why the text stops making sense at `at` (None: at its end)."""
    found = _TOKEN.search(text, at) if at is not None else None
    if found is None:
        return _at_end(text, expected)
    word, start = found.group(), found.start()
    message, *helps = (
        _wanted(expected) or _misspelt(word) or _misplaced(text, start, word, expected)
    )
    return Stop(start, found.end(), message, tuple(helps))


def _at_end(text: str, expected: frozenset[str]) -> Stop:
    end = len(text.rstrip())
    if not end:
        return Stop(0, len(text), "the expression is empty")
    wanted = _wanted(expected)
    if wanted:
        message, *helps = wanted
    elif expected >= _OPERAND:
        message, helps = "the expression ends where an operand should stand", []
    elif text.count("(") > text.count(")"):
        message, helps = "a parenthesis is not closed", ["write `)` at its end"]
    else:
        message, helps = "the expression ends too early", []
    return Stop(end - 1, end, message, tuple(helps))


def _wanted(expected: frozenset[str]) -> tuple[str, ...] | None:
    """Return what is said where only one word may follow."""
    if expected == {"DIRECTION"}:
        text = "`crosses` does not say in which direction"
        return text, "write `crosses above` or `crosses below`"
    if "_WITHIN" in expected and "_OR" not in expected and "RPAR" not in expected:
        text = "`near` does not say how near"
        return text, "write `a near b within 0.5%`, or `within 50` for a distance"
    if "_AND" in expected and "_OR" not in expected and "$END" not in expected:
        text = "`between` needs two bounds"
        return text, "write `x between low and high`"
    return None


def _misspelt(word: str) -> tuple[str, ...] | None:
    """Return what is said of the words and signs of other languages, and of the list form."""
    meant = OPERATORS_RENAMED.get(word.lower(), word.lower())
    if meant in _IN_WORDS:
        return f"`{word}` is not an operator of expressions", f"write `{_IN_WORDS[meant]}`"
    if meant in ("near_pct", "near_abs"):
        text = f"`{word}` is not an operator of expressions"
        return text, "write `a near b within 0.5%`, or `within 50` for a distance"
    if word.lower() in OPERATORS_RENAMED or word in _SIGNS:
        better = _SIGNS.get(word) or OPERATORS_RENAMED[word.lower()]
        return f"`{word}` is not an operator", f"write `{better}`"
    if word in ('"', "'", "`"):
        return "names and words stand without quotes", "remove the quotes"
    if word in ("**", "^"):
        return f"`{word}` is not an operator", "multiply instead"
    return None


def _misplaced(text: str, start: int, word: str, expected: frozenset[str]) -> tuple[str, ...]:
    if word in MIRRORED and "CMP" not in expected and "_OR" in expected:
        help_ = "write `x between low and high`, or join two comparisons with `and`"
        return f"`{word}` cannot follow another comparison", help_
    pair = text[max(start - 1, 0) : start + 1]
    if pair in _SIGN_PAIRS:
        return f"`{pair}` is not an operator", _SIGN_PAIRS[pair]
    if text[:start].rstrip()[-1:] == "[":
        return (f"`{word}` is not a number, as an index or offset is",)
    if word[0] == "." and word[1:].isdigit() and expected >= _OPERAND:
        return f"`{word}` is not a number", f"write `0{word}`"
    if expected >= _OPERAND:
        return (f"an operand is missing before `{word}`",)
    if word == ")":
        return ("this parenthesis closes nothing", "remove it")
    if word == "." or (word[0] == "." and text[start - 1 : start].isdigit()):
        return (f"`{word}` does not belong to a number or name here",)
    before = _TOKEN.findall(text[:start])
    follows = f"`{word}` follows `{before[-1]}`" if before else f"`{word}` stands here"
    if word.lower() in KEYWORDS or not (word[0].isalnum() or word[0] in "_($"):
        return (f"`{word}` cannot stand here",)
    return (f"{follows} without an operator between them", "join them with an operator")
