"""A handful of random plays in one module, compiled once in a process and shared by its tests."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from differential.native_batch import BUILD, built_batch, class_names
from differential.native_cases import Case, collected, trading_rules, values_of
from differential.seam import InModule
from effort import examples
from tradec.compiler import ir
from tradec.compiler.catalog import standard
from tradec.runtime.sim.rules import Rules
from tradec.runtime.spec import Finite

PLAYS = 12
FINITE_PLAYS = 6
BATCH = 24
FINITE = tuple(
    name for name in standard().indicators() if isinstance(standard().spec(name).memory, Finite)
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Specimen:
    """A compiled play."""

    case: Case
    play: ir.Play
    maker: InModule

    def fresh(self) -> Any:
        """Return a new instance of the compiled class."""
        return self.maker.fresh()

    @property
    def rules(self) -> Rules:
        """Return the money rules of the play."""
        return trading_rules(self.play)

    @contextlib.contextmanager
    def told(self, **facts: Any) -> Iterator[None]:
        """Add the play and `facts` to whatever is raised."""
        try:
            yield
        except BaseException as error:
            error.add_note(f"{facts}\nset {self.case.set}\n{self.case.markets}\n{self.case.text}")
            raise


@cache
def sample() -> tuple[Specimen, ...]:
    """Return the plays of this process: over everything, and the last ones of finite memory."""
    drawn = collected(examples(PLAYS), high=700)
    drawn += collected(examples(FINITE_PLAYS), high=700, indicators=FINITE)
    return compiled_cases(tuple(drawn))


def finite_sample() -> tuple[Specimen, ...]:
    """Return the plays whose series depend on so many last bars and nothing before."""
    return sample()[-examples(FINITE_PLAYS) :]


def compiled_cases(cases: tuple[Case, ...]) -> tuple[Specimen, ...]:
    """Return cases compiled, so many in a module."""
    batches = [cases[k : k + BATCH] for k in range(0, len(cases), BATCH)]
    return tuple(specimen for batch in batches for specimen in _batch(batch))


def _batch(cases: tuple[Case, ...]) -> Iterator[Specimen]:
    folder = Path(_folder().name)
    built = built_batch([case.plan for case in cases], [case.text for case in cases], folder)
    for case, name in zip(cases, class_names(len(cases)), strict=True):
        play = case.play
        maker = InModule(file=built.file, key=built.key, name=name, values=values_of(play))
        yield Specimen(case=case, play=play, maker=maker)


@cache
def _folder() -> "TemporaryDirectory[str]":
    """Return a folder that lasts as long as the process."""
    BUILD.mkdir(parents=True, exist_ok=True)
    return TemporaryDirectory(dir=BUILD, prefix="sample-")
