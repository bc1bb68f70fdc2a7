"""From a spec as it is written to the design it means: every section in turn, every problem at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from proofmark_contracts.cosimulation import CosimModel, FmuModel
from proofmark_contracts.design import Design, Model, Provenance, Unit
from proofmark_contracts.frozen import FileRef
from proofmark_contracts.heat import Thermal
from proofmark_expression import Dimension
from proofmark_spec.controller import Controlled, read_controller
from proofmark_spec.correlations import correlations
from proofmark_spec.document import LARGEST_BYTES, check_plain, read_yaml
from proofmark_spec.files import Files, from_folder, from_submission
from proofmark_spec.firmware import Flown, read_firmware
from proofmark_spec.followed import read_followed
from proofmark_spec.heated import shown
from proofmark_spec.model import Beside, Metrics, read_model, runs_in_time
from proofmark_spec.parameters import Parameter, parameters
from proofmark_spec.plan import read_plan, warnings
from proofmark_spec.problems import Report, Wrong, shortened
from proofmark_spec.provenance import read_provenance
from proofmark_spec.reading import kind, mapping, number
from proofmark_spec.requirements import Limited, metrics_asked, read_requirements
from proofmark_spec.soundness import check_system
from proofmark_spec.temperatures import with_temperatures
from proofmark_spec.thermal import read_thermal

VERSION = "proofmark/v1"
REQUIRED = ("apiVersion", "name", "parameters", "model", "requirements", "reliability")
OPTIONAL = (
    "revision",
    "tolerances",
    "correlations",
    "thermal",
    "controller",
    "firmware",
    "artifacts",
    "provenance",
    "isolation",
)
NAME = re.compile(r"^[A-Za-z][A-Za-z0-9._-]{0,63}\Z")
LONGEST_REVISION = 64


@dataclass(frozen=True)
class Spec:
    """A valid spec."""

    design: Design
    files: dict[str, bytes]
    """The files that travel with it, by path: the model's and the artifacts; never prompt or context."""
    document: dict[str, Any]
    """Plain data to submit: hashes stand where files stay at home."""
    warnings: tuple[str, ...]
    source: str


def load(path: Path) -> Spec:
    """Read a spec file and the files it names.

    Raises
    ------
    SpecError
        It is invalid: every problem found, with file, line and column.
    OSError
        It cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(LARGEST_BYTES + 1)
    document, report = read_yaml(data, str(path))
    return _Reader(document, Files(from_folder(path.parent)), report).spec()


def parse(document: str | Mapping[str, Any], files: Mapping[str, bytes], source: str = "spec") -> Spec:
    """Read a spec that came without a disk: the text of its YAML, or the document as plain data.

    Raises
    ------
    SpecError
        It is invalid; with lines and columns if it came as text.
    """
    if isinstance(document, str):
        plain, report = read_yaml(document.encode(errors="surrogatepass"), source)
    else:
        plain, report = dict(document), Report(source)
        check_plain(plain, report)
    return _Reader(plain, Files(from_submission(files)), report).spec()


class _Reader:
    """Reads one document, section by section."""

    def __init__(self, document: dict[str, Any], files: Files, report: Report) -> None:
        self._document = document
        self._files = files
        self._report = report

    def spec(self) -> Spec:
        document, report = self._document, self._report
        self._check_top()
        name, revision = self._name(), self._revision()
        plan = None
        with report.catching("reliability"):
            plan = read_plan(document["reliability"], report)
        artifacts = self._artifacts()
        provenance, travelling = self._provenance()
        known = self._parameters()
        correlated = None
        with report.catching("correlations"):
            correlated = correlations(document.get("correlations", []), known, report)
        metrics = limited = None
        asked, controlled = metrics_asked(document["requirements"]), self._controlled(known)
        with report.catching("model"):
            beside = Beside("controller" in document, controlled, shown(document.get("thermal")))
            metrics = read_model(document["model"], known, asked, beside, self._files, report)
        thermal = None
        with report.catching("thermal"):
            thermal, metrics = self._heated(known, metrics, controlled)
        flown = None
        with report.catching("firmware"):
            flown = self._flown(metrics, controlled)
        with report.catching("requirements"):
            in_time = runs_in_time(document["model"])
            may_trap = controlled is not None and bool(controlled.program.sites)
            limited = read_requirements(document["requirements"], metrics, in_time, may_trap, report)
        report.raise_if_any()
        assert metrics is not None and limited is not None and plan is not None
        sound = {name: parameter for name, parameter in known.items() if parameter is not None}
        if flown is not None and controlled is not None:
            controlled = flown.wired(controlled)
        model = self._completed(metrics.model, controlled, thermal, limited, sound)
        design = Design(
            name=name,
            revision=revision,
            parameters={parameter: found.law for parameter, found in sound.items()},
            correlations=correlated,
            model=model,
            controller=controlled.controller if controlled else None,
            thermal=thermal,
            firmware=flown.firmware if flown else None,
            requirements=limited.requirements,
            reliability=plan,
            artifacts=artifacts,
            provenance=provenance,
            units=_units(sound, metrics, limited),
        )
        told = warnings(plan, [r.target for r in limited.requirements if r.target is not None])
        sent = {**document, **({"provenance": travelling} if travelling else {})}
        return Spec(design, self._files.contents, sent, told, report.source)

    def _heated(
        self, known: Mapping[str, Parameter | None], metrics: Metrics | None, controlled: Controlled | None
    ) -> tuple[Thermal | None, Metrics | None]:
        """The thermal section, and the metrics with the temperatures among them."""
        if "thermal" not in self._document:
            if metrics is None or metrics.model.kind != "thermal":
                return None, metrics
            self._report.add(("model",), "a model of kind thermal needs the section thermal")
            return None, with_temperatures(metrics, None)
        if metrics is not None and isinstance(metrics.model, CosimModel) and metrics.model.heat is not None:
            return read_followed(self._document["thermal"], known, metrics, controlled, self._files, self._report)
        thermal = read_thermal(self._document["thermal"], known, self._files, self._report)
        return thermal, metrics and with_temperatures(metrics, thermal)

    def _flown(self, metrics: Metrics | None, controlled: Controlled | None) -> Flown | None:
        if "firmware" not in self._document:
            return None
        if "controller" not in self._document:
            raise Wrong("firmware needs the section controller")
        if controlled is None:
            return None
        model = metrics.model if metrics is not None else None
        return read_firmware(self._document["firmware"], model, controlled, self._report)

    def _check_top(self) -> None:
        """Version and keys; without them nothing else can be read."""
        version = self._document.get("apiVersion")
        if version != VERSION:
            self._report.add(("apiVersion",), f"expected {VERSION}, got {shortened(version)}")
            self._report.raise_if_any()
        with self._report.catching():
            mapping(self._document, (), self._report, REQUIRED, OPTIONAL)
        if not all(key in self._document for key in REQUIRED):
            self._report.raise_if_any()
        with self._report.catching("isolation"):
            self._check_isolation()

    def _check_isolation(self) -> None:
        if "isolation" not in self._document:
            return
        given = mapping(self._document["isolation"], ("isolation",), self._report, ["tier"])
        if given["tier"] != 0 or isinstance(given["tier"], bool):
            raise Wrong(f"expected 0, the only tier there is so far, got {shortened(given['tier'])}", "tier")

    def _name(self) -> str:
        with self._report.catching("name"):
            name = kind(self._document["name"], str)
            if not NAME.match(name):
                wanted = "a letter, then at most 63 letters, digits, dots, dashes and underscores"
                raise Wrong(f"expected {wanted}, got {shortened(name)}")
            return name
        return ""

    def _revision(self) -> str:
        with self._report.catching("revision"):
            revision = kind(self._document.get("revision", ""), str)
            if len(revision) > LONGEST_REVISION or not revision.isprintable():
                raise Wrong(f"expected at most {LONGEST_REVISION} printable characters")
            return revision
        return ""

    def _sigma_level(self) -> Fraction | None:
        if "tolerances" not in self._document:
            return None
        with self._report.catching("tolerances"):
            given = mapping(self._document["tolerances"], ("tolerances",), self._report, ["sigma_level"])
            level = number(given["sigma_level"])
            if not 0 < level <= 12:
                raise Wrong(f"expected more than 0 and at most 12, got {level:g}", "sigma_level")
            return Fraction(repr(level))
        return Fraction(3)

    def _parameters(self) -> Mapping[str, Parameter | None]:
        with self._report.catching("parameters"):
            return parameters(self._document["parameters"], self._sigma_level(), self._report)
        self._report.raise_if_any()
        return {}

    def _controlled(self, known: Mapping[str, Parameter | None]) -> Controlled | None:
        if "controller" in self._document:
            with self._report.catching("controller"):
                return read_controller(self._document["controller"], known, self._files, self._report)
        return None

    def _completed(
        self,
        model: Model,
        controlled: Controlled | None,
        thermal: Thermal | None,
        limited: Limited,
        known: Mapping[str, Parameter],
    ) -> Model:
        """A system with what its requirements ask of it, if it can be run."""
        if not isinstance(model, CosimModel | FmuModel):
            return model
        whole = model.model_copy(update={"metrics": limited.metrics, "formulas": limited.formulas})
        with self._report.catching():
            laws = {name: parameter.law for name, parameter in known.items()}
            check_system(whole, controlled, laws, self._files.contents, limited.requirements, thermal)
        self._report.raise_if_any()
        return whole

    def _artifacts(self) -> tuple[FileRef, ...]:
        found: list[FileRef] = []
        with self._report.catching("artifacts"):
            for index, path in enumerate(kind(self._document.get("artifacts", []), list)):
                with self._report.catching("artifacts", index):
                    artifact = self._files.add(kind(path, str))
                    if artifact in found:
                        raise Wrong(f"{artifact.path} stands here twice")
                    found.append(artifact)
        return tuple(found)

    def _provenance(self) -> tuple[Provenance, dict[str, Any]]:
        if "provenance" in self._document:
            with self._report.catching("provenance"):
                return read_provenance(self._document["provenance"], self._files, self._report)
        return Provenance(), {}


def _units(known: Mapping[str, Parameter], metrics: Metrics, limited: Limited) -> dict[str, Unit]:
    """How to show parameters as they were written, and metrics as their limits were."""
    units = {name: parameter.unit.shown() for name, parameter in known.items()}
    for metric, written in limited.units.items():
        model = metrics.units.get(metric)
        plain = model is not None and written.symbol == "" and model.dimension == Dimension()
        units[metric] = (model if plain and model is not None else written).shown()
    return units
