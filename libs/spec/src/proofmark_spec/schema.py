"""The JSON Schema of spec files, for editors: shapes and keys. Meaning is checked by reading."""

from typing import Any

from proofmark_spec.parameters import DISTRIBUTIONS, MOST
from proofmark_spec.plan import LARGEST_SEED, METHODS, MOST_SAMPLES, STOPS
from proofmark_spec.requirements import LONGEST_NAME
from proofmark_spec.requirements import MOST as MOST_REQUIREMENTS
from proofmark_spec.schema_cosim import controller, cosim_model, fmu_model, signal_metric, temporal
from proofmark_spec.schema_firmware import firmware
from proofmark_spec.schema_shapes import QUANTITY, TEXT, shaped
from proofmark_spec.schema_thermal import thermal
from proofmark_spec.spec import LONGEST_REVISION, OPTIONAL, REQUIRED, VERSION


def json_schema() -> dict[str, Any]:
    """The schema, JSON Schema draft 2020-12. `spec.v1.schema.json` is what `proofmark schema` prints of it."""
    sections: dict[str, Any] = {
        "apiVersion": {"const": VERSION},
        "name": {**TEXT, "pattern": "^[A-Za-z][A-Za-z0-9._-]{0,63}$"},
        "revision": {**TEXT, "maxLength": LONGEST_REVISION},
        "tolerances": shaped(
            {"sigma_level": {"type": "number", "exclusiveMinimum": 0, "maximum": 12}}, ["sigma_level"]
        ),
        "parameters": {
            "type": "object",
            "minProperties": 1,
            "maxProperties": MOST,
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]{0,63}$"},
            "additionalProperties": {"anyOf": [QUANTITY, *(_distribution(name) for name in DISTRIBUTIONS)]},
        },
        "correlations": {"anyOf": [_pairs(), _matrix()]},
        "thermal": thermal(),
        "controller": controller(),
        "model": {"anyOf": [_expression_model(), _python_model(), cosim_model(), fmu_model(), _thermal_model()]},
        "firmware": firmware(),
        "requirements": {"type": "array", "minItems": 1, "maxItems": MOST_REQUIREMENTS, "items": _requirement()},
        "reliability": _plan(),
        "artifacts": {"type": "array", "items": TEXT},
        "provenance": _provenance(),
        "isolation": shaped({"tier": {"const": 0}}, ["tier"]),
    }
    ordered = {key: sections[key] for key in (*REQUIRED, *OPTIONAL)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Proofmark design spec",
        **shaped(ordered, list(REQUIRED)),
    }


def _distribution(name: str) -> dict[str, Any]:
    shapes: dict[str, Any] = {
        "number": {"type": "number"},
        "values": {"type": "array", "items": QUANTITY, "minItems": 1},
        "weights": {"type": "array", "items": {"type": "number", "exclusiveMinimum": 0}, "minItems": 1},
    }
    _, fields = DISTRIBUTIONS[name]
    properties = {field: shapes.get(what, QUANTITY) for field, what in fields.items()}
    return shaped({"distribution": {"const": name}, **properties}, ["distribution", *fields])


def _pairs() -> dict[str, Any]:
    rho = {"type": "number", "exclusiveMinimum": -1, "exclusiveMaximum": 1}
    between = {"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2}
    return {"type": "array", "items": shaped({"between": between, "rho": rho}, ["between", "rho"])}


def _matrix() -> dict[str, Any]:
    rows = {"type": "array", "items": {"type": "array", "items": {"type": "number"}}}
    return shaped({"order": {"type": "array", "items": TEXT}, "matrix": rows}, ["order", "matrix"])


def _expression_model() -> dict[str, Any]:
    metrics = {"type": "object", "additionalProperties": TEXT, "minProperties": 1}
    return shaped({"kind": {"const": "expression"}, "metrics": metrics}, ["kind", "metrics"])


def _python_model() -> dict[str, Any]:
    return shaped({"kind": {"const": "python"}, "file": TEXT, "time_limit": QUANTITY}, ["kind", "file"])


def _thermal_model() -> dict[str, Any]:
    return shaped({"kind": {"const": "thermal"}}, ["kind"])


def _requirement() -> dict[str, Any]:
    target = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
    common = {"name": {**TEXT, "minLength": 1, "maxLength": LONGEST_NAME}, "target": target}
    plain = shaped({"metric": TEXT, "of": TEXT, **common, "min": QUANTITY, "max": QUANTITY}, ["metric"])
    limited = {"oneOf": [{"required": ["min"]}, {"required": ["max"]}]}
    return {"anyOf": [{**plain, **limited}, {**signal_metric(common), **limited}, *temporal(common)]}


def _plan() -> dict[str, Any]:
    share = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
    properties = {
        "target": share,
        "confidence": share,
        "method": {"enum": list(METHODS)},
        "samples": {"type": "integer", "minimum": 1, "maximum": MOST_SAMPLES},
        "stop": {
            "anyOf": [{"enum": list(STOPS)}, shaped({"width": {"type": "number", "exclusiveMinimum": 0}}, ["width"])]
        },
        "budget": {**TEXT, "description": "such as 2 CPU-hours"},
        "seed": {"type": "integer", "minimum": 0, "maximum": LARGEST_SEED},
    }
    return shaped(properties, ["target"])


def _provenance() -> dict[str, Any]:
    digest = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    told = {"anyOf": [shaped({"file": TEXT}, ["file"]), shaped({"sha256": digest}, ["sha256"])]}
    return shaped({"agent": TEXT, "prompt": told, "context": told}, [])
