"""The JSON Schema of what runs in time: the controller, plants and scenarios, requirements on signals."""

from typing import Any

from proofmark_spec.components import keys_of
from proofmark_spec.controller import PWM
from proofmark_spec.cosim import MOST_PLANTS
from proofmark_spec.fmu import MOST_OUTPUTS, REQUIRED, USES
from proofmark_spec.schema_shapes import QUANTITY, TEXT, shaped
from proofmark_spec.signals import METRICS

AMOUNT = {"type": ["string", "number"], "description": "a quantity such as 10 mm, or an expression over parameters"}
CONDITION = {**TEXT, "description": "a condition over signals and parameters"}
FORMULA = {"anyOf": [CONDITION, {"type": "object", "minProperties": 1}]}
WINDOW = {"from": QUANTITY, "to": QUANTITY}


def controller() -> dict[str, Any]:
    """The section of the controller."""
    values = {"type": ["string", "number", "boolean"]}
    safe = shaped({"within": QUANTITY, "outputs": {"type": "object", "additionalProperties": values}}, [])
    pwm = {"type": "object", "additionalProperties": {"enum": list(PWM)}}
    bound = {"type": "object", "additionalProperties": AMOUNT}
    keys = {"file": TEXT, "class": TEXT, "period": QUANTITY, "safe_state": safe, "parameters": bound, "pwm": pwm}
    return shaped(keys, ["file", "period"])


def cosim_model() -> dict[str, Any]:
    """A model of kind cosim."""
    from proofmark_cosim import PLANTS

    plants = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": MOST_PLANTS,
        "additionalProperties": {
            "anyOf": [*(_component(cls, {"period": QUANTITY}) for cls in PLANTS.values()), _heat()]
        },
    }
    scenario = _scenario({"signal": TEXT})
    keys = {
        "kind": {"const": "cosim"},
        "duration": QUANTITY,
        "cycle": QUANTITY,
        "scenario": scenario,
        "plants": plants,
        "connect": {"type": "object", "additionalProperties": AMOUNT},
    }
    return shaped(keys, ["kind", "duration", "plants"])


def _heat() -> dict[str, Any]:
    """The plant that is the section `thermal`."""
    return shaped({"kind": {"const": "thermal"}, "period": QUANTITY, "initial": AMOUNT}, ["kind"])


def fmu_model() -> dict[str, Any]:
    """A model of kind fmu."""
    amounts = {"type": "object", "additionalProperties": AMOUNT}
    names = {"type": "object", "additionalProperties": TEXT, "minProperties": 1, "maxProperties": MOST_OUTPUTS}
    keys = {
        "kind": {"const": "fmu"},
        "file": TEXT,
        "use": {"enum": USES},
        "duration": QUANTITY,
        "cycle": QUANTITY,
        "parameters": amounts,
        "inputs": amounts,
        "outputs": names,
        "scenario": _scenario({}),
        "time_limit": QUANTITY,
    }
    return shaped(keys, REQUIRED)


def _scenario(more: dict[str, Any]) -> dict[str, Any]:
    from proofmark_cosim import SCENARIOS

    return {"anyOf": [_component(cls, more) for cls in SCENARIOS.values()]}


def _component(cls: Any, more: dict[str, Any]) -> dict[str, Any]:
    shapes: dict[str, Any] = {
        "file": TEXT,
        "column": TEXT,
        "capacities": {"type": "object", "additionalProperties": AMOUNT},
        "links": {
            "type": "array",
            "items": shaped({"between": _pair(), "resistance": AMOUNT}, ["between", "resistance"]),
        },
    }
    required, optional = keys_of(cls)
    properties = {key: shapes.get(key, AMOUNT) for key in (*required, *optional)}
    return shaped({"kind": {"const": cls.kind}, **properties, **more}, ["kind", *required])


def _pair() -> dict[str, Any]:
    return {"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2}


def signal_metric(common: dict[str, Any]) -> dict[str, Any]:
    """A requirement on a number that a run gives."""
    keys = {**common, "metric": {"enum": list(METRICS)}, "of": CONDITION, "to": AMOUNT, "within": AMOUNT}
    return shaped({**keys, "after": QUANTITY, "min": QUANTITY, "max": QUANTITY}, ["metric"])


def temporal(common: dict[str, Any]) -> list[dict[str, Any]]:
    """Requirements in temporal logic."""
    plain = [shaped({**common, word: FORMULA, **WINDOW}, [word]) for word in ("always", "eventually")]
    until = shaped({**common, "hold": FORMULA, "until": FORMULA, **WINDOW}, ["hold", "until"])
    return [*plain, until]
