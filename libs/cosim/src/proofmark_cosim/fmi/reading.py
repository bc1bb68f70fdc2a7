"""What an FMU says about itself, read without running anything of it.

FMI 2.0.4 and 3.0.2. The file may be hostile: it is bounded before it is unpacked, and its XML is read without anything
that it could refer to.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Literal
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from proofmark_cosim.errors import ClockedFmu, WrongFmu
from proofmark_cosim.fmi.machine import Version, binaries

Use = Literal["co-simulation", "model-exchange"]

DESCRIPTION = "modelDescription.xml"
LARGEST_DESCRIPTION, LARGEST_UNPACKED, MOST_FILES = 32 * 2**20, 2**30, 10_000
USES: dict[str, Use] = {"CoSimulation": "co-simulation", "ModelExchange": "model-exchange"}
BASE_UNITS = ("kg", "m", "s", "A", "K", "mol", "cd", "rad")
EXACT = {"constant": "exact", "parameter": "exact", "structuralParameter": "exact"}


@dataclass(frozen=True)
class Unit:
    """SI = factor * value + offset."""

    symbol: str = ""
    factor: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True)
class Variable:
    """A variable that is a single number."""

    name: str
    reference: int
    type: str
    causality: str
    unit: Unit
    """Where the FMU tells what its unit is in SI; plain numbers otherwise."""
    start: float
    """In SI; 0 if there is none."""
    startable: bool
    """Whether it can be set before the run begins."""


@dataclass(frozen=True)
class Interface:
    """One way to use the FMU."""

    identifier: str
    """Of its binary."""
    once: bool
    """Whether a process can hold one instance only."""
    event_mode: bool
    """Whether the importer handles events, in co-simulation."""
    completed_step: bool
    """Whether the FMU is to be told of every step of the integration, in model exchange."""


@dataclass(frozen=True)
class Description:
    """A model description."""

    version: Version
    token: str
    interfaces: Mapping[Use, Interface]
    variables: Mapping[str, Variable]
    states: int
    """Continuous ones of an FMU 2.0; an FMU 3.0 is asked for them. So with indicators."""
    indicators: int
    step_s: float | None
    """Of its default experiment."""
    files: frozenset[str]
    """In the archive."""

    def of(self, causality: str) -> list[Variable]:
        """Its variables of this causality."""
        return [variable for variable in self.variables.values() if variable.causality == causality]

    def binary(self, use: Use) -> str | None:
        """The path of this machine's binary; None if there is none."""
        folder, suffix = binaries(self.version)
        path = f"{folder}/{self.interfaces[use].identifier}.{suffix}"
        return path if path in self.files else None

    def platforms(self) -> list[str]:
        """The machines that it has binaries for."""
        return sorted({name.split("/")[1] for name in self.files if name.startswith("binaries/")})


def read_fmu(name: str, data: bytes) -> Description:
    """Read an FMU's model description.

    Parameters
    ----------
    name
        What errors call it.

    Raises
    ------
    WrongFmu
        It is no archive, or has no such description, or is of another version.
    ClockedFmu
        It has clocks.
    """
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
                raise WrongFmu(name, f"at most {LARGEST_UNPACKED >> 20} MiB unpacked", "more")
            if DESCRIPTION not in archive.namelist():
                raise WrongFmu(name, f"an FMU 2.0 or 3.0 with a {DESCRIPTION}", "an archive without one")
            with archive.open(DESCRIPTION) as file:
                text = file.read(LARGEST_DESCRIPTION + 1)
            files = frozenset(entry.filename for entry in entries if not entry.is_dir())
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise WrongFmu(name, "an FMU 2.0 or 3.0, a zip archive", str(error) or type(error).__name__) from error
    if len(text) > LARGEST_DESCRIPTION:
        raise WrongFmu(name, f"a {DESCRIPTION} of at most {LARGEST_DESCRIPTION >> 20} MiB", "more")
    try:
        return _described(name, ElementTree.fromstring(text), files)
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        if isinstance(error, WrongFmu | ClockedFmu):
            raise
        told = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise WrongFmu(name, f"a {DESCRIPTION} that follows the standard", told) from error


def _described(name: str, root: ElementTree.Element, files: frozenset[str]) -> Description:
    version = root.get("fmiVersion", "")
    if root.tag != "fmiModelDescription" or version.partition(".")[0] not in ("2", "3"):
        raise WrongFmu(name, "an FMU 2.0 or 3.0", f"FMI {version}" if version else f"<{root.tag}>")
    three = version.startswith("3")
    interfaces = {use: _interface(found) for tag, use in USES.items() if (found := root.find(tag)) is not None}
    if not interfaces:
        raise WrongFmu(name, "an FMU for co-simulation or model exchange", "neither")
    units = {unit.attrib["name"]: _unit(unit.find("BaseUnit")) for unit in root.iterfind("UnitDefinitions/Unit")}
    types = dict(_types(root, three))
    variables = {variable.name: variable for variable in _variables(name, root, three, units, types)}
    structure = "ContinuousStateDerivative" if three else "Derivatives/Unknown"
    experiment = root.find("DefaultExperiment")
    step = None if experiment is None else experiment.get("stepSize")
    return Description(
        version="3.0" if three else "2.0",
        token=root.attrib["instantiationToken" if three else "guid"],
        interfaces=interfaces,
        variables=variables,
        states=len(root.findall(f"ModelStructure/{structure}")),
        indicators=int(root.get("numberOfEventIndicators", 0)),
        step_s=None if step is None else float(step),
        files=files,
    )


def _interface(found: ElementTree.Element) -> Interface:
    return Interface(
        identifier=found.attrib["modelIdentifier"],
        once=_true(found.get("canBeInstantiatedOnlyOncePerProcess")),
        event_mode=_true(found.get("hasEventMode")),
        completed_step=_true(found.get("needsCompletedIntegratorStep", "true"))
        and not _true(found.get("completedIntegratorStepNotNeeded")),
    )


def _unit(base: ElementTree.Element | None) -> Unit:
    if base is None:
        return Unit()
    powers = [(name, int(base.get(name, 0))) for name in BASE_UNITS]
    symbol = "*".join(name if power == 1 else f"{name}^{power}" for name, power in powers if power)
    return Unit(symbol, float(base.get("factor", 1)), float(base.get("offset", 0)))


def _types(root: ElementTree.Element, three: bool) -> Iterator[tuple[str, Mapping[str, str]]]:
    for declared in root.iterfind("TypeDefinitions/*"):
        typed = declared if three else declared.find("Real")
        yield declared.attrib["name"], {} if typed is None else typed.attrib


def _variables(
    file: str,
    root: ElementTree.Element,
    three: bool,
    units: Mapping[str, Unit],
    types: Mapping[str, Mapping[str, str]],
) -> Iterator[Variable]:
    for found in root.findall("ModelVariables/*"):
        typed = found if three else next((child for child in found if child.tag != "Annotations"), found)
        if typed.tag == "Clock":
            raise ClockedFmu(file, found.attrib["name"])
        if typed.tag in ("String", "Binary") or found.find("Dimension") is not None:
            continue
        told = {**types.get(typed.get("declaredType", ""), {}), **typed.attrib, **found.attrib}
        unit = units.get(told.get("unit", ""), Unit())
        if _true(told.get("relativeQuantity")):
            unit = Unit(unit.symbol, unit.factor)
        causality, variability = told.get("causality", "local"), told.get("variability", "continuous")
        initial = told.get("initial", EXACT.get(variability, EXACT.get(causality, "calculated")))
        yield Variable(
            name=told["name"],
            reference=int(told["valueReference"]),
            type=typed.tag,
            causality=causality,
            unit=unit,
            start=unit.factor * _number(told.get("start", "0")) + unit.offset if "start" in told else 0.0,
            startable=initial in ("exact", "approx")
            and variability != "constant"
            and causality not in ("input", "independent", "structuralParameter"),
        )


def _true(text: str | None) -> bool:
    return text in ("true", "1")


def _number(text: str) -> float:
    return float(_true(text)) if text in ("true", "false") else float(text)
