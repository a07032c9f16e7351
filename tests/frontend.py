"""Plays for tests: sections completed to a whole play, and what the front end makes of them."""

from complete import complete
from tradec.compiler import ir
from tradec.compiler.catalog import standard
from tradec.compiler.context import Context, Options
from tradec.compiler.pipeline import check_source, run
from tradec.dsl import nodes
from tradec.dsl.build import read_play
from tradec.dsl.diagnostics import Diagnostic, Diagnostics
from tradec.dsl.span import Source


def check(
    sections: str, overrides: dict[str, str] | None = None
) -> tuple[ir.Play | None, tuple[Diagnostic, ...]]:
    """Return the typed play, None if it has errors, and everything found."""
    diagnostics = Diagnostics()
    source = Source("play.yml", complete(sections))
    play = check_source(source, diagnostics, overrides or {}, options=Options(verify=True))
    return play, diagnostics.all


def typed(sections: str, overrides: dict[str, str] | None = None) -> ir.Play:
    """Return the typed play of sections without errors."""
    play, found = check(sections, overrides)
    assert play is not None, [f"{d.code} {d.span.start.line}: {d.message}" for d in found]
    return play


def findings(sections: str) -> list[Diagnostic]:
    """Return everything found."""
    return list(check(sections)[1])


def codes(sections: str) -> list[str]:
    """Return the codes of everything found, by place."""
    return [found.code for found in findings(sections)]


def one(sections: str, code: str) -> Diagnostic:
    """Return the only finding of one code."""
    found = [d for d in findings(sections) if d.code == code]
    assert len(found) == 1, [f"{d.code} {d.message}" for d in findings(sections)]
    return found[0]


def placed(sections: str, found: Diagnostic) -> str:
    """Return the text that a finding points at."""
    return complete(sections)[found.span.start.offset : found.span.end.offset]


def condition(text: str, sections: str = "") -> ir.Condition:
    """Return the condition of the only rule."""
    play = typed(f"{sections}\nactions:\n  entry_long: {text}\n")
    return play.blocks[0].cases[0].when


def surface(sections: str, stop_after: str) -> tuple[nodes.Play, tuple[Diagnostic, ...]]:
    """Return the surface play as a pass before infer_types leaves it, and everything found."""
    diagnostics = Diagnostics()
    play = read_play(Source("play.yml", complete(sections)), diagnostics, {})
    assert play is not None, diagnostics.all
    context = Context(catalog=standard(), diagnostics=diagnostics)
    stage = run(play, context, stop_after)
    assert isinstance(stage, nodes.Play)
    return stage, diagnostics.all
