"""Heat as a plant of a system that runs in time: what it shows is what the section `thermal` names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofmark_contracts.cosimulation import HEAT, Part
from proofmark_spec.amounts import Parameters, amount
from proofmark_spec.components import Placed, read_period
from proofmark_spec.problems import Path, Report, Wrong
from proofmark_spec.reading import mapping
from proofmark_spec.units import TEMPERATURE

HELD = ("steady_at", "ranges")
"""Keys of the section that go with a plant only."""


@dataclass(frozen=True)
class Shown:
    """What the section names, right or wrong."""

    regions: tuple[str, ...]
    probes: tuple[str, ...]
    junctions: tuple[str, ...]


def shown(document: Any) -> Shown | None:
    """What a section names; None where there is none."""
    if not isinstance(document, dict):
        return None
    regions, probes, sources = (_entries(document, key) for key in ("regions", "probes", "sources"))
    junctions = (name for name, each in sources.items() if isinstance(each, dict) and "junction_resistance" in each)
    return Shown(tuple(regions), tuple(probes), tuple(junctions))


def _entries(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = document.get(key, {})
    return {name: each for name, each in found.items() if isinstance(name, str)} if isinstance(found, dict) else {}


def read_plant(document: Any, path: Path, section: Shown | None, known: Parameters, report: Report) -> Placed:
    """Read a plant of kind thermal; its inputs are the amounts of the section, so that nobody wires it. What is wrong
    with its own numbers is noted.

    Raises
    ------
    Wrong
        There is no section that it could be.
    """
    from proofmark_systems import showing

    given = mapping(document, path, report, ["kind"], ["period", "initial"])
    if section is None:
        raise Wrong("a plant of kind thermal needs the section thermal", "kind")
    numbers: dict[str, float | str] = {}
    period_s = None
    with report.catching(*path):
        period_s = read_period(given)
    if "initial" in given:
        with report.catching(*path, "initial"):
            numbers["initial"] = amount(given["initial"], TEMPERATURE, known)
    part = Part(kind=HEAT, period_s=period_s, numbers=numbers)
    return Placed(part, showing(section.regions, section.probes, section.junctions))
