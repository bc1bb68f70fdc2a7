"""The golden messages: bytes as some version of Proofmark once wrote them."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from proofmark_contracts.message import Message
from proofmark_contracts.messages import MESSAGES

FOLDER = Path(__file__).with_name("golden")


@dataclass(frozen=True)
class Golden:
    message: type[Message]
    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(FOLDER).as_posix()

    def decode(self) -> Message:
        return self.message.decode(self.path.read_bytes())


GOLDENS = [
    Golden(message, path)
    for message in MESSAGES
    for path in sorted((FOLDER / message.verb).glob("*"))
    if path.is_file()
]


@pytest.fixture(params=GOLDENS, ids=lambda golden: golden.name)
def golden(request: pytest.FixtureRequest) -> Golden:
    found: Golden = request.param
    return found


@pytest.fixture(params=MESSAGES, ids=lambda message: message.__name__)
def message(request: pytest.FixtureRequest) -> type[Message]:
    """Each message class."""
    found: type[Message] = request.param
    return found


@pytest.fixture
def example(message: type[Message]) -> Message:
    """One golden message of the class."""
    return next(golden for golden in GOLDENS if golden.message is message).decode()
