"""A small library of materials; each entry says where its numbers come from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from proofmark_thermal.errors import Unassigned, UnknownName
from proofmark_thermal.problem import Conductivity, Region
from proofmark_thermal.values import OfTemperature, Table


@dataclass(frozen=True)
class Material:
    """What heat conduction needs to know of a substance."""

    k: Conductivity
    """W/m/K"""
    rho: float | None
    """kg/m3"""
    cp: OfTemperature | None
    """J/kg/K"""
    range_k: tuple[float, float] = (0.0, float("inf"))
    """Temperatures for which the numbers are stated."""
    name: str = "its own data"


@cache
def library() -> Mapping[str, Material]:
    """Return the materials by name."""
    entries = json.loads(files("proofmark_thermal").joinpath("materials.json").read_text())
    return MappingProxyType({name: _material(name, entry) for name, entry in entries.items()})


def material_of(name: str, region: Region) -> Material:
    """Return what a region is made of.

    Raises
    ------
    UnknownName
        Its material is not in the library.
    Unassigned
        It has neither a material nor a conductivity.
    """
    if region.material is None:
        if region.k is None:
            raise Unassigned(f"region {name}", "a material or k")
        return Material(region.k, region.rho, region.cp, _tabulated(region.k, region.cp))
    known = library()
    if region.material not in known:
        raise UnknownName(f"region {name}", "material", sorted(known), region.material)
    base = known[region.material]
    given = _tabulated(region.k, region.cp)
    low, high = max(base.range_k[0], given[0]), min(base.range_k[1], given[1])
    k = base.k if region.k is None else region.k
    rho = base.rho if region.rho is None else region.rho
    return Material(k, rho, base.cp if region.cp is None else region.cp, (low, high), region.material)


def _tabulated(*properties: Conductivity | OfTemperature | None) -> tuple[float, float]:
    """The temperatures that all tables cover."""
    low, high = 0.0, float("inf")
    for given in properties:
        for each in given if isinstance(given, tuple) else (given,):
            if isinstance(each, Table):
                low, high = max(low, each.at_k[0]), min(high, each.at_k[-1])
    return low, high


def _material(name: str, entry: dict[str, object]) -> Material:
    k, cp = _property(entry["k"]), _property(entry["cp"])
    low, high = entry["range_k"]  # type: ignore[misc]
    return Material(k, float(entry["rho"]), cp, (float(low), float(high)), name)  # type: ignore[arg-type, has-type]


def _property(value: object) -> OfTemperature:
    if isinstance(value, dict):
        return Table(tuple(map(float, value["at_k"])), tuple(map(float, value["values"])))
    return float(value)  # type: ignore[arg-type]
