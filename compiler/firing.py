"""What keeps an intent from becoming the decision: the account and the policy, then the rules.

The first intent of all blocks, in the order written, that the account admits is the decision
(play-language.md 8.2). For an intent to be it, its case must be the first of its block to be True,
and no block before may speak of anything that the account admits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tradec.compiler import ir, trading
from tradec.compiler.corrections import Both, Either, Goal, Want, Wanted
from tradec.compiler.decide import ENTRIES, is_actionable

Acts = Callable[[ir.Intent], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a decision meets: the side of the position, and what the account admits.

    `entry_order` and `exit_order` are the numbers of orders at work. `entered`: an entry was
    decided in this exec bar already.
    """

    side: int
    may_enter: bool
    may_exit: bool
    is_warm: bool = True
    entries_disabled: bool = False
    is_stopping: bool = False
    entered: bool = False
    entry_order: int | None = None
    exit_order: int | None = None

    @staticmethod
    def of(account: Mapping[str, object] | None, *, entered: bool) -> "Standing":
        """Return the standing of an account as `Engine.account_asked` tells it."""
        if account is None:
            return Standing(side=0, may_enter=False, may_exit=False, is_warm=False)
        return Standing(
            side=int(str(account["side"])),
            may_enter=bool(account["may_enter"]) and not entered,
            may_exit=bool(account["may_exit"]),
            entries_disabled=bool(account["entries_disabled"]),
            is_stopping=bool(account["is_stopping"]),
            entered=entered,
            entry_order=_number(account["entry_order_id"]),
            exit_order=_number(account["exit_order_id"]),
        )

    def admits(self, policy: trading.Policy, action: ir.Action) -> bool:
        """Return whether an intent of this kind can be the decision."""
        may = self.may_enter if action in ENTRIES else self.may_exit
        return may and is_actionable(policy, action, self.side)


def _number(value: object) -> int | None:
    return None if value is None else int(str(value))


def admitting(action: ir.Action, standing: Standing) -> Standing:
    """Return a standing that admits an action: what would be if nothing but the rules barred it."""
    sides = {ir.Action.EXIT_LONG: 1, ir.Action.EXIT_SHORT: -1, ir.Action.EXIT_ALL: 1}
    if action in ENTRIES:
        return Standing(side=0, may_enter=True, may_exit=False)
    side = standing.side if action is ir.Action.EXIT_ALL and standing.side else sides[action]
    return Standing(side=side, may_enter=False, may_exit=True)


def barred(policy: trading.Policy, action: ir.Action, standing: Standing) -> str | None:
    """Return why the account or the policy does not admit an action, None if they do."""
    if standing.admits(policy, action):
        return None
    if action is ir.Action.NO_ACTION:
        return "no_action asks for nothing"
    if not standing.is_warm:
        return "the run was still warming up"
    if action in ENTRIES:
        return _entry_barred(policy, 1 if action is ir.Action.ENTRY_LONG else -1, standing)
    return _exit_barred(policy, action, standing)


def _entry_barred(policy: trading.Policy, sign: int, standing: Standing) -> str:
    held = "long" if standing.side > 0 else "short"
    if policy.mode == ("short_only" if sign > 0 else "long_only"):
        return f"position_policy.mode is {policy.mode}"
    if standing.side == sign:
        return f"a {held} position is open already"
    if standing.side and policy.on_opposite == "ignore":
        return f"a {held} position is open, and on_opposite is ignore"
    if standing.entries_disabled:
        return "entries are disabled: too little money is left for the smallest order"
    if standing.is_stopping:
        return "the run is being stopped"
    if standing.exit_order is not None:
        return f"the position is being closed by order {standing.exit_order}"
    if standing.entry_order is not None:
        return f"entry order {standing.entry_order} is working, and on_resignal is ignore"
    if standing.entered:
        return "an entry was decided in this exec bar already"
    return "the account does not admit an entry"


def _exit_barred(policy: trading.Policy, action: ir.Action, standing: Standing) -> str:
    if policy.exit_mode == "sl_tp_only":
        return "position_policy.exit_mode is sl_tp_only"
    if standing.side == 0:
        return "there is no position to close"
    if not is_actionable(policy, action, standing.side):
        return f"the open position is {'long' if standing.side > 0 else 'short'}"
    return f"the position is being closed by order {standing.exit_order} already"


def goal_of(play: ir.Play, wanted: Callable[[str, ir.Intent], bool], acts: Acts) -> Goal:
    """Return what must hold for a wanted intent, told by its block and itself, to be the decision.

    `acts` says of an intent whether the account admits it.
    """
    ways: list[Goal] = []
    quiet: list[Goal] = []
    for block in play.blocks:
        ways += _ways(block, wanted, acts, tuple(quiet))
        quiet.append(_silent(block, acts))
    return Either(tuple(ways))


def _first(emit: tuple[ir.Intent, ...], acts: Acts) -> ir.Intent | None:
    return next((intent for intent in emit if acts(intent)), None)


def _ways(
    block: ir.Block, wanted: Callable[[str, ir.Intent], bool], acts: Acts, quiet: tuple[Goal, ...]
) -> list[Goal]:
    """Return the goals by each of which a block decides a wanted intent."""
    found: list[Goal] = []
    emits = [*((case.when, case.emit) for case in block.cases), (None, block.otherwise)]
    for number, (when, emit) in enumerate(emits):
        intent = _first(emit, acts)
        if intent is None or not wanted(block.id, intent):
            continue
        before = [Wanted(case.when, Want.NOT_TRUE) for case in block.cases[:number]]
        own = [] if when is None else [Wanted(when, Want.TRUE)]
        found.append(Both((*own, *before, *quiet)))
    return found


def _silent(block: ir.Block, acts: Acts) -> Goal:
    """Return the goal that a block speaks of nothing that the account admits."""
    parts: list[Goal] = []
    for number, case in enumerate(block.cases):
        if _first(case.emit, acts) is not None:
            earlier = (Wanted(one.when, Want.TRUE) for one in block.cases[:number])
            parts.append(Either((Wanted(case.when, Want.NOT_TRUE), *earlier)))
    if _first(block.otherwise, acts) is not None:
        parts.append(Either(tuple(Wanted(case.when, Want.TRUE) for case in block.cases)))
    return Both(tuple(parts))
