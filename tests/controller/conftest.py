"""What tests of controllers share."""

from pathlib import Path

import pytest

from proofmark_controller import Program, check
from proofmark_controller.host import Compiler, compilers

FAN_CONTROL = Path(__file__).with_name("fan_control.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write generated C to the golden files")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written. The option is there when pytest is asked for this folder."""
    return bool(request.config.getoption("--update-golden", default=False))


@pytest.fixture(params=["gcc", "clang", "zig"])
def compiler(request: pytest.FixtureRequest) -> Compiler:
    """Each C compiler that is installed."""
    for found in compilers():
        if found.name == request.param:
            return found
    pytest.skip(f"{request.param} is not installed")


@pytest.fixture(scope="session")
def fan_control() -> Program:
    """The sample controller."""
    return check(FAN_CONTROL.read_text(), file=FAN_CONTROL.name)
