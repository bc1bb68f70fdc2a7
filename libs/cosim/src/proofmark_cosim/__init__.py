"""Co-simulation of plants and controllers: whole cycles, thousands of vectors at once, the same bits everywhere.

A `System` says what runs; `simulate` runs it for every row of its parameters.
"""

from proofmark_cosim.assembly import assumptions
from proofmark_cosim.component import Component, Number
from proofmark_cosim.errors import CosimError
from proofmark_cosim.interface import Adc, Pwm, Ranging
from proofmark_cosim.kernel import ChunkSummary, RunMetrics, time_chunks
from proofmark_cosim.logic import Always, And, Eventually, Formula, Not, Or, Predicate, Until
from proofmark_cosim.plants import PLANTS
from proofmark_cosim.scenarios import SCENARIOS
from proofmark_cosim.simulation import Recording, Result, Simulator, Traces, simulate
from proofmark_cosim.system import ControllerUse, Metric, Placed, System, common_cycle_s

__all__ = [
    "PLANTS",
    "SCENARIOS",
    "Adc",
    "Always",
    "And",
    "ChunkSummary",
    "Component",
    "ControllerUse",
    "CosimError",
    "Eventually",
    "Formula",
    "Metric",
    "Not",
    "Number",
    "Or",
    "Placed",
    "Predicate",
    "Pwm",
    "Ranging",
    "Recording",
    "Result",
    "RunMetrics",
    "Simulator",
    "System",
    "Traces",
    "Until",
    "assumptions",
    "common_cycle_s",
    "simulate",
    "time_chunks",
]
