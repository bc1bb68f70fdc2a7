"""The section `thermal`: geometry, materials, sources, sinks, contacts, probes; amounts may refer to parameters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, TypeAlias

from proofmark_contracts import heat
from proofmark_contracts.heat import Thermal
from proofmark_expression import DIMENSIONLESS, Dimension
from proofmark_spec.amounts import Parameters, amount, constant, difference
from proofmark_spec.files import Files
from proofmark_spec.heated import HELD
from proofmark_spec.problems import Path, Report, Wrong, below, did_you_mean, shortened
from proofmark_spec.quantities import NAME
from proofmark_spec.reading import kind, mapping
from proofmark_spec.signals import Scope, speaks_of_signals
from proofmark_spec.thermal_geometry import point, positive, read_faces, read_geometry
from proofmark_spec.units import TEMPERATURE, unit

TIME = unit("s").dimension
CONDUCTIVITY = unit("W/m/K").dimension
DENSITY = unit("kg/m^3").dimension
HEAT_CAPACITY = unit("J/kg/K").dimension
POWER = unit("W").dimension
POWER_DENSITY = unit("W/m^3").dimension
FLUX = unit("W/m^2").dimension
FILM = unit("W/m^2/K").dimension
AREA_RESISTANCE = unit("K*m^2/W").dimension
RESISTANCE = unit("K/W").dimension
MOST, MOST_KNOTS = 256, 1000

Reader: TypeAlias = Callable[[Any], Any]


@dataclass(frozen=True)
class _Amounts:
    """Reads amounts that may refer to parameters."""

    parameters: Parameters
    signals: Scope | None = None
    """What they may refer to besides."""

    def amount(self, value: Any, dimension: Dimension) -> float | str:
        """Read one."""
        known = self.parameters
        if self.signals is None and isinstance(value, str) and speaks_of_signals(value):
            raise Wrong(f"{shortened(value)} speaks of a signal, which only heat and cooling of a plant do")
        if self.signals is not None and isinstance(value, str):
            known = {name: of for name, of in self.signals.known_to(value).items() if name in known or "." in name}
        return amount(value, dimension, known)

    def plain(self, dimension: Dimension) -> Reader:
        return lambda value: self.amount(value, dimension)

    def of_temperature(self, dimension: Dimension) -> Reader:
        """Plain, or `{at: [20 degC, 100 degC], values: [...]}`."""
        return lambda value: self._varying(value, dimension, "at")

    def of_time(self, dimension: Dimension) -> Reader:
        """Plain, or `{times: [0 s, 10 s], values: [...]}`."""
        return lambda value: self._varying(value, dimension, "times")

    def varying(self, dimension: Dimension) -> Reader:
        """Plain, of temperature, or of time."""
        return lambda value: self._varying(value, dimension, "at", "times")

    def conductivity(self, value: Any) -> Any:
        """One, or one along each axis."""
        read = self.of_temperature(CONDUCTIVITY)
        if not isinstance(value, list):
            return read(value)
        if len(value) != 3:
            raise Wrong(f"expected one conductivity, or three along x, y and z, got {len(value)}")
        return tuple(read(each) for each in value)

    def _varying(self, value: Any, dimension: Dimension, *knots: str) -> Any:
        if not isinstance(value, dict):
            return self.amount(value, dimension)
        against = next((key for key in knots if key in value), None)
        if against is None or set(value) != {against, "values"}:
            shapes = " or ".join(f"{{{key}: [...], values: [...]}}" for key in knots)
            raise Wrong(f"expected an amount, or {shapes}")
        with below(against):
            at = tuple(constant(knot, TEMPERATURE if against == "at" else TIME) for knot in kind(value[against], list))
        with below("values"):
            values = tuple(self.amount(each, dimension) for each in kind(value["values"], list))
        if not 1 < len(at) == len(values) <= MOST_KNOTS:
            raise Wrong(f"expected 2 to {MOST_KNOTS} knots with a value each, got {len(at)} and {len(values)}")
        if any(late < early or (late == early and against == "at") for early, late in pairwise(at)):
            raise Wrong("expected ascending knots", against)
        return heat.Tabulated(at_k=at, values=values) if against == "at" else heat.Scheduled(times_s=at, values=values)


def read_thermal(
    document: Any, parameters: Parameters, files: Files, report: Report, signals: Scope | None = None
) -> Thermal | None:
    """Read `thermal`; None if something in it is wrong, which is noted.

    Parameters
    ----------
    signals
        Of the system that this is a plant of: heat and cooling may follow them.

    Raises
    ------
    Wrong
    """
    before = len(report.problems)
    given = mapping(
        document,
        ("thermal",),
        report,
        ["geometry", "regions"],
        ["sinks", "sources", "contacts", "probes", "transient", "accuracy", "element_size", *HELD],
    )
    if signals is None:
        for key in given.keys() & set(HELD):
            report.add_key(("thermal", key), "goes with a plant of kind thermal, whose signals it is about")
    known, driven = _Amounts(parameters), _Amounts(parameters, signals)
    found: dict[str, Any] = {}
    with report.catching("thermal", "geometry"):
        found["geometry"] = read_geometry(given["geometry"], parameters, files, report)
    found["regions"] = _entries(given, "regions", partial(_region, known, driven), report)
    found["sinks"] = _entries(given, "sinks", partial(_sink, known, driven), report)
    found["sources"] = _entries(given, "sources", partial(_source, known, driven), report)
    found["probes"] = _entries(given, "probes", _probe, report)
    with report.catching("thermal", "contacts"):
        found["contacts"] = _contacts(kind(given.get("contacts", []), list), known, report)
    if "transient" in given:
        with report.catching("thermal", "transient"):
            found["transient"] = _transient(given["transient"], known, report)
    for key, reader in (("accuracy", _accuracy), ("element_size", positive)):
        if key in given:
            with report.catching("thermal", key):
                found[key] = reader(given[key])
    if len(report.problems) > before:
        return None
    _check_regions(found, report)
    return Thermal(**found) if len(report.problems) == before else None


def _entries(given: Mapping[str, Any], section: str, read: Callable[..., Any], report: Report) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with report.catching("thermal", section):
        entries = kind(given.get(section, {}), dict)
        if len(entries) > MOST:
            raise Wrong(f"expected at most {MOST}, got {len(entries)}")
        for name, entry in entries.items():
            path: Path = ("thermal", section, name)
            with report.catching(*path):
                if not NAME.match(name):
                    raise Wrong("expected a name of letters, digits and underscores")
                found[name] = read(entry, path, report)
    return found


def _region(known: _Amounts, driven: _Amounts, entry: Any, path: Path, report: Report) -> heat.Region:
    readers: dict[str, Reader] = {
        "material": _material,
        "k": known.conductivity,
        "rho": lambda value: constant(value, DENSITY),
        "cp": known.of_temperature(HEAT_CAPACITY),
        "power": driven.varying(POWER),
        "power_density": driven.varying(POWER_DENSITY),
    }
    read = _read(entry, readers, path, report)
    if "material" not in read and "k" not in read:
        raise Wrong("expected a material or k")
    _at_most_one(read, "power", "power_density")
    return heat.Region(**read)


def _material(value: Any) -> str:
    from proofmark_thermal.materials import library  # with numpy: only where there is heat

    name, names = kind(value, str), list(library())
    if name not in names:
        raise Wrong(f"no material {shortened(name)}{did_you_mean(name, names) or '; known are ' + ', '.join(names)}")
    return name


def _sink(known: _Amounts, driven: _Amounts, entry: Any, path: Path, report: Report) -> heat.Sink:
    readers: dict[str, Reader] = {
        "faces": lambda value: read_faces(value, (*path, "faces"), report),
        "convection": driven.varying(FILM),
        "emissivity": known.plain(DIMENSIONLESS),
        "ambient": driven.of_time(TEMPERATURE),
        "temperature": driven.of_time(TEMPERATURE),
        "flux": driven.of_time(FLUX),
    }
    read = _read(entry, readers, path, report, required=["faces"])
    if len(read) == 1:
        raise Wrong("expected convection, emissivity, temperature or flux")
    if "temperature" in read and len(read) > 2:
        raise Wrong("a fixed temperature stands alone: nothing else leaves through these faces")
    if ("convection" in read or "emissivity" in read) != ("ambient" in read):
        raise Wrong("expected ambient beside convection or emissivity, and only there")
    if isinstance(read.get("emissivity"), float) and not 0 < read["emissivity"] <= 1:
        raise Wrong(f"expected more than 0 and at most 1, got {read['emissivity']:g}", "emissivity")
    return heat.Sink(**read)


def _source(known: _Amounts, driven: _Amounts, entry: Any, path: Path, report: Report) -> heat.Source:
    readers: dict[str, Reader] = {
        "faces": lambda value: read_faces(value, (*path, "faces"), report),
        "power": driven.varying(POWER),
        "flux": driven.varying(FLUX),
        "junction_resistance": known.plain(RESISTANCE),
    }
    read = _read(entry, readers, path, report, required=["faces"])
    _one_of(read, "power", "flux")
    return heat.Source(**read)


def _probe(entry: Any, path: Path, report: Report) -> heat.Probe:
    if path[-1] == "max" or str(path[-1]).startswith(("max_", "junction_")):
        raise Wrong("expected another name: metrics are called t_max, t_max_<region> and t_junction_<source>")
    readers: dict[str, Reader] = {"nearest": point, "region": lambda value: kind(value, str)}
    return heat.Probe(**_read(entry, readers, path, report, required=["nearest"]))


def _contacts(entries: list[Any], known: _Amounts, report: Report) -> tuple[heat.Contact, ...]:
    readers: dict[str, Reader] = {
        "between": _two_names,
        "resistance": known.plain(AREA_RESISTANCE),
        "conductance": known.plain(FILM),
    }
    found = []
    for index, entry in enumerate(entries):
        path: Path = ("thermal", "contacts", index)
        with report.catching(*path):
            read = _read(entry, readers, path, report, required=["between"])
            _one_of(read, "resistance", "conductance")
            found.append(heat.Contact(**read))
    return tuple(found)


def _transient(entry: Any, known: _Amounts, report: Report) -> heat.Transient:
    readers: dict[str, Reader] = {
        "duration": lambda value: constant(value, TIME),
        "initial": known.plain(TEMPERATURE),
        "report_at": lambda value: tuple(constant(each, TIME) for each in kind(value, list)),
    }
    path: Path = ("thermal", "transient")
    read = _read(entry, readers, path, report, required=["duration", "initial"])
    if not read["duration"] > 0:
        raise Wrong("expected more than nothing", "duration")
    return heat.Transient(**read)


def _accuracy(value: Any) -> float:
    found = difference(value, TEMPERATURE)
    if not found > 0:
        raise Wrong("expected more than 0 K")
    return found


def _two_names(value: Any) -> tuple[str, str]:
    match value:
        case [str(one), str(other)] if one != other:
            return one, other
    raise Wrong("expected the names of two regions")


def _check_regions(found: Mapping[str, Any], report: Report) -> None:
    """Every region that is named must be there, and every part must be made of something."""
    regions = found["regions"]
    named: list[tuple[Path, str | None]] = [
        (("thermal", "contacts", index, "between"), name)
        for index, contact in enumerate(found["contacts"])
        for name in contact.between
    ]
    named += [(("thermal", "probes", name, "region"), probe.region) for name, probe in found["probes"].items()]
    for section in ("sinks", "sources"):
        named += [(("thermal", section, name, "faces"), each.faces.region) for name, each in found[section].items()]
    for path, name in named:
        if name is not None and name not in regions:
            report.add(path, f"no region {name!r}{did_you_mean(name, list(regions))}")
    if isinstance(found["geometry"], heat.PrimitiveGeometry):
        parts = found["geometry"].parts
        for name in parts.keys() - regions.keys():
            report.add(("thermal", "geometry", "parts", name), "no region says what it is made of")
        for name in regions.keys() - parts.keys():
            report.add(("thermal", "regions", name), f"the geometry has no such part{did_you_mean(name, list(parts))}")


def _read(
    entry: Any, readers: Mapping[str, Reader], path: Path, report: Report, required: list[str] | None = None
) -> dict[str, Any]:
    required = required or []
    given = mapping(entry, path, report, required, [key for key in readers if key not in required])
    found = {}
    for key, value in given.items():
        if key in readers:
            with below(key):
                found[key] = readers[key](value)
    return found


def _one_of(read: Mapping[str, Any], one: str, other: str) -> None:
    if (one in read) == (other in read):
        raise Wrong(f"expected either {one} or {other}")


def _at_most_one(read: Mapping[str, Any], one: str, other: str) -> None:
    if one in read and other in read:
        raise Wrong(f"expected either {one} or {other}")
