"""Messages written by earlier versions are read today, and say what they said."""

import json
from typing import Any

from proofmark_contracts.frozen import sha256_hex
from proofmark_contracts.message import Message, TableMessage

from .conftest import FOLDER, GOLDENS, Golden


def stated(message: type[Message], data: bytes) -> Any:
    return json.loads(data.partition(b"\n")[0] if issubclass(message, TableMessage) else data)


def keeps(old: Any, new: Any) -> bool:
    """Whether everything that `old` says stands in `new`, which may say more."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(key in new and keeps(value, new[key]) for key, value in old.items())
    if isinstance(old, list):
        return isinstance(new, list) and len(old) == len(new) and all(map(keeps, old, new))
    return type(old) is type(new) and bool(old == new)


def test_keeps_allows_more_and_nothing_less() -> None:
    assert keeps({"a": [1, {"b": None}]}, {"a": [1, {"b": None, "c": 2}], "d": 3})
    assert not keeps({"a": None}, {})
    assert not keeps({"a": [1, 2]}, {"a": [1]})
    assert not keeps({"a": True}, {"a": 1})


def test_a_golden_message_keeps_all_it_says(golden: Golden) -> None:
    data = golden.path.read_bytes()
    again = golden.decode().encode()
    assert keeps(stated(golden.message, data), stated(golden.message, again))


def test_a_golden_message_and_its_new_form_state_the_same(golden: Golden) -> None:
    decoded = golden.decode()
    again = golden.message.decode(decoded.encode())
    assert again == decoded
    assert again.fingerprint() == decoded.fingerprint()


def test_a_golden_table_comes_back_byte_for_byte(golden: Golden) -> None:
    decoded = golden.decode()
    if isinstance(decoded, TableMessage):
        assert golden.path.read_bytes().endswith(b"\n" + decoded.table)
        assert decoded.table or decoded.table_ref


def test_every_message_class_has_a_golden_message(message: type[Message]) -> None:
    assert any(golden.message is message for golden in GOLDENS), (
        f"add tests/contracts/golden/{message.verb}/<name>.json and its line in MANIFEST.sha256"
    )


def test_golden_messages_are_neither_edited_nor_deleted() -> None:
    manifest = FOLDER / "MANIFEST.sha256"
    recorded = {name: digest for digest, name in (line.split("  ") for line in manifest.read_text().splitlines())}
    present = {
        path.relative_to(FOLDER).as_posix(): sha256_hex(path.read_bytes())
        for path in FOLDER.rglob("*")
        if path.is_file() and path != manifest
    }
    assert present == recorded, "golden messages are only ever added: (cd tests/contracts/golden && sha256sum */*)"
