"""Proves what can be known about a play's rules before it runs, and reports it."""

from tradec.compiler import ir
from tradec.compiler.catalog import Catalog
from tradec.compiler.prover.actions import Actions
from tradec.compiler.prover.conditions import Conditions, Verdict
from tradec.compiler.prover.judge import Judge
from tradec.compiler.prover.levels import check_levels
from tradec.compiler.prover.telling import Telling
from tradec.dsl.diagnostics import Diagnostics


def prove(play: ir.Play, catalog: Catalog, diagnostics: Diagnostics) -> None:
    """Report conditions and actions that are decided in advance."""
    judge = Judge(play, catalog)
    telling = Telling(judge.words, judge.terms, diagnostics)
    conditions = Conditions(judge, telling)
    open_ = []
    for block in play.blocks:
        verdicts = [conditions.check(case.when) for case in block.cases]
        pairs = zip(block.cases, verdicts, strict=True)
        open_.append((block, [case for case, verdict in pairs if verdict is Verdict.OPEN]))
    Actions(play, judge, telling).check(open_)
    check_levels(play, judge, diagnostics)
