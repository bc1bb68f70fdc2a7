"""A worker is of the version that its study was opened by."""

from importlib.metadata import version

import pytest

from proofmark_chassis.errors import SettingsRefused
from proofmark_simulator.settings import SimulatorSettings


def test_a_worker_of_the_studys_version_starts() -> None:
    ours = version("proofmark-contracts")
    assert SimulatorSettings.from_environment({"PROOFMARK_ENGINE": ours}).engine == ours


def test_a_worker_of_another_version_refuses_to_start() -> None:
    with pytest.raises(SettingsRefused, match=r"PROOFMARK_ENGINE: .*opened by version 0\.0\.1, this worker is"):
        SimulatorSettings.from_environment({"PROOFMARK_ENGINE": "0.0.1"})
