"""What every test of specs needs first."""

import pytest

from proofmark_spec.units import unit


@pytest.fixture(autouse=True, scope="session")
def units_are_read() -> None:
    """Pint reads its units once, for half a second; no single test should pay for it."""
    unit("m")
