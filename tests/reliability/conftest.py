"""Problems with reference answers, for all tests of this room."""

import pytest

from tests.reference.problems import Problem, problems


@pytest.fixture(scope="session")
def reliability_problems() -> dict[str, Problem]:
    return problems("reliability")


@pytest.fixture(scope="session")
def sensitivity_problems() -> dict[str, Problem]:
    return problems("sensitivity")
