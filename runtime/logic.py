"""The rules of a play over many instants at once: numbers and three-valued truths as arrays.

The rules are those of `compiler.logic_of`. A truth is FALSE < UNKNOWN < TRUE, so that `all` is the
minimum and `any` the maximum. An instant is the base bar that closes at it; one before the first
bar is negative, and there everything is missing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Node: TypeAlias = Sequence[Any]
Forced: TypeAlias = Mapping[int, Array]

FALSE, UNKNOWN, TRUE = 0, 1, 2
NOTHING_FORCED: Final[Forced] = {}
ENTRIES: Final = (1, 2)
"""The actions that open a position: entry_long, entry_short."""

_COMPARE: Final[Mapping[str, Callable[[Array, Array], Array]]] = {
    ">": np.greater,
    "<": np.less,
    ">=": np.greater_equal,
    "<=": np.less_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
_ARITHMETIC: Final[Mapping[str, Callable[[Array, Array], Array]]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.mod,
}


class Ticks:
    """The clocks of a run: `exec_closes` are the base bars that close an exec bar."""

    def __init__(self, exec_closes: Array) -> None:
        self._closes = exec_closes

    def back(self, clock: str, at: Array, steps: int) -> Array:
        """Return the tick so many steps before the last one at `at`; negative before the first."""
        if clock == "minute":
            return at - steps
        place = np.searchsorted(self._closes, at, side="right") - 1 - steps
        found = self._closes[np.maximum(place, 0)] if self._closes.size else at
        return np.where((place >= 0) & (at >= 0), found, -1)


class Rows:
    """What the slots showed at some instants: `seen` [places, slots], `places` increasing."""

    def __init__(self, places: Array, seen: Array) -> None:
        self._places, self._seen = places, seen

    def column(self, slot: int, at: Array) -> Array:
        """Return one slot at each instant, NaN before the first bar."""
        row = np.minimum(np.searchsorted(self._places, at), max(self._places.size - 1, 0))
        return np.where(at >= 0, self._seen[row, slot], np.nan)


class Asked:
    """Stands for rows that are not there yet, and keeps the instants they are asked for."""

    def __init__(self) -> None:
        self._asked: list[Array] = []

    def column(self, slot: int, at: Array) -> Array:
        """Return nothing but NaN."""
        del slot
        self._asked.append(at.ravel())
        return np.full(at.shape, np.nan)

    def places(self) -> Array:
        """Return the instants, increasing."""
        every = np.unique(np.concatenate([*self._asked, np.empty(0, np.int64)]))
        return np.ascontiguousarray(every[every >= 0], np.int64)


class Judge:
    """Evaluates the rules where the rows are known; what was judged once is kept."""

    def __init__(self, logic: Mapping[str, Any], ticks: Ticks, rows: Rows | Asked) -> None:
        self.atoms: Sequence[Mapping[str, Any]] = logic["atoms"]
        self._logic, self._ticks, self._rows = logic, ticks, rows
        self._known: dict[tuple[int, int], tuple[Array, Array]] = {}

    # --- numbers --------------------------------------------------------------------------------

    def number(self, node: Node, at: Array) -> Array:
        """Return a number of the rules at each instant, NaN where it is missing."""
        match node:
            case ["const", value]:
                return np.where(at >= 0, float(value), np.nan)
            case ["slot", slot]:
                return self._rows.column(slot, at)
            case ["neg", operand]:
                return -self.number(operand, at)
            case ["abs", operand]:
                return np.abs(self.number(operand, at))
            case ["min" | "max" as name, *operands]:
                pick = np.minimum if name == "min" else np.maximum
                return np.asarray(pick.reduce([self.number(one, at) for one in operands]))
            case [op, left, right]:
                return _arithmetic(op, self.number(left, at), self.number(right, at))
        raise ValueError(f"{node!r} is no number")

    def operands(self, atom: Mapping[str, Any], at: Array) -> list[Array]:
        """Return the operands of an atom at each instant."""
        return [self.number(one, at) for one in atom["operands"]]

    def samples_of_cross(self, atom: Mapping[str, Any], at: Array) -> tuple[Array, ...]:
        """Return left and right at the step before, then left and right at the last one."""
        before, now = (self._ticks.back(atom["clock"], at, steps) for steps in (1, 0))
        return (*self.operands(atom, before), *self.operands(atom, now))

    def samples_of_window(self, atom: Mapping[str, Any], at: Array) -> Array:
        """Return the instants that a window looks at: [.., samples], the present one first."""
        steps = [k * atom["stride"] for k in range(atom["samples"])]
        return np.stack([self._ticks.back(atom["clock"], at, k) for k in steps], axis=-1)

    # --- truths ---------------------------------------------------------------------------------

    def truth(self, node: Node, at: Array, forced: Forced = NOTHING_FORCED) -> Array:
        """Return what a condition is at each instant, the atoms in `forced` being what it says."""
        match node:
            case ["known", value]:
                return np.full(at.shape, TRUE if value else FALSE, np.int8)
            case ["not", operand]:
                return np.asarray(TRUE - self.truth(operand, at, forced))
            case ["all", *operands]:
                return np.asarray(np.minimum.reduce([self.truth(o, at, forced) for o in operands]))
            case ["any", *operands]:
                return np.asarray(np.maximum.reduce([self.truth(o, at, forced) for o in operands]))
            case ["atom", number]:
                return forced[number] if number in forced else self.atom(number, at)
        raise ValueError(f"{node!r} is no condition")

    def atom(self, number: int, at: Array) -> Array:
        """Return what an atom is at each instant."""
        kept = self._known.get((number, id(at)))
        if kept is None:
            kept = self._known[number, id(at)] = (self._atom(self.atoms[number], at), at)
        return kept[0]

    def _atom(self, atom: Mapping[str, Any], at: Array) -> Array:
        match atom["form"]:
            case "compare":
                return compared(atom["op"], *self.operands(atom, at))
            case "between":
                operand, low, high = self.operands(atom, at)
                return joined(compared("<=", low, operand), compared("<=", operand, high))
            case "near":
                return compared("<=", *self.nearness(atom, at))
            case "in":
                operand, *members = self.operands(atom, at)
                equal = [compared("==", operand, member) for member in members]
                return np.asarray(np.maximum.reduce(equal))
            case "cross":
                return crossed(self.samples_of_cross(atom, at), above=atom["above"])
            case "changed":
                before, now = (self._ticks.back(atom["clock"], at, steps) for steps in (1, 0))
                (was,), (is_,) = self.operands(atom, before), self.operands(atom, now)
                return compared("!=", was, is_)
            case _:
                at = self.samples_of_window(atom, at)
                return counted(self.window_truths(atom, at), atom["least"])

    def nearness(self, atom: Mapping[str, Any], at: Array) -> tuple[Array, Array]:
        """Return the distance of the two sides, and how large it may be."""
        left, right, tolerance = self.operands(atom, at)
        if atom["relative"]:
            scaled = np.where(right == 0.0, np.nan, tolerance * np.abs(right))
            return np.abs(left - right), scaled
        return np.abs(left - right), tolerance

    def window_truths(
        self, atom: Mapping[str, Any], at: Array, forced: Forced = NOTHING_FORCED
    ) -> Array:
        """Return what the condition of a window is at its samples."""
        return np.where(at >= 0, self.truth(atom["of"], at, forced), UNKNOWN)

    # --- decisions ------------------------------------------------------------------------------

    def decision(self, at: Array, side: Array, forced: Forced = NOTHING_FORCED) -> Array:
        """Return the word of each decision of an account that may do whatever its side allows."""
        word = np.zeros(at.shape, np.int64)
        for block in self._logic["blocks"]:
            silent = np.ones(at.shape, np.bool_)
            for case in block["cases"]:
                speaks = silent & (self.truth(case["when"], at, forced) == TRUE)
                self._emit(word, speaks, case["emit"], side)
                silent &= ~speaks
            self._emit(word, silent, block["otherwise"], side)
        return word

    def _emit(self, word: Array, speaks: Array, emit: Sequence[Sequence[int]], side: Array) -> None:
        """Put the first actionable intent where nothing is decided yet."""
        for action, its_word in emit:
            taken = speaks & (word == 0) & self._is_actionable(action, side)
            word[taken] = its_word

    def _is_actionable(self, action: int, side: Array) -> Array:
        logic = self._logic
        if action in ENTRIES:
            sign = 1 if action == ENTRIES[0] else -1
            barred = logic["mode"] == ("short_only" if sign > 0 else "long_only")
            turns = (sign * side < 0) & (logic["on_opposite"] != "ignore")
            return np.zeros(side.shape, np.bool_) if barred else (side == 0) | turns
        held = {3: side > 0, 4: side < 0, 5: side != 0}.get(action, np.zeros(side.shape, np.bool_))
        return np.asarray(held & (logic["exit_mode"] != "sl_tp_only"))


def _arithmetic(op: str, left: Array, right: Array) -> Array:
    with np.errstate(all="ignore"):
        found = _ARITHMETIC[op](left, right)
    if op in "/%":
        found = np.where((right == 0.0) | (~np.isfinite(left) & (op == "%")), np.nan, found)
    return np.where(np.isfinite(found), found, np.nan)


def compared(op: str, left: Array, right: Array) -> Array:
    """Return `left op right`, UNKNOWN where a side is missing."""
    truths = np.where(_COMPARE[op](left, right), TRUE, FALSE)
    return np.where(np.isnan(left) | np.isnan(right), UNKNOWN, truths).astype(np.int8)


def joined(first: Array, second: Array) -> Array:
    """Return `first and second`, UNKNOWN where either is."""
    unknown = (first == UNKNOWN) | (second == UNKNOWN)
    return np.where(unknown, UNKNOWN, np.minimum(first, second)).astype(np.int8)


def crossing(samples: Sequence[Array], *, above: bool) -> tuple[Array, Array]:
    """Return the two comparisons of a crossing: at the step before, and now."""
    left_before, right_before, left, right = samples
    if above:
        return compared("<=", left_before, right_before), compared(">", left, right)
    return compared(">=", left_before, right_before), compared("<", left, right)


def crossed(samples: Sequence[Array], *, above: bool) -> Array:
    """Return whether left passed right between two steps."""
    return joined(*crossing(samples, above=above))


def counted(truths: Array, least: int) -> Array:
    """Return whether `least` of the samples are TRUE, UNKNOWN as long as they may still be."""
    return tallied((truths == TRUE).sum(-1), (truths == FALSE).sum(-1), truths.shape[-1], least)


def tallied(trues: Array, falses: Array, samples: int, least: int) -> Array:
    """Return what a window is with so many TRUE and FALSE samples."""
    open_ = np.where(samples - falses < least, FALSE, UNKNOWN)
    return np.where(trues >= least, TRUE, open_).astype(np.int8)
