"""Variables that keep their names while a condition is read and written again."""

import re
from dataclasses import dataclass, field

from tradec.dsl.variables import Declared, Variables

_MARK = re.compile(r"zQv([0-9]+)vQz")


@dataclass(slots=True)
class Symbols(Variables):
    """Variables of which those that are spliced into words read as words of their own."""

    names: list[str] = field(default_factory=list)

    def named(self, text: str) -> str:
        """Return a text with the variables in the place of the words that stood for them."""
        return _MARK.sub(lambda found: f"${{{self.names[int(found.group(1))]}}}", text)

    def _text_of(self, variable: Declared) -> str:
        if variable.name not in self.names:
            self.names.append(variable.name)
        return f"zQv{self.names.index(variable.name)}vQz"
