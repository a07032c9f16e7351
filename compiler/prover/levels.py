"""Proves that a stop by structure can only lie on the wrong side of the price."""

from tradec.compiler import ir
from tradec.compiler.prices import price
from tradec.compiler.prover.judge import Judge
from tradec.dsl.diagnostics import Diagnostics


def check_levels(play: ir.Play, judge: Judge, diagnostics: Diagnostics) -> None:
    """Report a level that is never below the close for a long, or never above it for a short."""
    stop = play.risk.stop_loss
    if stop is None or stop.rule != "structure":
        return
    sides = (("long", "below", "<", stop.long_level), ("short", "above", ">", stop.short_level))
    for side, place, op, level in sides:
        if level is None:
            continue
        proof = judge.never_true(ir.Compare(op=op, left=level, right=price("close", play.exec)))
        if proof is not None:
            diagnostics.report(
                "E701",
                level.span,
                f"the stop of a {side} at `{judge.words.number(level)}` is never {place} the close",
                notes=judge.words.facts(proof.facts()),
                helps=(f"name a level that lies {place} the price when a {side} is entered",),
            )
