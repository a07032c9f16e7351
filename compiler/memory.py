"""How the memory of a series follows from that of what it reads (indicators.md 0)."""

from functools import reduce

from tradec.compiler.types import (
    AnchoredMemory,
    Constant,
    FadingMemory,
    FiniteMemory,
    IntegralMemory,
    Memory,
)
from tradec.runtime.spec import DATA_DEPENDENT


def join(left: Memory, right: Memory) -> Memory:
    """Return the memory of a value made of two on the same bar: the longer one of a class.

    Integral dominates anchored, anchored fading, fading finite.
    """
    match left, right:
        case (Constant(), other) | (other, Constant()):
            return other
        case (IntegralMemory(bars_required=required), other) | (
            other,
            IntegralMemory(bars_required=required),
        ):
            return IntegralMemory(max(required, _window(other)))
        case AnchoredMemory(), AnchoredMemory():
            event = max(left.event, right.event)
            return AnchoredMemory(event, max(left.bars_required, right.bars_required))
        case (AnchoredMemory(event=event, bars_required=required), other) | (
            other,
            AnchoredMemory(event=event, bars_required=required),
        ):
            return AnchoredMemory(event, max(required, _window(other)))
        case FadingMemory(), FadingMemory():
            order = _order(left, right, summed=False)
            return FadingMemory(max(left.decay, right.decay), order, max(left.window, right.window))
        case (FadingMemory(decay=decay, order=order, window=window), other) | (
            other,
            FadingMemory(decay=decay, order=order, window=window),
        ):
            return FadingMemory(decay, order, max(window, _window(other)))
        case FiniteMemory(bars=one), FiniteMemory(bars=two):
            return FiniteMemory(max(one, two))
    raise AssertionError((left, right))


def chain(inner: Memory, outer: Memory) -> Memory:
    """Return the memory of a unit with `outer` that is fed a series with `inner`.

    Finite windows add up less one, the larger decay wins, equal decays add their orders.
    """
    match inner, outer:
        case (Constant(), other) | (other, Constant()):
            return other
        case (IntegralMemory(bars_required=required), other) | (
            other,
            IntegralMemory(bars_required=required),
        ):
            return IntegralMemory(required + max(_window(other) - 1, 0))
        case AnchoredMemory(event=event, bars_required=required), other:
            return AnchoredMemory(event, required + max(_window(other) - 1, 0))
        case other, AnchoredMemory(event=event, bars_required=required):
            return AnchoredMemory(event, required + max(_window(other) - 1, 0))
        case FadingMemory(), FadingMemory():
            order = _order(inner, outer, summed=True)
            return FadingMemory(max(inner.decay, outer.decay), order, inner.window + outer.window)
        case (FadingMemory(decay=decay, order=order, window=window), FiniteMemory(bars=bars)) | (
            FiniteMemory(bars=bars),
            FadingMemory(decay=decay, order=order, window=window),
        ):
            return FadingMemory(decay, order, window + bars - 1)
        case FiniteMemory(bars=one), FiniteMemory(bars=two):
            return FiniteMemory(one + two - 1)
    raise AssertionError((inner, outer))


def shift(memory: Memory, offset: int) -> Memory:
    """Return the memory of a value read `offset` bars later."""
    return memory if offset == 0 else chain(memory, FiniteMemory(offset + 1))


def join_all(memories: list[Memory]) -> Memory:
    """Return the memory of a value made of several on the same bar."""
    none: Memory = Constant()
    return reduce(join, memories, none)


def join_lag(*lags: int) -> int:
    """Return the lag of a value made of several: the longest, data dependent above all."""
    return DATA_DEPENDENT if DATA_DEPENDENT in lags else max(lags, default=0)


def _order(left: FadingMemory, right: FadingMemory, *, summed: bool) -> int:
    if left.decay == right.decay:
        return left.order + right.order if summed else max(left.order, right.order)
    return left.order if left.decay > right.decay else right.order


def _window(memory: Memory) -> int:
    match memory:
        case Constant():
            return 0
        case FiniteMemory(bars=bars):
            return bars
        case AnchoredMemory(bars_required=bars) | IntegralMemory(bars_required=bars):
            return bars
        case FadingMemory(window=window):
            return window
