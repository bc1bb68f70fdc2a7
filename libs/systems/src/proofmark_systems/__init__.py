"""The system that a design's co-simulation model describes, ready for `proofmark_cosim`, and its runs."""

from proofmark_systems.brackets import COLDER, HOTTER
from proofmark_systems.building import component_of, program_of, system_of
from proofmark_systems.heat import Heat, heat_of, showing, unsolved
from proofmark_systems.running import Runs, WorkingSystem, noise_seed
from proofmark_systems.units import unit_system_of

__all__ = [
    "COLDER",
    "HOTTER",
    "Heat",
    "Runs",
    "WorkingSystem",
    "component_of",
    "heat_of",
    "noise_seed",
    "program_of",
    "showing",
    "system_of",
    "unit_system_of",
    "unsolved",
]
