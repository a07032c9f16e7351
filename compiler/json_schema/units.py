"""JSON Schema of features and structures, from the catalogue alone."""

from tradec.compiler.catalog import Catalog
from tradec.compiler.json_schema.kinds import VARIABLE, Kinds, Schema, any_of
from tradec.compiler.prices import SOURCES
from tradec.dsl.sections import FEATURE, STRUCTURE
from tradec.dsl.vocabulary import IDENTIFIER, ROLES
from tradec.runtime.spec import Param, Spec
from tradec.runtime.timeframe import ORDER

NAME: Schema = {"type": "string", "pattern": rf"^(?:{IDENTIFIER})$|\$\{{"}
TIMEFRAME: Schema = any_of({"enum": [*ORDER, "d", "exec", *ROLES]}, VARIABLE)
CONCRETE: Schema = any_of({"enum": [*ORDER, "d"]}, VARIABLE)
_STRUCTURES: Schema = {"type": "array", "items": {"$ref": "#/definitions/structure"}}

SPECIAL: dict[str, Schema] = {
    "features": {
        "type": "object",
        "additionalProperties": {"$ref": "#/definitions/feature"},
        "propertyNames": {"pattern": NAME["pattern"]},
    },
    "structures": any_of(
        _STRUCTURES,
        {
            "type": "object",
            "additionalProperties": _STRUCTURES,
            "propertyNames": {"pattern": f"^(?:{'|'.join((*ORDER, 'd'))})$|\\$"},
        },
    ),
    "arguments": {"type": "object"},
    "id": NAME,
    "ids": any_of(NAME, {"type": "array", "items": NAME}),
}
"""What the tables of features and structures call special."""


def definitions(catalog: Catalog, kinds: Kinds) -> dict[str, Schema]:
    """Return the schemas of a feature, of a structure, and of the parameters of every unit."""
    names = [*catalog.indicators(), *catalog.structures()]
    feature = _chosen(kinds.section(FEATURE), "indicator", catalog, catalog.indicators())
    feature["properties"]["tf"] = {**feature["properties"]["tf"], **TIMEFRAME}
    feature["properties"]["tf"].pop("type", None)
    source = {"description": "a price, or a feature of the same timeframe", "default": "close"}
    feature["properties"]["source"] = {**source, **any_of({"enum": [*SOURCES]}, NAME)}
    return {
        "feature": feature,
        "structure": _chosen(kinds.section(STRUCTURE), "type", catalog, catalog.structures()),
        **{_params(name): _parameters(catalog.spec(name)) for name in names},
    }


def _params(name: str) -> str:
    return f"params of {name}"


def _chosen(made: Schema, key: str, catalog: Catalog, names: tuple[str, ...]) -> Schema:
    """Return a section in which one key names a unit, whose parameters follow from it."""
    titles = [catalog.spec(name).title for name in names]
    known = {"enum": [*names], "enumDescriptions": titles, "markdownEnumDescriptions": titles}
    made["properties"][key] = {"description": "which unit", **any_of(known, VARIABLE)}
    made["allOf"] = [
        {
            "if": {"properties": {key: {"const": name}}, "required": [key]},
            "then": {
                "properties": {"params": {"$ref": f"#/definitions/{_params(name)}"}},
                **({"required": ["params"]} if _needs_params(catalog.spec(name)) else {}),
            },
        }
        for name in names
    ]
    return made


def _needs_params(spec: Spec) -> bool:
    return any(param.required for param in spec.params)


def _parameters(spec: Spec) -> Schema:
    required = [param.name for param in spec.params if param.required]
    return {
        "type": "object",
        "description": spec.title,
        "properties": {param.name: _parameter(param) for param in spec.params},
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }


def _parameter(param: Param) -> Schema:
    described: Schema = {"description": param.meaning} if param.meaning else {}
    if param.default is not None:
        described["default"] = param.default
    return {**described, **_argument(param)}


def _argument(param: Param) -> Schema:
    match param.kind:
        case "int" | "float":
            return any_of(_number(param), VARIABLE)
        case "bool":
            return any_of({"type": "boolean"}, VARIABLE)
        case "choice":
            return any_of({"enum": list(param.choices)}, VARIABLE)
        case "series":
            return NAME
        case _:
            return any_of(_list(param), VARIABLE)


def _list(param: Param) -> Schema:
    items = any_of({**_number(param), "type": "number"}, VARIABLE)
    return {"type": "array", "items": items, "minItems": 1, "uniqueItems": True}


def _number(param: Param) -> Schema:
    low = "exclusiveMinimum" if param.low_exclusive else "minimum"
    bounds = {low: param.low, "maximum": param.high}
    return {
        "type": "integer" if param.kind == "int" else "number",
        **{name: bound for name, bound in bounds.items() if bound is not None},
    }
