"""What is said of trades beside their figures: flags of the exchange, metadata of the intents."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tradec.runtime.sim.records import FLAGS

Array: TypeAlias = NDArray[Any]
Notes: TypeAlias = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarks:
    """The metadata of a play's intents, as its manifest holds them (`compiler.rules_of`).

    `notes` maps the word of a decision to {name: ["slot", its number] or ["value", a value]};
    `slots` say how the number of a slot is read: its kind, and the tokens of an enum.
    """

    notes: Mapping[int, Notes] = field(default_factory=dict)
    slots: Sequence[Mapping[str, Any]] = ()

    @staticmethod
    def of(notes: Sequence[Mapping[str, Any]], slots: Sequence[Mapping[str, Any]]) -> "Remarks":
        """Return the remarks of a play's manifest."""
        return Remarks(notes={one["word"]: one["notes"] for one in notes}, slots=slots)

    @property
    def need_slots(self) -> bool:
        """Tell whether some metadata are what the play saw at the decision."""
        return any(what == "slot" for note in self.notes.values() for what, _ in note.values())

    def of_trades(self, records: Any, entry_orders: Array) -> Array:
        """Return a JSON object per leg, None where there is nothing to say."""
        legs, words = records.legs, records.orders["word"]
        told = np.full(legs.size, None, dtype=object)
        if not self.notes and not legs["flags"].any():
            return told
        decisions = {order: row for row, order in enumerate(records.signals["order"].tolist())}
        pairs = zip(legs["flags"].tolist(), entry_orders.tolist(), strict=True)
        for leg, (flags, order) in enumerate(pairs):
            said = {name: True for bit, name in FLAGS.items() if flags & bit}
            notes = self.notes.get(int(words[order - 1]), {})
            row = decisions.get(order)
            shown = None if row is None or not records.noted.size else records.noted[row]
            said |= {name: self._value(note, shown) for name, note in notes.items()}
            if said:
                told[leg] = json.dumps(said, sort_keys=True, ensure_ascii=False)
        return told

    def _value(self, note: Sequence[Any], shown: Array | None) -> Any:
        what, value = note
        if what == "value":
            return value
        if shown is None or not isfinite(number := float(shown[value])):
            return None
        slot = self.slots[value]
        match slot["kind"]:
            case "bool":
                return bool(number)
            case "int":
                return int(number)
            case "enum":
                tokens = {int(code): token for token, code in slot["tokens"]}
                return tokens[int(number)]
            case _:
                return number
