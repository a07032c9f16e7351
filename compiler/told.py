"""A whole play in plain English: what it watches, when it acts, and what it risks."""

from collections.abc import Iterator
from dataclasses import dataclass

from tradec.compiler import ir
from tradec.compiler.catalog import Catalog
from tradec.compiler.clocks import EVERY_MINUTE
from tradec.compiler.english import English, counted, series_of
from tradec.compiler.plan import Timed
from tradec.compiler.settings import Value, play_values, setting, unit_arguments
from tradec.compiler.told_money import MoneyWords
from tradec.compiler.warmup_report import needs
from tradec.dsl.words import number_text

_ACTIONS = {
    ir.Action.NO_ACTION: "do nothing",
    ir.Action.ENTRY_LONG: "enter long",
    ir.Action.ENTRY_SHORT: "enter short",
    ir.Action.EXIT_LONG: "close a long position",
    ir.Action.EXIT_SHORT: "close a short position",
    ir.Action.EXIT_ALL: "close any position",
}
_INLINE = 90
"""A condition of several parts that is longer than this gets a line for each part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the play's account of itself; a line that begins with `- ` belongs to the last."""

    title: str
    lines: tuple[str, ...]


def told(timed: Timed, catalog: Catalog) -> tuple[Section, ...]:
    """Return the play in words, with the values that its variables have."""
    play, english = timed.play, English(timed.play)
    money = MoneyWords(play, english)
    parts = {
        "Market": _market(play),
        "Watches": (_series(one, play, catalog, english) for one in play.series),
        "Rules": _rules(play, english),
        "Orders": money.orders(),
        "Risk": money.risk(),
        "Account": money.account(),
        "Warm-up": _warmup(timed),
    }
    sections = (Section(title=title, lines=tuple(lines)) for title, lines in parts.items())
    return tuple(section for section in sections if section.lines)


def _market(play: ir.Play) -> Iterator[str]:
    slower = [bars.id for bars in play.bars if bars.id != play.exec]
    yield f"It trades {play.symbol} on bars of {play.exec}."
    if slower:
        yield f"It also reads {series_of(slower, 'and')}, each as of its last closed bar."
    if play.evaluation == EVERY_MINUTE:
        yield "Its rules are looked at every minute."
    else:
        yield f"Its rules are looked at when a bar of {play.exec} closes."


def _series(one: ir.Series, play: ir.Play, catalog: Catalog, english: English) -> str:
    spec = catalog.spec(one.unit)
    values = play_values(play, {})
    arguments = unit_arguments(one, spec, values).items()
    given = [f"{name} {_shown(value)}" for name, value in arguments if value is not None]
    of = [english.number(node) for node in one.inputs if node is not None]
    whole_bars = len(of) > 1 and all(isinstance(node, ir.Read | None) for node in one.inputs)
    parts = [
        f"of {series_of(of, 'and')}" if of and not whole_bars else "",
        f"from {series_of(one.uses, 'and')}" if one.uses else "",
        f"with {', '.join(given)}" if given else "",
    ]
    text = " ".join(part for part in parts if part)
    return f"{one.id}: {spec.title} on {one.timeframe}{f', {text}' if text else ''}."


def _shown(value: Value) -> str:
    match value:
        case bool():
            return "on" if value else "off"
        case int() | float():
            return number_text(value)
        case tuple():
            return f"({', '.join(map(number_text, value))})"
        case _:
            return str(value)


def _rules(play: ir.Play, english: English) -> Iterator[str]:
    for block in play.blocks:
        for position, case in enumerate(block.cases):
            action = _emitted(case.emit, english, play)
            head = f"If not, {action}" if position else _capital(action)
            yield from _when(f"{head} when", case.when, english)
        if block.otherwise:
            yield f"In all other cases {_emitted(block.otherwise, english, play)}."


def _when(head: str, when: ir.Condition, english: English) -> Iterator[str]:
    """Yield a sentence, or a line for each part of a long condition."""
    text = english.condition(when)
    if not isinstance(when, ir.All | ir.Any) or len(text) <= _INLINE:
        yield f"{head} {text}."
        return
    yield f"{head} {'all' if isinstance(when, ir.All) else 'any'} of these hold:"
    yield from (f"- {english.condition(one)}" for one in when.operands)


def _emitted(emit: tuple[ir.Intent, ...], english: English, play: ir.Play) -> str:
    return series_of((_intent(one, english, play) for one in emit), "and") if emit else "do nothing"


def _intent(intent: ir.Intent, english: English, play: ir.Play) -> str:
    text = _ACTIONS[intent.action]
    if setting(intent.percent, play_values(play, {})) != 100:
        text = text.replace("close ", f"close {english.percent(intent.percent)} of ")
    notes = [f"{note.name} = {_note(note, english)}" for note in intent.metadata]
    return f"{text} (noting {', '.join(notes)})" if notes else text


def _note(note: ir.Note, english: English) -> str:
    return note.value.text if isinstance(note.value, ir.Word) else english.number(note.value)


def _warmup(timed: Timed) -> Iterator[str]:
    for need in needs(timed):
        one = need.warmup
        bars = counted(one.bars, "closed bar")
        first = f"{bars} of {one.timeframe} before the first decision"
        yield f"{first}, because of {one.because}; {need.promise}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
