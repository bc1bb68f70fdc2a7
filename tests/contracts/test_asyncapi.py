"""The AsyncAPI document is current, complete, and accepted by AsyncAPI's own parser."""

import json
import subprocess
from pathlib import Path

import pytest

from proofmark_contracts.asyncapi import document, text
from proofmark_contracts.messages import MESSAGES
from tests.node import installed

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(__file__).with_name("node")


def test_the_committed_document_is_current() -> None:
    committed = (ROOT / "docs" / "reference" / "asyncapi.json").read_text()
    assert committed == text(), "run python -m proofmark_contracts.asyncapi > docs/reference/asyncapi.json"


def test_every_message_has_a_channel_at_its_subject() -> None:
    addresses = {channel["address"].partition("{")[0] for channel in document()["channels"].values()}
    assert addresses == {message.subject_of().partition("*")[0] for message in MESSAGES}


@pytest.fixture(scope="module")
def parser() -> Path:
    """AsyncAPI's own."""
    return installed(NODE, "asyncapi") / "check.mjs"


def parse(parser: Path, source: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["node", parser], input=source, capture_output=True, text=True, check=False)


@pytest.mark.node
def test_the_parser_of_asyncapi_accepts_the_document(parser: Path) -> None:
    parsed = parse(parser, text())
    assert parsed.returncode == 0, parsed.stderr
    assert parsed.stdout.startswith(f"{len(MESSAGES)} channels, ")
    assert "warning" not in parsed.stderr


@pytest.mark.node
def test_the_parser_of_asyncapi_refuses_a_broken_document(parser: Path) -> None:
    broken = document()
    broken["operations"]["gate.send.DesignDecided"]["channel"] = {"$ref": "#/channels/Nowhere"}
    parsed = parse(parser, json.dumps(broken))
    assert parsed.returncode == 1
    assert "Nowhere" in parsed.stderr
