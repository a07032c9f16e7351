"""Windows, crossings and changes against their definition, which looks at history anew each time.

The oracle keeps what every plain condition and number was at every step of its clock, and answers
each question about the past by looking there; it shares no state with the interpreter's cells.
"""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from generators.driving import MIDNIGHT
from generators.irbuild import bar, block, const, play
from tradec.compiler import ir
from tradec.compiler.catalog import standard
from tradec.compiler.clocks import EVERY_MINUTE, EXEC_CLOSE, Clock, clock_of
from tradec.compiler.evaluate import Raw, Truth, compare, conjunction, disjunction, negation
from tradec.compiler.interpreter import Interpreter
from tradec.runtime.timeframe import MINUTE_MS

EXEC, STEP = "3m", 3
PRICE = ir.Read(series="last_price", output="value", offset=0, type=bar("close").type)
READS = (
    bar("close", EXEC),
    bar("close", EXEC, 1),
    bar("open", EXEC),
    bar("close", "15m"),
)

Prices = list[float]


def visible(read: ir.Read, prices: Prices, minute: int) -> float:
    """Return what a read sees at the close of a minute, from the prices alone."""
    if read.series == "last_price":
        return prices[minute]
    length = 3 if read.series == EXEC else 15
    closed = (minute + 1) // length - 1 - read.offset
    if closed < 0:
        return float("nan")
    first, last = closed * length, closed * length + length - 1
    return prices[first] if read.output == "open" else prices[last]


class Oracle:
    """Answers what a condition is at a minute by looking at every minute that it asks about."""

    def __init__(self, one: ir.Play, prices: Prices) -> None:
        self.play, self.prices = one, prices
        self.known: dict[tuple[ir.Condition, int], Truth] = {}

    def tick(self, node: ir.Condition, minute: int) -> tuple[int, int]:
        """Return the last tick of a node's clock at a minute, and the minutes between two."""
        if clock_of(node, self.play) is Clock.MINUTE:
            return minute, 1
        return (minute + 1) // STEP * STEP - 1, STEP

    def at(self, node: ir.Condition, minute: int) -> Truth:
        key = (node, minute)
        if key not in self.known:
            self.known[key] = self._at(node, minute)
        return self.known[key]

    def _at(self, node: ir.Condition, minute: int) -> Truth:
        match node:
            case ir.Not(operand=operand):
                return negation(self.at(operand, minute))
            case ir.All(operands=operands):
                return conjunction([self.at(one, minute) for one in operands])
            case ir.Any(operands=operands):
                return disjunction([self.at(one, minute) for one in operands])
            case ir.Compare(op=op, left=left, right=right):
                return compare(op, self.value(left, minute), self.value(right, minute))
            case ir.Cross() | ir.Changed():
                return self._two_steps(node, minute)
            case ir.Window():
                return self._window(node, minute)
            case _:
                raise AssertionError(node)

    def value(self, node: ir.Number, minute: int) -> Raw:
        if isinstance(node, ir.Const):
            return node.value
        assert isinstance(node, ir.Read)
        return visible(node, self.prices, minute) if minute >= 0 else float("nan")

    def _two_steps(self, node: ir.Cross | ir.Changed, minute: int) -> Truth:
        now, step = self.tick(node, minute)
        before = now - step
        if before < 0:
            return None
        if isinstance(node, ir.Changed):
            return compare("!=", self.value(node.operand, before), self.value(node.operand, now))
        signs = ("<=", ">") if node.above else (">=", "<")
        first = compare(signs[0], self.value(node.left, before), self.value(node.right, before))
        second = compare(signs[1], self.value(node.left, now), self.value(node.right, now))
        return None if None in (first, second) else bool(first and second)

    def _window(self, node: ir.Window, minute: int) -> Truth:
        now, step = self.tick(node, minute)
        count, least = _number(node.samples), _number(node.least)
        instants = [now - k * node.stride * step for k in range(count)]
        samples = [self.at(node.operand, t) if t >= 0 else None for t in instants]
        if samples.count(True) >= least:
            return True
        return False if count - samples.count(False) < least else None


def _number(node: ir.Setting) -> int:
    assert isinstance(node, ir.Const)
    return int(node.value)


def _window(operand: ir.Condition, samples: int, stride: int, least: int) -> ir.Window:
    return ir.Window(
        operand=operand,
        samples=const(samples),
        stride=stride,
        least=const(min(least, samples)),
    )


def conditions(reads: tuple[ir.Read, ...]) -> st.SearchStrategy[Any]:
    number = st.sampled_from(reads)
    other = st.one_of(number, st.sampled_from([const(100.0), const(101.0)]))
    atoms = st.one_of(
        st.builds(ir.Compare, op=st.sampled_from([">", "<="]), left=number, right=other),
        st.builds(ir.Cross, above=st.booleans(), left=number, right=other),
        st.builds(ir.Changed, operand=number),
    )
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            inner.map(lambda one: ir.Not(operand=one)),
            st.builds(ir.All, operands=st.tuples(inner, inner)),
            st.builds(ir.Any, operands=st.tuples(inner, inner)),
            st.builds(
                _window, inner, st.integers(1, 5), st.sampled_from([1, 1, 2, 5]), st.integers(1, 5)
            ),
        ),
        max_leaves=5,
    )


def fired(one: ir.Play, prices: Prices) -> list[int]:
    """Return the minutes at which the only exit of a play is decided."""
    machine = Interpreter(one, standard())
    found = []
    for minute, price in enumerate(prices):
        ts = MIDNIGHT + minute * MINUTE_MS
        bar_ = (price, price + 1.0, price - 1.0, price, 1.0)
        if machine.step(ts, ts + MINUTE_MS, *bar_, 1, False, True)[0]:
            found.append(minute)
    return found


def _play(condition: ir.Condition, evaluation: str, builtins: tuple[str, ...]) -> ir.Play:
    leave = ir.Intent(action=ir.Action.EXIT_LONG, percent=const(100.0))
    return play(
        block(condition, emit=(leave,)),
        exec_=EXEC,
        timeframes=("1m", "15m"),
        evaluation=evaluation,
        builtins=builtins,
    )


PRICES = st.lists(st.sampled_from([99.0, 100.0, 101.0, 102.0]), min_size=20, max_size=90)


def _agree(one: ir.Play, prices: Prices, is_instant: Callable[[int], bool]) -> None:
    oracle = Oracle(one, prices)
    condition = one.blocks[0].cases[0].when
    instants = [minute for minute in range(len(prices)) if is_instant(minute)]
    assert fired(one, prices) == [m for m in instants if oracle.at(condition, m) is True]


@settings(max_examples=120, deadline=None)
@given(conditions(READS), PRICES)
def test_at_exec_closes(condition: ir.Condition, prices: Prices) -> None:
    _agree(_play(condition, EXEC_CLOSE, ()), prices, lambda minute: (minute + 1) % STEP == 0)


@settings(max_examples=120, deadline=None)
@given(conditions((*READS, PRICE, PRICE)), PRICES)
def test_at_every_minute(condition: ir.Condition, prices: Prices) -> None:
    _agree(_play(condition, EVERY_MINUTE, ("last_price",)), prices, lambda _: True)
