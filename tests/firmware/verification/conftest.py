"""The fan's design, ready to be verified."""

from dataclasses import dataclass

import numpy as np
import pytest

from proofmark_cosim import System
from proofmark_firmware.emulation import Loaded
from proofmark_firmware.target import Target
from proofmark_firmware.verification.loop import simulated
from proofmark_firmware.verification.ticks import Ticks
from proofmark_firmware.verification.verifying import Vectors
from proofmark_reliability.sample import medians
from proofmark_spec import load
from proofmark_systems import system_of

from ..conftest import FAN, Build, fan


@dataclass(frozen=True)
class Case:
    """An image, and the system that it was simulated in."""

    target: Target
    firmware: Loaded
    system: System
    vectors: Vectors
    simulation: Ticks


@pytest.fixture(scope="session")
def case(image: Build) -> Case:
    """Two vectors: the nominal one, and one with more gain."""
    spec = load(FAN / "spec.yaml")
    design = spec.design
    assert design.model is not None
    system = system_of(design.model, design.controller, spec.files)  # type: ignore[arg-type]
    point = design.constants | medians(design.marginals)
    columns = {name: np.full(2, value) for name, value in point.items()}
    columns["gain"][1] *= 1.05
    vectors = Vectors(columns, np.arange(2), 0)
    firmware = Loaded.of(image("stm32f4-discovery"))
    return Case(fan(), firmware, system, vectors, simulated(firmware, system, columns, np.arange(2), 0))
