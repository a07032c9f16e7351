"""The records of an exchange in words, the same for the native one and its reference."""

from typing import Any

import numpy as np

from tradec.runtime.sim.records import (
    CAPS,
    CODES,
    IN_FORCE,
    KINDS,
    PURPOSES,
    SOURCES,
    STATUSES,
)

WORDS = {
    "purpose": PURPOSES,
    "status": STATUSES,
    "code": CODES,
    "cap": CAPS,
    "source": SOURCES,
    "kind": KINDS,
    "in_force": IN_FORCE,
}


def told(rows: np.ndarray[Any, Any]) -> list[dict[str, Any]]:
    """Return structured rows as dicts, codes as their words."""
    names = rows.dtype.names or ()
    return [
        {
            name: WORDS[name][value] if name in WORDS else value
            for name, value in zip(names, row, strict=True)
        }
        for row in rows.tolist()
    ]
