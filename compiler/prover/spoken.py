"""What the cases of a play say, one intent at a time."""

from dataclasses import dataclass

from tradec.compiler import ir


@dataclass(frozen=True, slots=True)
class Spoken:
    """An intent of a case that may speak."""

    block: ir.Block
    case: ir.Case
    intent: ir.Intent

    @property
    def is_first(self) -> bool:
        """Whether it is said wherever its condition is true."""
        return self.case is self.block.cases[0]
