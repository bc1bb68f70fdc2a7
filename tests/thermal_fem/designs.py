"""A slab that is heated on one side and cooled on the other: its temperatures are one line of arithmetic."""

from proofmark_contracts.design import Constant, Design, Normal, ReliabilityPlan, Requirement, ThermalModel, Uniform
from proofmark_contracts.heat import BoxShape, Faces, PrimitiveGeometry, Probe, Region, Sink, Source, Thermal

AREA_M2, THICKNESS_M, AMBIENT_K = 0.02 * 0.02, 0.01, 293.15


def slab(limit_k: float = 353.15, spread: float = 1.0, **changed: object) -> Design:
    """Power 20 W, k 100 W/m/K, h 1000 W/m2/K: 50 K over ambient at the cooled side, 5 K more at the heated one."""
    thermal = Thermal(
        geometry=PrimitiveGeometry(parts={"slab": (BoxShape(size=(0.02, 0.02, THICKNESS_M)),)}),
        regions={"slab": Region(k="k")},
        sources={"die": Source(faces=Faces(name="bottom"), power="loss")},
        sinks={"air": Sink(faces=Faces(name="top"), convection="h", ambient="ambient")},
        probes={"middle": Probe(nearest=(0.01, 0.01, 0.005))},
        accuracy=0.05,
    )
    return Design(
        name="slab",
        parameters={
            "loss": Normal(mean=20.0, std=1.0 * spread),
            "k": Uniform(low=100.0 - 10 * spread, high=100.0 + 10 * spread),
            "h": Normal(mean=1000.0, std=30.0 * spread),
            "ambient": Constant(value=AMBIENT_K),
        },
        model=ThermalModel(),
        thermal=thermal.model_copy(update=changed),
        requirements=(Requirement(name="stays cool", metric="t_max", high=limit_k),),
        reliability=ReliabilityPlan(target=0.99, samples=200),
        units={},
    )


def rise_k(loss: float = 20.0, k: float = 100.0, h: float = 1000.0) -> float:
    """Of the heated side over ambient."""
    return loss / AREA_M2 * (1 / h + THICKNESS_M / k)
