"""The committed schemas are those of the code, and describe the golden messages."""

import json
from typing import Any

import jsonschema
import pytest

from proofmark_contracts.message import Message, TableMessage
from proofmark_contracts.schemas import FOLDER, documents, file_name

from .conftest import Golden


def committed(message: type[Message]) -> Any:
    return json.loads((FOLDER / file_name(message)).read_text())


def test_a_changed_contract_shows_in_its_schema() -> None:
    present = {path.name: path.read_text() for path in FOLDER.glob("*")}
    changed = sorted(name for name, text in documents().items() if present.get(name) != text)
    assert not changed, f"contracts changed: {', '.join(changed)}: run python -m proofmark_contracts.schemas"
    assert set(present) == set(documents())


def test_a_golden_message_follows_its_schema(golden: Golden) -> None:
    line = golden.path.read_bytes()
    if issubclass(golden.message, TableMessage):
        line = line.partition(b"\n")[0]
    jsonschema.Draft202012Validator(committed(golden.message)).validate(json.loads(line))


def test_a_message_without_its_ids_breaks_its_schema(message: type[Message], example: Message) -> None:
    document = example.model_dump(mode="json", exclude={"table", message.ids[0]})
    with pytest.raises(jsonschema.ValidationError, match=f"'{message.ids[0]}' is a required property"):
        jsonschema.validate(document, committed(message))
