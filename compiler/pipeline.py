"""The passes in their one order, and the ways into them."""

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias, cast

from tradec.compiler import ir
from tradec.compiler.catalog import Catalog, standard
from tradec.compiler.context import Context, Options
from tradec.compiler.passes.check_rules import check_rules
from tradec.compiler.passes.compute_warmup import compute_warmup
from tradec.compiler.passes.expand_setups import expand_setups
from tradec.compiler.passes.fold_constants import fold_constants
from tradec.compiler.passes.infer_types import infer_types
from tradec.compiler.passes.lay_out_state import lay_out_state
from tradec.compiler.passes.order_structures import order_structures
from tradec.compiler.passes.plan_windows import plan_windows
from tradec.compiler.passes.resolve_features import resolve_features
from tradec.compiler.passes.resolve_timeframes import resolve_timeframes
from tradec.compiler.passes.share_subexpressions import share_subexpressions
from tradec.compiler.plan import Plan, Timed
from tradec.compiler.unit_rules import require_sound
from tradec.compiler.verify import verify
from tradec.dsl import nodes
from tradec.dsl.build import read_what_stands
from tradec.dsl.diagnostics import Diagnostics, PlayError
from tradec.dsl.span import Source

Stage: TypeAlias = nodes.Play | ir.Play | Timed | Plan
Pass: TypeAlias = Callable[[Any, Context], Any]

PASSES: tuple[Pass, ...] = (
    expand_setups,
    resolve_timeframes,
    resolve_features,
    order_structures,
    infer_types,
    check_rules,
    fold_constants,
    share_subexpressions,
    plan_windows,
    compute_warmup,
    lay_out_state,
)
"""Every pass. Three give another type: infer_types, compute_warmup, lay_out_state (rulings A6)."""

_FRONT = PASSES[: PASSES.index(check_rules) + 1]
_BACK = PASSES[PASSES.index(check_rules) + 1 :]
_NOTHING_SET: Mapping[str, str] = MappingProxyType({})


def names() -> tuple[str, ...]:
    """Return the names of the passes in order, as `--stop-after` takes them."""
    return tuple(one.__name__ for one in PASSES)


def run(
    play: nodes.Play,
    context: Context,
    stop_after: str | None = None,
    record: Callable[[str, float], None] | None = None,
) -> Stage:
    """Return what the passes make of a play, up to the pass `stop_after` or to the end.

    `record` is told the name of each pass and the seconds it took. Raises PlayError with
    everything found if the play has errors after check_rules.
    """
    if stop_after is not None and stop_after not in names():
        raise ValueError(f"no pass is called `{stop_after}`")
    require_sound(context.catalog)
    stage: Any = play
    for one in PASSES:
        if one is _BACK[0]:
            context.diagnostics.stop_on_errors()
        stage = _applied(one, stage, context, record)
        if one.__name__ == stop_after:
            break
    return cast("Stage", stage)


def check_source(
    source: Source,
    diagnostics: Diagnostics,
    overrides: Mapping[str, str] = _NOTHING_SET,
    *,
    catalog: Catalog | None = None,
    options: Options | None = None,
) -> ir.Play | None:
    """Return the typed play of a text; None if it has errors, which are all in `diagnostics`."""
    written = read_what_stands(source, diagnostics, overrides)
    if written is None:
        return None
    found = Diagnostics() if diagnostics.has_errors else diagnostics
    units = catalog or standard()
    require_sound(units)
    context = Context(catalog=units, diagnostics=found, options=options or Options())
    stage: Any = written
    for one in _FRONT:
        stage = _applied(one, stage, context)
    diagnostics.take_errors(found)  # a warning may only follow from what the reading refused
    assert isinstance(stage, ir.Play)
    return None if diagnostics.has_errors else stage


def front(
    source: Source,
    diagnostics: Diagnostics,
    overrides: Mapping[str, str] = _NOTHING_SET,
    *,
    catalog: Catalog | None = None,
    options: Options | None = None,
) -> ir.Play:
    """Return the typed play of a text; raises PlayError with everything found if it has errors."""
    play = check_source(source, diagnostics, overrides, catalog=catalog, options=options)
    if play is None:
        raise PlayError(diagnostics.all)
    return play


def plan_of(play: ir.Play, context: Context) -> Plan:
    """Return the plan of a play that check_rules has passed."""
    stage: Any = play
    for one in _BACK:
        stage = _applied(one, stage, context)
    assert isinstance(stage, Plan)
    return stage


def _applied(
    one: Pass, stage: Any, context: Context, record: Callable[[str, float], None] | None = None
) -> Any:
    """Return what one pass gives, checked if the options ask for it."""
    started = time.perf_counter()
    result = one(stage, context)
    if record is not None:
        record(one.__name__, time.perf_counter() - started)
    # A play with errors holds neutral nodes, of which the invariants say nothing.
    sound = not context.diagnostics.has_errors
    if context.options.verify and sound and not isinstance(result, nodes.Play):
        verify(result)
    return result
