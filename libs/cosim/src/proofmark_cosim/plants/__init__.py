"""Plants: what physics, links and robots do between two cycles."""

from proofmark_cosim.component import Component
from proofmark_cosim.plants.formation import Formation
from proofmark_cosim.plants.link import CrcSampler, Lfsr, LinkMonitor
from proofmark_cosim.plants.motor import DcMotor
from proofmark_cosim.plants.network import RcNetwork
from proofmark_cosim.plants.photonics import Impairment, Resonator
from proofmark_cosim.plants.thermal import RcThermal
from proofmark_cosim.plants.thermostat import Thermostat

PLANTS: dict[str, type[Component]] = {
    plant.kind: plant
    for plant in (
        RcThermal,
        RcNetwork,
        Resonator,
        Impairment,
        CrcSampler,
        LinkMonitor,
        Lfsr,
        DcMotor,
        Thermostat,
        Formation,
    )
}
"""By the kind that specs name."""

__all__ = [
    "PLANTS",
    "CrcSampler",
    "DcMotor",
    "Formation",
    "Impairment",
    "Lfsr",
    "LinkMonitor",
    "RcNetwork",
    "RcThermal",
    "Resonator",
    "Thermostat",
]
