"""What every test of specs needs first."""

import pytest

from proofmark_spec.registry import asked


@pytest.fixture(autouse=True, scope="session")
def pint_is_read() -> None:
    """Pint reads its definitions once, for half a second; no single test should pay for it."""
    asked("m")
