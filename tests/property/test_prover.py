"""What the prover claims holds on random plays over random series, on every bar."""

import math
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from generators.base_series import base_series
from generators.claims import Conditions, Record, Watcher, Witness
from generators.driving import drive
from generators.irbuild import block
from generators.plays import Drawn, plays
from tradec.compiler import ir
from tradec.compiler.catalog import standard
from tradec.compiler.evaluate import is_missing
from tradec.compiler.evaluate import number as evaluate_number
from tradec.compiler.print_expr import SHORT
from tradec.compiler.prover.formula import Bound
from tradec.compiler.prover.judge import Judge
from tradec.compiler.prover.knowledge import Knowledge
from tradec.compiler.prover.refute import Proof
from tradec.compiler.prover.terms import Extreme, Shifted, Terms
from tradec.compiler.prover.units import Units
from tradec.compiler.reads import every_output

GENTLY = settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # seeds do not shrink
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
COUNT = 30
RANDOM = st.randoms(use_true_random=True)


@dataclass(frozen=True, slots=True)
class Claim:
    """That a condition is never `truth`."""

    condition: int
    truth: bool
    proof: Proof

    def breaks(self, record: Record) -> bool:
        """Return whether a recorded bar contradicts the claim."""
        if self.proof.exact:
            return any(bar[self.condition] is self.truth for bar in record.truths)
        return any(bar[self.condition, self.truth] for bar in record.clear)


def claims(judge: Judge, conditions: list[ir.Condition]) -> list[Claim]:
    """Return everything that is proven of single conditions."""
    found = []
    for k, one in enumerate(conditions):
        for truth, proof in ((True, judge.never_true(one)), (False, judge.never_false(one))):
            if proof is not None:
                found.append(Claim(k, truth, proof))
    return found


@dataclass(frozen=True, slots=True)
class Link:
    """That one condition is `truth` wherever another is."""

    premise: int
    conclusion: int
    truth: bool


def links(judge: Judge, conditions: list[ir.Condition]) -> list[Link]:
    """Return everything that is proven, exactly, to follow from a single condition."""
    found = []
    for j, one in enumerate(conditions):
        for k, two in enumerate(conditions):
            for imply, truth in ((judge.implies_true, True), (judge.implies_false, False)):
                proof = imply((one,), two) if j != k else None
                if proof is not None and proof.exact:
                    found.append(Link(j, k, truth))
    return found


@GENTLY
@given(st.data(), plays(), RANDOM)
def test_what_is_called_never_true_or_never_false_is_not(
    data: st.DataObject, drawn: Drawn, random: Random
) -> None:
    series = data.draw(base_series(drawn.play, low=60, high=120))
    source = Conditions.of(drawn.play, random, float(series.close[0]))
    conditions = [source.condition() for _ in range(COUNT)]
    found = claims(Judge(drawn.play, standard()), conditions)
    closely = [(claim.condition, claim.truth) for claim in found if not claim.proof.exact]
    witness = Witness(drawn.play, conditions, closely)
    drive(witness, series.candles)
    broken = [claim for claim in found if claim.breaks(witness.record)]
    assert [(SHORT.condition(conditions[c.condition]), c) for c in broken] == []


@GENTLY
@given(st.data(), plays(), RANDOM)
def test_what_is_said_to_follow_follows(data: st.DataObject, drawn: Drawn, random: Random) -> None:
    series = data.draw(base_series(drawn.play, low=60, high=120))
    source = Conditions.of(drawn.play, random, float(series.close[0]))
    conditions = [source.condition(depth=1) for _ in range(12)]
    found = links(Judge(drawn.play, standard()), conditions)
    witness = Witness(drawn.play, conditions)
    drive(witness, series.candles)
    broken = [
        f"{SHORT.condition(conditions[link.premise])} -> {link.truth} "
        f"{SHORT.condition(conditions[link.conclusion])}"
        for link in found
        for bar in witness.record.truths
        if bar[link.premise] is link.truth and bar[link.conclusion] is not link.truth
    ]
    assert broken == []


def test_random_conditions_are_often_decided() -> None:
    """Otherwise the tests above would say little."""
    kinds: Counter[str] = Counter()

    @settings(GENTLY, max_examples=8, derandomize=True, database=None, phases=[Phase.generate])
    @given(plays(), RANDOM)
    def count(drawn: Drawn, random: Random) -> None:
        source = Conditions.of(drawn.play, random, 100.0)
        conditions = [source.condition() for _ in range(COUNT)]
        judge = Judge(drawn.play, standard())
        kinds["conditions"] += len(conditions)
        for claim in claims(judge, conditions):
            kinds[f"{claim.truth} {claim.proof.exact}"] += 1
        kinds["links"] += len(links(judge, conditions[:10]))

    count()
    assert kinds["True True"] >= 0.05 * kinds["conditions"]
    assert kinds["False True"] >= 0.05 * kinds["conditions"]
    assert kinds["True False"] + kinds["False False"] >= 3
    assert kinds["links"] >= 10


def value(watcher: Watcher, terms: Terms, term: int) -> float | None:
    """Return what a term is after the last evaluation, None if it has no value or is not seen."""
    match terms[term].subject:
        case int(constant) | float(constant):
            return constant
        case Shifted(number=number, steps=0):
            found = evaluate_number(number, watcher)
            return None if is_missing(found) else found
        case Extreme(of=ir.Read(series=series, output=output), place=place) as extreme:
            bars = watcher.history.get(series)
            if bars is None:
                return None
            end = len(bars) - place.offset
            start = 0 if extreme.length is None else max(0, end - extreme.length)
            window = [bar[output] for bar in bars[start:end]]
            return (max if extreme.highest else min)(window, default=None)
        case _:
            return None


def holds(bound: Bound, high: float | None, low: float | None) -> bool:
    if high is None or low is None or math.isinf(high) or math.isinf(low):
        return True
    distance = Fraction(high) - Fraction(low)
    return distance <= bound.limit if bound.strict == 0 else distance < bound.limit


@GENTLY
@given(st.data(), plays())
def test_what_is_known_of_numbers_holds(data: st.DataObject, drawn: Drawn) -> None:
    """Every exact bound on the outputs and bars of a play, where those it is about are there."""
    candles = data.draw(base_series(drawn.play, low=60, high=120)).candles
    reads = [
        ir.Read(series=source, output=output.name, offset=offset, type=output.type)
        for source, output in every_output(drawn.play)
        for offset in (0, 1)
    ]
    blocks = (block(*(ir.Compare(op="==", left=one, right=one) for one in reads)),)
    watcher = Watcher(replace(drawn.play, blocks=blocks))
    units = Units(drawn.play, standard())
    terms = Terms(units, drawn.play.exec)
    knowledge = Knowledge(units, terms)
    for ts, row in candles.items():
        watcher.step(ts, ts + candles.base_ms, *row, 0, True, True)
        seen = [terms.of(one) for one in reads if not is_missing(watcher.read(one))]
        known = knowledge.about(frozenset(seen))
        broken = [
            (terms[bound.high].subject, terms[bound.low].subject, bound.limit)
            for bound in known.bounds
            if not bound.rounded
            and not holds(
                bound, value(watcher, terms, bound.high), value(watcher, terms, bound.low)
            )
        ]
        assert broken == []
