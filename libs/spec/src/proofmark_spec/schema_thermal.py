"""The JSON Schema of the section `thermal`: shapes and keys."""

from collections.abc import Iterable
from typing import Any

from proofmark_spec.schema_shapes import QUANTITY, TEXT, shaped
from proofmark_spec.thermal_geometry import LENGTH_UNITS, SECTIONS, SHAPES

AMOUNT = {"type": ["string", "number"], "description": "a quantity such as 10 W, or an expression over parameters"}
LENGTHS = {"type": "array", "items": QUANTITY, "minItems": 2, "maxItems": 3}
PLACE = {"type": "array", "items": AMOUNT, "minItems": 2, "maxItems": 3}
AMOUNTS = {"type": "array", "items": AMOUNT, "minItems": 2}
VARYING = {
    "anyOf": [
        AMOUNT,
        shaped({"at": {"type": "array", "items": QUANTITY, "minItems": 2}, "values": AMOUNTS}, ["at", "values"]),
        shaped({"times": {"type": "array", "items": QUANTITY, "minItems": 2}, "values": AMOUNTS}, ["times", "values"]),
    ]
}


def thermal() -> dict[str, Any]:
    """The section."""
    axes = {"type": "array", "items": VARYING, "minItems": 3, "maxItems": 3}
    region = shaped(
        {
            "material": TEXT,
            "k": {"anyOf": [VARYING, axes]},
            "rho": QUANTITY,
            "cp": VARYING,
            **_keys(VARYING, "power", "power_density"),
        },
        [],
    )
    sink = shaped(
        {"faces": _faces(), "emissivity": AMOUNT, **_keys(VARYING, "convection", "ambient", "temperature", "flux")},
        ["faces"],
    )
    source = shaped({"faces": _faces(), "junction_resistance": AMOUNT, **_keys(VARYING, "power", "flux")}, ["faces"])
    between = {"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2}
    contact = shaped({"between": between, **_keys(AMOUNT, "resistance", "conductance")}, ["between"])
    times = {"type": "array", "items": QUANTITY}
    return shaped(
        {
            "geometry": {"anyOf": [_primitives(), _step()]},
            "regions": _named(region),
            "sinks": _named(sink),
            "sources": _named(source),
            "contacts": {"type": "array", "items": contact},
            "probes": _named(shaped({"nearest": LENGTHS, "region": TEXT}, ["nearest"])),
            "transient": shaped({"duration": QUANTITY, "initial": AMOUNT, "report_at": times}, ["duration", "initial"]),
            "steady_at": _named({"type": ["string", "number"]}),
            "ranges": _named({"type": "array", "items": {"type": ["string", "number"]}, "minItems": 2, "maxItems": 2}),
            "accuracy": QUANTITY,
            "element_size": QUANTITY,
        },
        ["geometry", "regions"],
    )


def _keys(shape: dict[str, Any], *names: str) -> dict[str, Any]:
    return dict.fromkeys(names, shape)


def _named(shape: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": shape}


def _primitives() -> dict[str, Any]:
    shape = {"anyOf": [_of_kind(kind, *SHAPES[kind][1:], AMOUNT) for kind in SHAPES]}
    several = {"type": "array", "items": shape, "minItems": 1}
    section = {"anyOf": [_of_kind(kind, *SECTIONS[kind][1:], QUANTITY) for kind in SECTIONS]}
    return shaped({"parts": _named({"anyOf": [shape, several]}), "section": section}, ["parts"])


def _of_kind(kind: str, required: Iterable[str], optional: Iterable[str], number: dict[str, Any]) -> dict[str, Any]:
    keys = {key: _of_shape(key, number) for key in (*required, *optional)}
    return shaped({"kind": {"const": kind}, **keys}, ["kind", *required])


def _of_shape(key: str, number: dict[str, Any]) -> dict[str, Any]:
    match key:
        case "pads":
            return _named(shaped({"centre": PLACE, "size": PLACE}, ["centre", "size"]))
        case "fins":
            return {"type": "integer", "minimum": 1}
        case "size" | "at":
            return {"anyOf": [PLACE, number]}
    return number


def _step() -> dict[str, Any]:
    keys = {"file": TEXT, "unit": {"enum": list(LENGTH_UNITS)}, "solids": _named(LENGTHS)}
    return shaped(keys, ["file", "unit"])


def _faces() -> dict[str, Any]:
    plane = {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": QUANTITY}
    corners = {"type": "array", "items": LENGTHS, "minItems": 2, "maxItems": 2}
    normal = {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3}
    selected = shaped(
        {
            **_keys(TEXT, "name", "region"),
            "plane": plane,
            "normal": normal,
            "nearest": LENGTHS,
            "box": corners,
            "count": {"type": "integer", "minimum": 1},
        },
        [],
    )
    return {"anyOf": [TEXT, {**selected, "minProperties": 1}]}
