"""The JSON Schema (draft-07) of a play: from the tables of the binder and the catalogue."""

from typing import Any

from tradec.compiler.catalog import Catalog
from tradec.compiler.json_schema import conditions, units
from tradec.compiler.json_schema.kinds import ANY_SCALAR, VARIABLE, Kinds, Schema, any_of
from tradec.compiler.json_schema.units import CONCRETE
from tradec.compiler.patterns import NAMES
from tradec.dsl.sections import ROOT, TIMEFRAMES
from tradec.dsl.sections_rules import ACTION, BLOCK, CASE, INTENT, OTHERWISE
from tradec.dsl.vocabulary import ACTIONS, IDENTIFIER, ROLES

_DRAFT = "http://json-schema.org/draft-07/schema#"
_BLOCK: Schema = {"$ref": "#/definitions/block"}
_INTENT: Schema = {"$ref": "#/definitions/intent"}
_ENTRY: Schema = any_of(conditions.CONDITION_REF, {"$ref": "#/definitions/action"})

_SPECIAL: dict[str, Schema] = {
    **conditions.SPECIAL,
    **units.SPECIAL,
    "variables": {
        "type": "object",
        "additionalProperties": any_of(ANY_SCALAR, {"type": "array", "items": ANY_SCALAR}),
        "propertyNames": {"pattern": f"^(?:{IDENTIFIER})$"},
    },
    "setups": {
        "type": "object",
        "additionalProperties": conditions.CONDITION_REF,
        "propertyNames": any_of({"pattern": f"^(?:{IDENTIFIER})$"}, {"pattern": r"\$"}),
    },
    "actions": any_of(
        {
            "type": "object",
            "properties": dict.fromkeys(ACTIONS, _ENTRY),
            "additionalProperties": False,
            "minProperties": 1,
        },
        {"type": "array", "items": _BLOCK, "minItems": 1},
    ),
    "action": {"enum": list(ACTIONS)},
    "cases": {"type": "array", "items": {"$ref": "#/definitions/case"}, "minItems": 1},
    "otherwise": {"$ref": "#/definitions/otherwise"},
    "intents": {
        "type": "array",
        "items": any_of({"enum": list(ACTIONS)}, _INTENT),
        "minItems": 1,
    },
    "percent": any_of({"type": "number", "exclusiveMinimum": 0, "maximum": 100}, VARIABLE),
    "metadata": {
        "type": "object",
        "additionalProperties": any_of(ANY_SCALAR, {"$ref": "#/definitions/reference"}),
    },
    "symbols": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 1},
    "entries": {"type": ["integer", "boolean"]},
}
"""The schemas of what the tables call special."""


def special_kinds() -> frozenset[str]:
    """Return the names of the special values that have a schema."""
    return frozenset(_SPECIAL)


def play_schema(catalog: Catalog) -> dict[str, Any]:
    """Return the schema that every valid play fits, with what editors show."""
    kinds = Kinds(_SPECIAL)
    root = kinds.section(ROOT)
    root["properties"]["timeframes"] = _with_timeframes(kinds)
    pattern = root["properties"]["validation"]["properties"]["pattern"]
    pattern.pop("type")
    pattern.update(any_of({"enum": list(NAMES)}, VARIABLE))
    return {
        "$schema": _DRAFT,
        "title": "tradec play",
        "description": "when to trade, and how much to risk",
        **root,
        "allOf": [
            {"anyOf": [{"required": ["name"]}, {"required": ["id"]}]},
            {"anyOf": [{"required": ["symbol"]}, {"required": ["symbol_universe"]}]},
            {"anyOf": [{"required": ["features"]}, {"required": ["structures"]}]},
        ],
        "definitions": {
            **conditions.definitions(kinds),
            **units.definitions(catalog, kinds),
            "action": kinds.section(ACTION),
            "block": kinds.section(BLOCK),
            "case": kinds.section(CASE),
            "otherwise": kinds.section(OTHERWISE),
            "intent": kinds.section(INTENT),
        },
    }


def _with_timeframes(kinds: Kinds) -> Schema:
    """Return `timeframes` with the words that its values may be."""
    made = kinds.section(TIMEFRAMES)
    for name, schema in made["properties"].items():
        schema.pop("type", None)
        schema.update(CONCRETE if name in ROLES else any_of({"enum": list(ROLES)}, VARIABLE))
    return made
