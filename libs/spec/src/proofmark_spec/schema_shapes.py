"""What the sections of the JSON Schema are made of."""

from typing import Any

QUANTITY = {"type": ["string", "number"], "description": "a quantity such as 10 mm, or a plain number"}
TEXT = {"type": "string"}


def shaped(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """A mapping with these keys and no others."""
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
