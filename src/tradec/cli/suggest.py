"""Did you mean: the known words nearest to an unknown one."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return at most three of `known` that look like `word`, best first."""
    from tradec.dsl.words import closest

    return closest(word, known)


def did_you_mean(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the help line that names the nearest words, or nothing."""
    from tradec.dsl.words import join_words

    found = nearest(word, known)
    return (f"did you mean {join_words(found)}?",) if found else ()
