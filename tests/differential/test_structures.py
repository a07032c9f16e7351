"""Plays around each structure: native code, its steps, the interpreter and plain Python agree."""

import pytest

from differential.judging import judge
from differential.native_cases import Case, collected
from tradec.compiler.catalog import standard


def _around_each(count: int, *, skip: int = 0, fixed: bool | None = None) -> list[Case]:
    return [
        case
        for name in standard().structures()
        for case in collected(count, fixed=fixed, at_once=count, runs=1, high=600, structure=name)[
            skip:
        ]
    ]


def test_one_play_around_each_structure_agrees() -> None:
    verdict = judge(_around_each(3, skip=2, fixed=True))  # the first ones drawn are simple
    assert not verdict.failures, "\n\n".join(verdict.failures[:3])
    assert verdict.plays == len(standard().structures())


@pytest.mark.slow
def test_many_plays_around_each_structure_agree() -> None:
    drawn = _around_each(4)
    verdicts = [judge(drawn[k : k + 26]) for k in range(0, len(drawn), 26)]
    failures = [story for verdict in verdicts for story in verdict.failures]
    assert not failures, f"{len(failures)} of {len(drawn)} plays\n\n" + "\n\n".join(failures[:3])
    assert sum(verdict.traded for verdict in verdicts) >= 0.3 * len(drawn)
