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
from proofmark_thermal.terms import Conduction, Film, Heating, Joint, Radiation
from proofmark_thermal.values import OfTime, Table


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
        A conductivity, a film, a source or a heat capacity depends on temperature, or something radiates.
    """
    operators: dict[str, csr_array] = {}
    coefficients: dict[str, OfTime] = {}
    loads: dict[str, FloatArray] = {}
    powers: dict[str, OfTime] = {}
    ambients: dict[str, OfTime] = {}
    if curved := curvatures(model):
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
            case Heating():
                key = _heating_place(model, term)
                scale = term.integrals.volume if term.density else 1.0
                loads[key], powers[key] = term.operator * scale, term.power  # type: ignore[assignment]
    stored = model.problem.transient is not None
    capacities = {each.name: each.operator for each in model.storages} if stored else {}
    return Affine(model, operators, coefficients, loads, powers, ambients, capacities)


def curvatures(model: Model) -> dict[str, str]:
    """Return what depends on temperature, by place; empty where there is an affine form."""
    found: dict[str, str] = {}
    for term in model.terms:
        match term:
            case Conduction(name, _, k):
                axes = [".x", ".y", ".z"] if isinstance(k, tuple) else [""]
                for axis, along in zip(axes, term.along, strict=False):
                    if isinstance(along, Table):
                        found[f"regions.{name}.k{axis}"] = "a conductivity that depends on temperature"
            case Film(name, _, Table()):
                found[f"sinks.{name}.convection"] = "a film that depends on its rise over ambient"
            case Radiation(name):
                found[f"sinks.{name}.emissivity"] = "radiation"
            case Heating(_, _, Table()):
                found[_heating_place(model, term)] = "heat that depends on temperature"
    if model.problem.transient is not None:
        for storage in model.storages:
            if not storage.linear:
                found[f"regions.{storage.name}.cp"] = "a heat capacity that depends on temperature"
    return found


def _heating_place(model: Model, term: Heating) -> str:
    """Where a heat stands; a source may have a region's name."""
    if term.integrals is model.cells.get(term.name):
        return f"regions.{term.name}.{'power_density' if term.density else 'power'}"
    owner = "sources" if term.name in model.problem.sources else "sinks"
    return f"{owner}.{term.name}.{'flux' if term.density else 'power'}"
