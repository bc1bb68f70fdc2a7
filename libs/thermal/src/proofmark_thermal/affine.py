"""The heat balance as a sum of coefficients times operators that do not change: what reduced models start from.

    (sum k_i K_i + sum h_j H_j + sum g_c C_c) T = sum p_l q_l + sum h_j a_j H_j 1

with conductivities k, film coefficients h, contact conductances g, powers p and ambients a. Names are where a
coefficient stands in the problem: `regions.sink.k`, of orthotropic regions `regions.sink.k.x`, `sinks.fins.convection`,
`contacts.sink.bridge.conductance`, `regions.bridge.power`, `sources.chip.flux`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from scipy.sparse import csr_array

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.errors import NotAffine
from proofmark_thermal.model import Model
from proofmark_thermal.problem import ThermalProblem
from proofmark_thermal.terms import Conduction, Film, Heating, Joint
from proofmark_thermal.values import OfTime


@dataclass(frozen=True, eq=False)
class Affine:
    """Operators and loads, each for a coefficient of one, with the coefficients that the problem gives them."""

    model: Model
    operators: Mapping[str, csr_array]
    """(n, n), symmetric, none negative: conduction, films and contacts."""
    coefficients: Mapping[str, OfTime]
    """Of the operators."""
    loads: Mapping[str, FloatArray]
    """(n,) heat by node for 1 W, or 1 W/m3, or 1 W/m2."""
    powers: Mapping[str, OfTime]
    """Of the loads."""
    ambients: Mapping[str, OfTime]
    """K, of each film, by the name of its operator."""
    capacities: Mapping[str, csr_array]
    """(n, n) heat stored for 1 J/m3/K, by region; empty where the steady state is asked for."""


def affine(model: Model) -> Affine:
    """Take a model apart.

    Raises
    ------
    NotAffine
        A conductivity, a film or a source depends on temperature, or something radiates.
    """
    operators: dict[str, csr_array] = {}
    coefficients: dict[str, OfTime] = {}
    loads: dict[str, FloatArray] = {}
    powers: dict[str, OfTime] = {}
    ambients: dict[str, OfTime] = {}
    if curved := [term.name for term in model.terms if not term.linear]:
        raise NotAffine(curved)
    for term in model.terms:
        match term:
            case Conduction(name):
                axes = [""] if len(term.operators) == 1 and not isinstance(term.k, tuple) else [".x", ".y", ".z"]
                for axis, k, operator in zip(axes, term.along, term.operators, strict=False):
                    operators[f"regions.{name}.k{axis}"] = operator
                    coefficients[f"regions.{name}.k{axis}"] = k  # type: ignore[assignment]  # no table: it is linear
            case Film(name, _, h, ambient):
                key = f"sinks.{name}.convection"
                operators[key], coefficients[key], ambients[key] = term.operator, h, ambient  # type: ignore[assignment]
            case Joint(name):
                operators[f"contacts.{name}.conductance"] = term.operator
                coefficients[f"contacts.{name}.conductance"] = term.conductance
            case Heating(name):
                key = f"{_owner(model.problem, name)}.{name}.{_quantity(model.problem, term)}"
                scale = term.integrals.volume if term.density else 1.0
                loads[key], powers[key] = term.operator * scale, term.power  # type: ignore[assignment]
    stored = model.problem.transient is not None
    capacities = {each.name: each.operator for each in model.storages} if stored else {}
    return Affine(model, operators, coefficients, loads, powers, ambients, capacities)


def _owner(problem: ThermalProblem, name: str) -> str:
    if name in problem.regions:
        return "regions"
    return "sources" if name in problem.sources else "sinks"


def _quantity(problem: ThermalProblem, term: Heating) -> str:
    if not term.density:
        return "power"
    return "power_density" if term.name in problem.regions else "flux"
