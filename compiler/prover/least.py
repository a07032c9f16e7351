"""The fewest conditions that a proof needs."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from tradec.compiler import ir
from tradec.compiler.prover.refute import Proof

Prove: TypeAlias = Callable[[Sequence[ir.Condition]], Proof | None]
Found: TypeAlias = tuple[Sequence[ir.Condition], Proof]


def proven(conditions: Sequence[ir.Condition], prove: Prove) -> Found | None:
    """Return the fewest conditions with which something is proven, and how; None if it is not."""
    proof = prove(conditions) if conditions else None
    if proof is None:
        return None
    needed = list(conditions)
    for condition in conditions:
        without = [other for other in needed if other is not condition]
        shorter = prove(without) if without else None
        if shorter is not None:
            needed, proof = without, shorter
    return needed, proof
