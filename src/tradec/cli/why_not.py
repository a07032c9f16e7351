"""`tradec why-not`: the smallest set of conditions that kept an action from firing."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.error import CommandError
from tradec.cli.frame import command
from tradec.cli.moment import moment_of, moment_options
from tradec.cli.outcome import Outcome
from tradec.cli.progress import stages
from tradec.cli.run_folder import find_run
from tradec.cli.runs_list import out_option
from tradec.cli.settings import current
from tradec.cli.suggest import did_you_mean
from tradec.cli.times import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from tradec.cli.look_back import LookBack
    from tradec.compiler import ir
    from tradec.compiler.corrections import Corrections
    from tradec.compiler.verdicts import Verdict

Facts = dict[str, Any]


@command(
    "why-not",
    example="""tradec why-not last --at 2025-01-03T12:30
    tradec why-not last --at 2025-01-03T12:30 --action entry_long
    tradec why-not last --bar 120 --action exit_long --json""",
)
@click.argument("run")
@moment_options
@click.option("--action", metavar="ID", help="An action such as entry_long, or the id of a block.")
@out_option
def why_not(
    run: str,
    at: int | None,
    bar: int | None,
    trade: int | None,
    action: str | None,
    out: Path,
) -> Outcome:
    """Show the fewest conditions whose flip had made an action fire, and how far each was from it.

    Without --action every action that the account admitted, or else every entry, is told.
    """
    from tradec.cli.look_back import look_back

    found = find_run(run, out)
    moment = moment_of(found, at, bar, trade)
    with stages(current()) as show:
        seen = look_back(found, moment, show)
    from tradec.cli.why_data import decision_facts, instant_facts
    from tradec.cli.why_text import head_text

    told = [_told(seen, name) for name in _targets(seen, action)]
    said = [_text(one) for one in told] or [_message(told, shown(moment.ts))]
    return Outcome(
        data={**instant_facts(seen), "decision": decision_facts(seen), "actions": told},
        message=_message(told, shown(moment.ts)),
        text=lambda: "\n\n".join([head_text(instant_facts(seen), moment.note), *said]),
    )


def _targets(seen: "LookBack", action: str | None) -> list[str]:
    """Return the actions, or the ids of blocks, that are told of."""
    from tradec.compiler.decide import ENTRIES
    from tradec.compiler.reads import intents

    actions = [one.action for one in intents(seen.play) if one.action]
    names = dict.fromkeys(one.name.lower() for one in actions)
    known = [*names, *(block.id for block in seen.play.blocks)]
    if action is None:
        fired = seen.decision.action
        free = [a for a in actions if seen.standing.admits(seen.play.policy, a) and a != fired]
        chosen = free or [a for a in actions if a in ENTRIES and a != fired]
        return list(dict.fromkeys(one.name.lower() for one in chosen))
    if action not in known:
        raise CommandError(
            f"the play has no action and no block `{action}`",
            code="ACTION_NOT_FOUND",
            helps=did_you_mean(action, known) or (f"it has {', '.join(dict.fromkeys(known))}",),
        )
    return [action]


def _told(seen: "LookBack", name: str) -> Facts:
    """Return what kept an action, or a block, from being the decision.

    Where the account admits none of it, the conditions are those that an account that does had
    needed.
    """
    from tradec.compiler.corrections import corrections
    from tradec.compiler.evaluate import truth
    from tradec.compiler.firing import admitting, barred, goal_of

    policy, wanted = seen.play.policy, _wanted(name)
    chosen = [
        intent
        for block in seen.play.blocks
        for intent in _intents(block)
        if intent.action and wanted(block.id, intent)
    ]
    reasons = [barred(policy, one.action, seen.standing) for one in chosen]
    admitted = not all(reasons)
    standing = seen.standing if admitted else admitting(chosen[0].action, seen.standing)
    goal = goal_of(seen.play, wanted, lambda one: standing.admits(policy, one.action))
    return {
        "action": name,
        "fired": _fired(seen, wanted),
        "barred": [] if admitted else list(dict.fromkeys(filter(None, reasons))),
        **_sets(seen, corrections(goal, lambda leaf: truth(leaf, seen.at))),
    }


def _wanted(name: str) -> "Callable[[str, ir.Intent], bool]":
    return lambda block, intent: name in {block, intent.action.name.lower()}


def _intents(block: "ir.Block") -> "tuple[ir.Intent, ...]":
    return (*(intent for case in block.cases for intent in case.emit), *block.otherwise)


def _fired(seen: "LookBack", wanted: "Callable[[str, ir.Intent], bool]") -> bool:
    from tradec.compiler.rules_of import words

    decided = dict(words(seen.play)).get(seen.decision.word)
    if decided is None:
        return False
    return wanted(seen.play.blocks[seen.decision.word >> 8 & 0xFFFF].id, decided)


def _sets(seen: "LookBack", found: "Corrections") -> Facts:
    return {
        "sets": [
            [_flip(seen, leaf, value=value) for leaf, value in flips.items()]
            for flips in found.sets
        ],
        "least": found.least,
        "is_exact": found.is_exact,
    }


def _flip(seen: "LookBack", leaf: "ir.Condition", *, value: bool) -> Facts:
    """Return a condition that is to flip, and how far it is from that."""
    from tradec.cli.why_data import TRUTHS, tick_of, verdict_facts

    verdict = seen.teller.verdict(leaf, seen.at)
    facts = verdict_facts(verdict, tick_of(seen))
    return {
        "text": verdict.text,
        "truth": TRUTHS[verdict.truth],
        "wanted": TRUTHS[value],
        "because": verdict.because,
        "far": _far(verdict, facts, value=value),
        "condition": facts,
    }


def _far(verdict: "Verdict", facts: Facts, *, value: bool) -> list[str]:
    """Return how far the comparisons that stand in the way are, or the samples that lack."""
    from tradec.cli.why_text import apart, values_of

    if verdict.samples:
        least, count = verdict.least or 0, len(verdict.samples)
        found = sum(one.truth is value for one in verdict.samples)
        missing = (least if value else count - least + 1) - found
        return [f"{missing} more of {count} samples {'true' if value else 'false'}"]
    comparisons = facts.get("comparisons", ())
    standing = [one for one in comparisons if not value or one["truth"] != "true"]
    return [f"{values_of(one)}{apart(one)}" for one in standing]


def _message(told: list[Facts], when: str) -> str:
    return "; ".join(f"{one['action']}: {_summary(one)}" for one in told) or (
        f"nothing else could have fired at {when} UTC"
    )


def _summary(told: Facts) -> str:
    """Return the answer for one action in a line."""
    from tradec.compiler.corrections import BUDGET

    if told["fired"]:
        return "it did fire"
    account = f"; not admitted: {', '.join(told['barred'])}" if told["barred"] else ""
    if not told["is_exact"]:
        bound = (
            f"at least {told['least']} conditions, more than {BUDGET:,} steps could look through"
        )
        return f"{bound}{account}"
    if not told["sets"]:
        return f"no flip of conditions makes it fire{account}"
    count = told["least"]
    if not count:
        return f"its conditions held{account}"
    word = "condition" if count == 1 else "conditions"
    sets = f", in {len(told['sets'])} ways" if len(told["sets"]) > 1 else ""
    return f"{count} {word} kept it from firing{sets}{account}"


def _text(told: Facts) -> str:
    from tradec.cli.why_text import table_of_flips

    head = f"{told['action']}: {_summary(told)}"
    if told["fired"] or not told["sets"] or not told["least"]:
        return head
    return f"{head}\n\n{table_of_flips(told['sets'])}"
