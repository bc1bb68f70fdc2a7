"""The JSON Schema of each message, committed beside the code so that a changed contract shows in the diff.

`python -m proofmark_contracts.schemas` writes them. A table message is described by its line of JSON; the table
follows it.
"""

import json
from pathlib import Path
from typing import Any

from proofmark_contracts.message import Message, TableMessage
from proofmark_contracts.messages import MESSAGES

FOLDER = Path(__file__).with_name("schemas")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def file_name(message: type[Message]) -> str:
    return f"{message.verb}.v1.json"


def schema_of(message: type[Message]) -> dict[str, Any]:
    """What a reader of the message accepts."""
    schema = message.model_json_schema()
    if issubclass(message, TableMessage):
        del schema["properties"]["table"]
    return {"$schema": DIALECT, "$id": f"urn:proofmark:{message.verb}:v1", **schema}


def documents() -> dict[str, str]:
    """The text of each schema file, by its name."""
    return {file_name(message): json.dumps(schema_of(message), indent=2) + "\n" for message in MESSAGES}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in documents().items():
        (FOLDER / name).write_text(text)
