"""What every pass is given beside the play."""

from dataclasses import dataclass, field

from tradec.compiler.catalog import Catalog
from tradec.dsl.diagnostics import Diagnostics


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a compilation runs; nothing here changes what a play means."""

    verify: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The units, the place where findings go, and the options of one compilation."""

    catalog: Catalog
    diagnostics: Diagnostics
    options: Options = field(default_factory=Options)
