"""Many plays in one extension module, without optimisation, so that the C compiler is quick."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from tradec.compiler import native
from tradec.compiler.catalog import standard
from tradec.compiler.emit import emit_many
from tradec.compiler.plan import Plan

BUILD = Path(__file__).resolve().parents[2] / "build" / "tests"
FLAGS = ("-O0", "-fno-math-errno", "-ffp-contract=off")
Compiled: TypeAlias = Callable[[dict[str, int | float]], Any]


class UncompilableError(AssertionError):
    """A play of a batch whose code does not compile; the message shows the play."""


def compiled(
    plans: Sequence[Plan],
    texts: Sequence[str],
    folder: Path = BUILD,
    flags: tuple[str, ...] = FLAGS,
) -> tuple[Compiled, ...]:
    """Return the class of each plan; raises UncompilableError with the text of the culprit."""
    built = built_batch(plans, texts, folder, flags)
    module = native.load(built.file, built.key)
    return tuple(getattr(module, name) for name in class_names(len(plans)))


def class_names(count: int) -> tuple[str, ...]:
    """Return the names under which a module has its plays."""
    return ("Play",) if count == 1 else tuple(f"P{k}_Play" for k in range(count))


def built_batch(
    plans: Sequence[Plan],
    texts: Sequence[str],
    folder: Path = BUILD,
    flags: tuple[str, ...] = FLAGS,
) -> native.Built:
    """Return the module of all plans."""
    try:
        return native.build(emit_many(tuple(plans), standard()), standard(), folder, flags)
    except native.NativeError as error:
        _name_the_culprit(plans, texts, folder, error)
        raise


def _name_the_culprit(
    plans: Sequence[Plan], texts: Sequence[str], folder: Path, error: native.NativeError
) -> None:
    """Raise with the one play that does not compile; return if it compiles alone."""
    if len(plans) == 1:
        raise UncompilableError(f"{error.code} {error.message}\n{error.detail}\n{texts[0]}")
    middle = len(plans) // 2
    for part in (slice(None, middle), slice(middle, None)):
        try:
            native.build(emit_many(tuple(plans[part]), standard()), standard(), folder, FLAGS)
        except native.NativeError as narrower:
            _name_the_culprit(plans[part], texts[part], folder, narrower)
