"""The JSON Schema of the section `firmware`."""

from typing import Any

from proofmark_spec.firmware import MOST_PINS
from proofmark_spec.schema_shapes import QUANTITY, TEXT, shaped


def firmware() -> dict[str, Any]:
    """The section of the board, or of a module for MicroPython."""
    from proofmark_boards import boards

    ends = {"type": "array", "items": QUANTITY, "minItems": 2, "maxItems": 2}
    adc = shaped({"range": ends, "scale": TEXT, "zero": QUANTITY}, ["range", "scale"])
    pin = {"pin": {**TEXT, "pattern": "^P[A-Z][0-9]{1,2}$"}, "function": TEXT}
    kinds = [
        shaped({**pin, "input": TEXT, "adc": adc}, ["pin", "input"]),
        shaped({**pin, "output": TEXT, "frequency": QUANTITY}, ["pin", "output"]),
    ]
    pins = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": MOST_PINS,
        "propertyNames": {"pattern": "^[A-Za-z][A-Za-z0-9_]{0,31}$"},
        "additionalProperties": {"anyOf": kinds},
    }
    version = {**TEXT, "pattern": "^(0|[1-9][0-9]{0,2})[.](0|[1-9][0-9]{0,2})[.](0|[1-9][0-9]{0,4})$"}
    on_a_board = {"target": {"const": "c"}, "board": {"enum": list(boards())}, "version": version, "pins": pins}
    module = {"target": {"const": "micropython"}, "version": version}
    asked = {"properties": {"target": {"const": "micropython"}}, "required": ["target"]}
    return {"if": asked, "then": shaped(module, ["target"]), "else": shaped(on_a_board, ["board", "pins"])}
