"""The controller of a design: its file, checked without being run, and what the spec sets in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from proofmark_contracts.cosimulation import Controller, Drive
from proofmark_contracts.frozen import FileRef
from proofmark_expression import DIMENSIONLESS
from proofmark_spec.amounts import Parameters, amount, constant
from proofmark_spec.files import Files
from proofmark_spec.problems import Report, Wrong, below, did_you_mean, shortened
from proofmark_spec.reading import choice, kind, mapping
from proofmark_spec.times import TIME

if TYPE_CHECKING:
    from proofmark_controller import Program

PATH = ("controller",)
AVERAGED, SWITCHED = PWM = ("averaged", "switched")
LARGEST_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Controlled:
    """A controller, and its checked program."""

    controller: Controller
    program: "Program"


def read_controller(document: Any, parameters: Parameters, files: Files, report: Report) -> Controlled | None:
    """Read `controller`; None where its file is wrong, of which everything is noted.

    Raises
    ------
    Wrong
    """
    given = mapping(document, PATH, report, ["file", "period"], ["class", "safe_state", "parameters", "pwm"])
    with below("file"):
        reference = files.add(kind(given["file"], str))
        source = _text(files.contents[reference.path], reference)
    with below("class"):
        name = kind(given["class"], str) if "class" in given else None
    with below("period"):
        period_s = constant(given["period"], TIME)
        if not period_s > 0:
            raise Wrong(f"expected more than 0 s, got {period_s:g} s")
    safe, within_s = _safe_state(given, report)
    program = _checked(source, name, reference, safe, report)
    if program is None:
        return None
    bound = _parameters(given, program, parameters, report)
    drives = _drives(given, program, report)
    controller = Controller(
        file=reference,
        name=program.name,
        period_s=period_s,
        safe_state=safe,
        safe_within_s=within_s,
        parameters=bound,
        drives=drives,
    )
    return Controlled(controller, program)


def _text(data: bytes, reference: FileRef) -> str:
    if len(data) > LARGEST_BYTES:
        raise Wrong(f"{reference.path}: expected at most {LARGEST_BYTES >> 20} MiB, got {len(data)} bytes")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Wrong(f"{reference.path}: expected UTF-8, got byte 0x{data[error.start]:02x}") from error


def _safe_state(given: Mapping[str, Any], report: Report) -> tuple[dict[str, bool | int | float | str], float | None]:
    if "safe_state" not in given:
        return {}, None
    with below("safe_state"):
        told = mapping(given["safe_state"], (*PATH, "safe_state"), report, [], ["within", "outputs"])
        with below("outputs"):
            outputs = kind(told.get("outputs", {}), dict)
            for name, value in outputs.items():
                if not isinstance(value, bool | int | float | str):
                    raise Wrong(f"expected a number, true, false or a name, got {shortened(value)}", name)
        with below("within"):
            within_s = constant(told["within"], TIME) if "within" in told else None
            if within_s is not None and not within_s > 0:
                raise Wrong(f"expected more than 0 s, got {within_s:g} s")
    return dict(outputs), within_s


def _checked(
    source: str, name: str | None, reference: FileRef, safe: Mapping[str, Any], report: Report
) -> "Program | None":
    from proofmark_controller import ControllerError, Refused, check

    try:
        return check(source, name, reference.path, safe)
    except Refused as refused:
        for problem in refused.problems:
            report.add((*PATH, "file"), str(problem))
    except ControllerError as error:
        raise Wrong(str(error), "safe_state", "outputs") from error
    return None


def _drives(given: Mapping[str, Any], program: "Program", report: Report) -> dict[str, Drive]:
    """The outputs that are switched, with the steps that are assumed where no pin says otherwise."""
    from proofmark_controller.values import Scalar
    from proofmark_cosim import Pwm

    with below("pwm"):
        stated = kind(given.get("pwm", {}), dict)
    duties = [name for name, of in program.outputs.fields if of is Scalar.FLOAT32]
    found: dict[str, Drive] = {}
    for name, value in stated.items():
        with report.catching(*PATH, "pwm", name):
            if name not in duties:
                raise Wrong(f"{program.name} has no float32 output {name!r}{did_you_mean(name, duties)}")
            if choice(value, PWM) == SWITCHED:
                found[name] = Drive(top=Pwm().top, switched=True)
    return found


def _parameters(
    given: Mapping[str, Any], program: "Program", parameters: Parameters, report: Report
) -> dict[str, float | str]:
    with below("parameters"):
        bound = kind(given.get("parameters", {}), dict)
    state = [value.name for value in program.state]
    found: dict[str, float | str] = {}
    for name, value in bound.items():
        with report.catching(*PATH, "parameters", name):
            if name not in state:
                raise Wrong(f"{program.name} has no state value {name!r}{did_you_mean(name, state)}")
            found[name] = amount(value, DIMENSIONLESS, parameters)
    return found
