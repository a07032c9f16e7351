"""Resolves every name and gives everything its type: the surface tree becomes the IR."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tradec.compiler import ir
from tradec.compiler.chain_warmup import EXACT_TOLERANCE, TOLERANCE
from tradec.compiler.clocks import EVERY_MINUTE, EXEC_CLOSE, evaluation_of
from tradec.compiler.conditions import Conditions
from tradec.compiler.context import Context
from tradec.compiler.declared import declare
from tradec.compiler.figures import Figures
from tradec.compiler.levels import Levels
from tradec.compiler.money import account, backtest, deploy, validation
from tradec.compiler.orders import Orders
from tradec.compiler.passes.resolve_timeframes import ROLES
from tradec.compiler.patterns import check_pattern
from tradec.compiler.prices import BUILTINS, bars, builtin
from tradec.compiler.reads import rule_reads
from tradec.compiler.risk import RiskRules
from tradec.compiler.scope import Scope
from tradec.compiler.series import setting
from tradec.compiler.surface import literals
from tradec.compiler.typing_rules import Numbers, float_const
from tradec.compiler.window_rules import Windows
from tradec.compiler.written_numbers import settings
from tradec.dsl import nodes
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.words import join_words, suggest
from tradec.runtime.timeframe import ORDER

_ACTIONS = {action.name.lower(): action for action in ir.Action}
_MINUTE = "1m"
_EXITS = frozenset({ir.Action.EXIT_LONG, ir.Action.EXIT_SHORT, ir.Action.EXIT_ALL})


def infer_types(play: nodes.Play, context: Context) -> ir.Play:
    """Return the play as the IR: resolved, typed, every default explicit.

    Needs  expand_setups, resolve_timeframes, resolve_features, order_structures.
    Gives  an ir.Play. Where an error is reported its condition is `false`.

        holds(up, 4h)        ->  Window 16 of 16, on 15m
        rsi_14 < 70          ->  Read rsi_14.value : FLOAT bounded oscillator 15m  <  Const 70.0
        ms.direction == up   ->  Read ms.direction : ENUM  ==  Const 1
        length: ${n}         ->  Param n : INT
    """
    variables = dict(literals(play))
    declared = declare(play, context)
    exec_tf = str(play.timeframes.exec.value)
    scope = Scope(
        declared=declared,
        exec_tf=exec_tf,
        variables=variables,
        diagnostics=context.diagnostics,
    )
    figures = Figures(variables)
    orders = Orders(figures=figures, diagnostics=context.diagnostics)
    policy = orders.policy(play.policy)
    levels = Levels(
        play=play,
        scope=scope,
        catalog=context.catalog,
        mode=policy.mode,
        diagnostics=context.diagnostics,
    )
    risk = RiskRules(figures=figures, levels=levels, diagnostics=context.diagnostics)
    conditions = _conditions(play, scope)
    rules = _Rules(conditions, figures, context.diagnostics)
    for setup in play.setups:
        conditions.typed(setup.condition)
    typed = ir.Play(
        span=play.span,
        name=str((play.id or play.name).value),
        symbol=str(play.symbol.value).upper(),
        exec=exec_tf,
        evaluation=EXEC_CLOSE,
        bars=(),
        builtins=(),
        series=declared.ordered,
        blocks=tuple(rules.block(block) for block in play.actions),
        account=account(figures, play.account, play.backtest),
        risk=risk.risk(play.risk, play.account),
        entry=orders.entry(play.entry),
        policy=policy,
        backtest=backtest(figures, play.backtest, context.diagnostics),
        deploy=deploy(play.deploy),
        validation=validation(play.validation),
        warmup_tolerance=_tolerance(play.warmup),
        params=(),
        roles=tuple((role, str(getattr(play.timeframes, role).value)) for role in ROLES),
    )
    if play.validation.pattern:
        check_pattern(play.validation.pattern, context.diagnostics)
    return _with_what_follows(typed, variables, _evaluation(play))


def _conditions(play: nodes.Play, scope: Scope) -> Conditions:
    numbers = Numbers(scope=scope, variables=scope.variables, diagnostics=scope.diagnostics)
    by_minute = _evaluation(play) != EXEC_CLOSE and scope.exec_tf != _MINUTE
    windows = Windows(numbers=numbers, exec_tf=scope.exec_tf, by_minute=by_minute)
    return Conditions(numbers=numbers, windows=windows)


def _evaluation(play: nodes.Play) -> str | None:
    return str(play.evaluation.value) if play.evaluation else None


def _with_what_follows(
    typed: ir.Play, variables: Mapping[str, nodes.Literal], written: str | None
) -> ir.Play:
    """Return the play with its clock, its variables and the tables of what it reads."""
    typed = replace(
        typed,
        evaluation=evaluation_of(written, typed),
        builtins=_builtins(typed),
        params=tuple(_default(name, variables[name]) for name in sorted(_param_names(typed))),
    )
    return replace(typed, bars=_bars(typed))


@dataclass(frozen=True, slots=True)
class _Rules:
    conditions: Conditions
    figures: Figures
    diagnostics: Diagnostics

    def block(self, block: nodes.Block) -> ir.Block:
        return ir.Block(
            span=block.span,
            id=str(block.id.value),
            cases=tuple(
                ir.Case(
                    span=case.span,
                    when=self.conditions.typed(case.when),
                    emit=self._intents(case.emit),
                )
                for case in block.cases
            ),
            otherwise=self._intents(block.otherwise),
        )

    def _intents(self, intents: Iterable[nodes.Intent]) -> tuple[ir.Intent, ...]:
        return tuple(found for intent in intents if (found := self._intent(intent)) is not None)

    def _intent(self, intent: nodes.Intent) -> ir.Intent | None:
        name = str(intent.action.value)
        action = _ACTIONS.get(name)
        if action is None:
            self.diagnostics.report(
                "E601",
                intent.action.span,
                f"unknown action `{name}`",
                helps=(suggest(name, _ACTIONS) or f"write {join_words(_ACTIONS)}",),
            )
            return None
        if intent.percent is not None and action not in _EXITS:
            self.diagnostics.report(
                "E602", intent.percent.span, f"`{name}` closes nothing, so it has no percent"
            )
        percent = self.figures.given(intent, "percent") or float_const(100.0)
        value = self.conditions.numbers.value_of(percent)
        if value is not None and not 0 < value <= 100:
            self.diagnostics.report(
                "E602", percent.span, f"percent {value} is not above 0 and at most 100"
            )
        return ir.Intent(
            action=action,
            percent=percent,
            metadata=self._notes(intent, action),
            span=intent.action.span,
        )

    def _notes(self, intent: nodes.Intent, action: ir.Action) -> tuple[ir.Note, ...]:
        if intent.metadata and action is ir.Action.NO_ACTION:
            self.diagnostics.report(
                "W110",
                intent.metadata[0].span,
                "`metadata` has no effect on `no_action`, which makes no trade",
                helps=("remove it",),
            )
            return ()
        return tuple(found for n in intent.metadata if (found := self._note(n)) is not None)

    def _note(self, note: nodes.Note) -> ir.Note | None:
        """Return an entry of the metadata; None once its error is reported."""
        value: ir.Setting | ir.Read | ir.Word | None
        match note.value:
            case nodes.Ref():
                value = self.conditions.numbers.scope.read(note.value)
            case nodes.Literal(value=str(text)):
                value = ir.Word(text=text, span=note.value.span)
            case _:
                value = setting(note.value, self.figures.variables)
        return None if value is None else ir.Note(name=note.name, value=value, span=note.span)


def _bars(play: ir.Play) -> tuple[ir.Bars, ...]:
    """Return the bars of every timeframe in use, fastest first."""
    used = {play.exec, *(series.timeframe for series in play.series)}
    used |= {read.series for read in rule_reads(play)}
    used |= {one.timeframe for one in play.builtins}
    if play.evaluation == EVERY_MINUTE:
        used.add(_MINUTE)
    return tuple(bars(timeframe) for timeframe in ORDER if timeframe in used)


def _builtins(play: ir.Play) -> tuple[ir.Builtin, ...]:
    """Return the market's own numbers that the rules read, in the order of the language."""
    read = {read.series for read in rule_reads(play)}
    return tuple(builtin(name, play.exec) for name in BUILTINS if name in read)


def _tolerance(written: nodes.Literal | None) -> float:
    """Return how much of its beginning a fading memory may keep."""
    match written:
        case None:
            return TOLERANCE
        case nodes.Literal(value=float(tolerance)):
            return tolerance
        case _:
            return EXACT_TOLERANCE


def _param_names(play: ir.Play) -> set[str]:
    """Return the variables that are run-time parameters."""
    return {n.name for n in settings(play) if isinstance(n, ir.Param)}


def _default(name: str, literal: nodes.Literal) -> ir.Default:
    assert isinstance(literal.value, int | float)
    return ir.Default(name=name, value=literal.value, span=literal.span)
