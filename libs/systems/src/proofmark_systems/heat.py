"""The heat of a design as a plant: what its reduced model says, in the classes that compute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from proofmark_contracts.heat import Thermal
from proofmark_contracts.temperatures import ReducedHeat as Modelled
from proofmark_cosim.component import Quantity
from proofmark_cosim.plants.reduced_heat import Driven, Factor, Readout, ReducedHeat, Term
from proofmark_expression import Expression
from proofmark_thermal.reduced import coefficients
from proofmark_thermal.reduced.transient_model import ReducedTransient

FloatArray = npt.NDArray[np.float64]

UNITS = {
    "convection": "W/m^2/K",
    "conductance": "W/m^2/K",
    "resistance": "K*m^2/W",
    "ambient": "K",
    "temperature": "K",
    "initial": "K",
    "power": "W",
    "power_density": "W/m^3",
    "flux": "W/m^2",
}
"""Of an amount, by the last word of its place; any other is a conductivity."""
CONDUCT = {"W/m/K", "W/m^2/K", "K*m^2/W"}


@dataclass(frozen=True, eq=False)
class Heat:
    """A plant, and what it is driven by."""

    plant: ReducedHeat
    amounts: Mapping[str, str]
    """By input, an expression over signals and parameters."""
    error_k: float
    """What its temperatures may be off by."""


def heat_of(modelled: Modelled, content: bytes) -> Heat:
    """The plant that the reduced model of a study makes.

    Raises
    ------
    ThermalError
        The bytes are no such model.
    """
    model, amounts = ReducedTransient.from_bytes(content), modelled.parameters
    driven = {name: text for name, text in amounts.items() if speaks_of_signals(text)}
    given, lifts, width = model.coefficients, len(model.coefficients.fixed), len(model.capacity)
    # in these shapes, combinations of the model's, the capacity is one
    own: FloatArray = np.linalg.inv(np.linalg.cholesky(model.capacity[:, lifts:])).T
    assert width == len(own)
    fixed = [Factor(temperature, rise=True) for temperature in given.fixed]
    inner = [own.T @ operator[:, lifts:] @ own for operator in model.operators]
    brought = [own.T @ load for load in model.loads]
    heats, films = brought[: len(given.heats)], brought[len(given.heats) :]
    loads = [Term((_factor(heat),), weights) for heat, weights in zip(given.heats, heats, strict=True)]
    for film, weights in zip(given.films, films, strict=True):
        loads.append(Term((Factor(film.h), Factor(film.ambient, rise=True)), weights))
    for conductance, operator in zip(given.conductances, model.operators, strict=True):
        for place, temperature in enumerate(fixed):
            loads.append(Term((_factor(conductance), temperature), -(own.T @ operator[:, place])))
    plant = ReducedHeat(
        initial=amounts[given.reference] if isinstance(given.reference, str) else given.reference,
        held=_held(amounts, driven),
        driven={name: Driven(unit_of(name), *model.ranges[name]) for name in driven},
        conductances=tuple(Term((_factor(f),), k) for f, k in zip(given.conductances, inner, strict=True)),
        loads=tuple(loads),
        fixed=tuple(fixed),
        follows=-(own.T @ model.capacity[:, :lifts]),
        regions={name: _readout(rows, own) for name, rows in model.regions.items()},
        probes={name: _readout(row[None], own) for name, row in model.probes.items()},
        junctions={name: _readout(row[None], own, over) for name, (row, over) in model.junctions.items()},
    )
    return Heat(plant, driven, modelled.mesh_error_k + model.error_estimate_k)


def unsolved(thermal: Thermal, initial: float | str) -> Heat:
    """A plant with the inputs and outputs of a section whose heat is not solved yet; its temperatures stay."""
    amounts = {places[0]: text for text, places in thermal.amounts.items()}
    driven = {name: text for name, text in amounts.items() if speaks_of_signals(text)}
    hot = [name for name, source in thermal.sources.items() if source.junction_resistance]
    plain = showing(tuple(thermal.regions), tuple(thermal.probes), tuple(hot))
    felt = {name: replace(place, over=Factor(_driving(driven, name))) for name, place in plain.junctions.items()}
    plant = replace(
        plain,
        initial=initial,
        held=_held(amounts, driven),
        driven={name: Driven(unit_of(name), -np.inf, np.inf) for name in driven},
        junctions=felt,
    )
    return Heat(plant, driven, 0.0)


def showing(regions: Sequence[str], probes: Sequence[str], junctions: Sequence[str]) -> ReducedHeat:
    """A plant with these outputs, at 0 K."""
    place = Readout(np.zeros((1, 0)), np.zeros((1, 0)))
    return ReducedHeat(
        initial=0.0,
        follows=np.zeros((0, 0)),
        regions=dict.fromkeys(regions, place),
        probes=dict.fromkeys(probes, place),
        junctions=dict.fromkeys(junctions, place),
    )


def _driving(driven: Mapping[str, str], source: str) -> float | str:
    """The input that a junction feels at once."""
    return next((name for name in driven if name.startswith(f"sources.{source}.")), 0.0)


def speaks_of_signals(amount: str) -> bool:
    """Whether an amount changes while a system runs."""
    return any("." in name for name in Expression.parse(amount).names)


def unit_of(place: str) -> str:
    """The SI unit of an amount."""
    return UNITS.get(place.rpartition(".")[2], "W/m/K")


def _held(amounts: Mapping[str, str], driven: Mapping[str, str]) -> dict[str, Quantity]:
    """What stays in a run; a conductance is above 0."""
    units = {name: unit_of(name) for name in amounts if name not in driven}
    return {
        name: Quantity(amounts[name], unit, above=0 if unit in CONDUCT else -np.inf) for name, unit in units.items()
    }


def _factor(given: coefficients.Factor) -> Factor:
    return Factor(given.quantity, given.scale, given.inverse)


def _readout(rows: FloatArray, own: FloatArray, over: coefficients.Factor | None = None) -> Readout:
    lifts = rows.shape[1] - len(own)
    return Readout(rows[:, lifts:] @ own, rows[:, :lifts], None if over is None else _factor(over))
