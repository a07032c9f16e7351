"""JSON Schema of conditions and of what they compare."""

from tradec.compiler.json_schema.kinds import ANY_SCALAR, Kinds, Schema, any_of
from tradec.dsl.operand_values import ARITHMETIC
from tradec.dsl.predicates import OPERATORS
from tradec.dsl.sections_rules import CONDITION, OPERAND, RANGE

OPERAND_REF: Schema = {"$ref": "#/definitions/operand"}
CONDITION_REF: Schema = {"$ref": "#/definitions/condition"}
_CONDITIONS: Schema = {"type": "array", "items": CONDITION_REF, "minItems": 1}
_TOLERANCE: Schema = {"type": ["number", "string"], "minimum": 0}
_SIDES = ("lhs", "op", "rhs")
_WORDS = "^(?:[A-Za-z_][A-Za-z0-9_]*|[<>=!+*/%-]+)$"

SPECIAL: dict[str, Schema] = {
    "condition": CONDITION_REF,
    "conditions": _CONDITIONS,
    "operand": any_of(
        OPERAND_REF, {"$ref": "#/definitions/operands"}, {"$ref": "#/definitions/range"}
    ),
    "operator": {"enum": list(OPERATORS)},
    "tolerance": _TOLERANCE,
    "reference": any_of({"type": "string"}, {"$ref": "#/definitions/reference"}),
}
"""What the tables of conditions call special."""


def definitions(kinds: Kinds) -> dict[str, Schema]:
    """Return the schemas that conditions are made of."""
    return {
        "condition": _condition(kinds),
        "operand": _operand(),
        "operands": {"type": "array", "items": OPERAND_REF, "minItems": 1},
        "reference": kinds.section(OPERAND),
        "range": any_of(
            {"type": "array", "items": OPERAND_REF, "minItems": 2, "maxItems": 2},
            kinds.section(RANGE),
        ),
    }


def _condition(kinds: Kinds) -> Schema:
    return {
        "description": "an expression, [left, operator, right], or a group of conditions",
        "anyOf": [
            {"type": ["string", "boolean"]},
            _predicate(),
            {**_CONDITIONS, "not": _almost_predicate()},
            _block(kinds),
        ],
    }


def _predicate() -> Schema:
    """Return one condition in list form."""
    right = SPECIAL["operand"]
    operator: Schema = {"enum": list(OPERATORS)}
    return {
        "type": "array",
        "items": [OPERAND_REF, operator, right, _TOLERANCE],
        "minItems": 3,
        "maxItems": 4,
        "allOf": [
            {
                "if": {"items": [{}, {"const": "between"}]},
                "then": {"items": [{}, {}, {"$ref": "#/definitions/range"}]},
            },
            {
                "if": {"items": [{}, {"enum": ["near_abs", "near_pct"]}]},
                "then": {"minItems": 4},
                "else": {"maxItems": 3},
            },
        ],
    }


def _almost_predicate() -> Schema:
    """Return what is no list of conditions: one whose second member was meant as an operator."""
    return {
        "items": [{"type": "string"}, {"type": "string", "pattern": _WORDS}],
        "minItems": 3,
        "maxItems": 4,
    }


def _block(kinds: Kinds) -> Schema:
    """Return a mapping with one key, or with the sides of a comparison."""
    made = kinds.section(CONDITION)
    sides = [key for key in made["properties"] if key in {*_SIDES, "tolerance"}]
    alone = [key for key in made["properties"] if key not in sides]
    return {
        **made,
        "oneOf": [
            {"required": list(_SIDES)},
            *({"required": [key], "maxProperties": 1} for key in alone),
        ],
    }


def _operand() -> Schema:
    sides: Schema = {"type": "array", "items": OPERAND_REF, "minItems": 2, "maxItems": 2}
    return {
        "description": "a name, a number, or arithmetic",
        "anyOf": [
            ANY_SCALAR,
            {
                "type": "array",
                "items": [OPERAND_REF, {"enum": list(ARITHMETIC)}, OPERAND_REF],
                "minItems": 3,
                "maxItems": 3,
            },
            {
                "type": "object",
                "properties": dict.fromkeys(ARITHMETIC, sides),
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
            },
            {"$ref": "#/definitions/reference"},
        ],
    }
