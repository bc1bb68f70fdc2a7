"""The system that a design's co-simulation model describes, ready for `proofmark_cosim`, and its runs."""

from proofmark_systems.building import component_of, program_of, system_of
from proofmark_systems.running import Runs, WorkingSystem, noise_seed

__all__ = ["Runs", "WorkingSystem", "component_of", "noise_seed", "program_of", "system_of"]
