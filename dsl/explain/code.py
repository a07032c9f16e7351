"""What is known about one diagnostic code."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """One code; `wrong` and `right` are whole plays or some top-level sections of one.

    A test completes the sections to a play and reads it: `wrong` must give this code, and `right`
    neither this code nor any error.
    """

    code: str
    title: str
    meaning: str
    explain: str
    wrong: str
    right: str
