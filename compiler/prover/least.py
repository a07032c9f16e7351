"""The fewest conditions that a proof needs."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from tradec.compiler import ir
from tradec.compiler.prover.refute import Proof
from tradec.compiler.rewrite import walk

Prove: TypeAlias = Callable[[Sequence[ir.Condition]], Proof | None]
Found: TypeAlias = tuple[Sequence[ir.Condition], Proof]


def proven(conditions: Sequence[ir.Condition], prove: Prove) -> Found | None:
    """Return the fewest conditions with which something is proven, and how; None if it is not."""
    proof = prove(conditions) if conditions else None
    if proof is None:
        return None
    needed, proof = _named(conditions, proof, prove)
    for condition in tuple(needed):
        without = [other for other in needed if other is not condition]
        shorter = prove(without) if without else None
        if shorter is not None:
            needed, proof = without, shorter
    return needed, proof


def _named(conditions: Sequence[ir.Condition], proof: Proof, prove: Prove) -> Found:
    """Return the conditions that a proof names, if they suffice."""
    atoms = {id(one.node) for one in proof.asked()}
    named = [one for one in conditions if any(id(node) in atoms for node in walk(one))]
    shorter = prove(named) if 0 < len(named) < len(conditions) else None
    return (conditions, proof) if shorter is None else (named, shorter)
