"""The board of a design: which pin is which signal of the controller, and whether the chip can do it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from proofmark_contracts.cosimulation import Converter, CosimModel, Drive
from proofmark_contracts.design import Model
from proofmark_contracts.firmware import AnalogPin, Firmware, InputPin, MicropythonModule, OutputPin, Pin, PwmPin
from proofmark_spec.amounts import constant
from proofmark_spec.controller import Controlled
from proofmark_spec.problems import Report, Wrong, below, did_you_mean, shortened
from proofmark_spec.quantities import nearest, quantity
from proofmark_spec.reading import choice, kind, mapping
from proofmark_spec.units import unit

if TYPE_CHECKING:
    from proofmark_boards import Asked, Board
    from proofmark_controller.values import Record

PATH = ("firmware",)
TARGETS = ("c", "micropython")
MOST_PINS = 64
NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_]{0,31}\Z")
VERSION = re.compile(r"^(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,4})\Z")
LARGEST = 255, 255, 65_535
"""What the header of a signed image holds."""
FREQUENCY, VOLTAGE = unit("Hz").dimension, unit("V").dimension
WAYS = {"adc": "coming in", "frequency": "going out"}
"""Which numbers need it."""
DEFAULT_VERSION = "1.0.0"
ONE_UNIT = re.compile(r"^\s*[^\s/*]+\s*\Z")


@dataclass(frozen=True)
class Flown:
    """The firmware, and what its pins make of the controller's numbers."""

    firmware: Firmware | MicropythonModule
    converters: Mapping[str, Converter]
    drives: Mapping[str, Drive]

    def wired(self, controlled: Controlled) -> Controlled:
        """The controller behind these pins."""
        stated = controlled.controller.drives
        switched = {name for name, drive in stated.items() if drive.switched}
        drives = {name: drive.model_copy(update={"switched": name in switched}) for name, drive in self.drives.items()}
        pins = {"converters": dict(self.converters), "drives": {**stated, **drives}}
        return replace(controlled, controller=controlled.controller.model_copy(update=pins))


def read_firmware(document: Any, model: Model | None, controlled: Controlled, report: Report) -> Flown:
    """Read `firmware`; what is wrong with a pin is noted at that pin, and the pin left out.

    Raises
    ------
    Wrong
    """
    target = _target(document)
    pinned = ["board", "pins"] if target == "c" else []
    given = mapping(document, PATH, report, pinned, ["target", "version"])
    if model is not None and not isinstance(model, CosimModel):
        raise Wrong(
            f"firmware needs a model that runs the controller, of kind cosim: got {model.kind}, in which the "
            "controller was not exercised"
        )
    version = _version(given)
    if target == "micropython":
        return Flown(MicropythonModule(version=version), {}, {})
    board = _board(given)
    with report.catching("controller", "period"):
        _check_period(board, controlled)
    with below("pins"):
        entries = kind(given["pins"], dict)
        if not 0 < len(entries) <= MOST_PINS:
            raise Wrong(f"expected 1 to {MOST_PINS} pins, got {len(entries)}")
    drafts = _drafts(entries, controlled, report)
    with report.catching(*PATH, "pins"):
        _check_all_bound(drafts, controlled)
    return _wire(board, version, {name: draft for name, draft in drafts.items() if draft is not None}, report)


def _target(document: Any) -> str:
    """What the controller becomes: C for a board, unless something else is said."""
    with below("target"):
        return choice(document.get("target", "c"), TARGETS) if isinstance(document, dict) else "c"


def _version(given: Mapping[str, Any]) -> str:
    with below("version"):
        version = kind(given.get("version", DEFAULT_VERSION), str)
        numbers = VERSION.match(version)
        if numbers is None or any(int(part) > most for part, most in zip(numbers.groups(), LARGEST, strict=True)):
            most = ".".join(map(str, LARGEST))
            raise Wrong(f"expected three numbers such as {DEFAULT_VERSION}, at most {most}, got {shortened(version)}")
        return version


def _board(given: Mapping[str, Any]) -> "Board":
    from proofmark_boards import board_of, boards

    with below("board"):
        return board_of(choice(given["board"], boards()))


def _check_period(board: "Board", controlled: Controlled) -> None:
    from proofmark_boards import BoardError, tick_timing, watchdog

    chosen = controlled.controller
    try:
        tick_timing(board.clocks.core_hz, chosen.period_s)
        watchdog(board.family.lsi_hz, chosen.period_s, chosen.safe_within_s)
    except BoardError as error:
        raise Wrong(f"{board.name}: {error}") from error


@dataclass(frozen=True)
class _Draft:
    """A pin as it is written: what it is bound to, and what the chip has to do for it."""

    asked: "Asked"
    signal: str
    ends: tuple[float, float] = (0.0, 0.0)
    """Of an analogue pin: the controller's values at code 0 and at full scale."""


def _drafts(entries: Mapping[str, Any], controlled: Controlled, report: Report) -> dict[str, _Draft | None]:
    found: dict[str, _Draft | None] = dict.fromkeys(entries)
    bound: dict[str, str] = {}
    for name, value in entries.items():
        with report.catching(*PATH, "pins", name):
            if not NAME.match(name):
                raise Wrong("expected a name of at most 32 letters, digits and underscores, a letter first")
            draft = _draft(value, name, controlled, report)
            if draft.signal in bound:
                raise Wrong(f"{draft.signal} is bound already, to {bound[draft.signal]}")
            bound[draft.signal] = name
            found[name] = draft
    return found


def _draft(value: Any, name: str, controlled: Controlled, report: Report) -> _Draft:
    from proofmark_boards import Asked

    optional = ["input", "output", "frequency", "adc", "function"]
    given = mapping(value, (*PATH, "pins", name), report, ["pin"], optional)
    ways = [way for way in ("input", "output") if way in given]
    if len(ways) != 1:
        raise Wrong(f"expected one of input and output, got {' and '.join(ways) or 'neither'}")
    place = kind(given["pin"], str)
    function = kind(given["function"], str) if "function" in given else None
    program, way = controlled.program, ways[0]
    floats = _is_float(program.inputs if way == "input" else program.outputs, given, way)
    needed = ("adc" if way == "input" else "frequency") if floats else None
    for key in ("adc", "frequency"):
        if key in given and key != needed:
            raise Wrong(f"expected no {key}: {given[way]} is no number {WAYS[key]}", key)
    if needed is not None and needed not in given:
        raise Wrong(f"missing {needed}: {given[way]} is a number")
    if way == "input":
        if not floats:
            return _Draft(Asked(place, "input", None, function), given[way])
        return _Draft(Asked(place, "analog", None, function), given[way], _ends(given["adc"], name, report))
    frequency_hz = None
    if floats:
        with below("frequency"):
            frequency_hz = constant(given["frequency"], FREQUENCY)
            if not frequency_hz > 0:
                raise Wrong(f"expected more than 0 Hz, got {frequency_hz:g} Hz")
    return _Draft(Asked(place, "pwm" if floats else "output", frequency_hz, function), given[way])


def _is_float(record: "Record", given: Mapping[str, Any], way: str) -> bool:
    """Whether a signal is a number rather than a truth.

    Raises
    ------
    Wrong
        The controller has no such signal, or no pin can be it.
    """
    from proofmark_controller.values import Scalar

    fields = dict(record.fields)
    with below(way):
        signal = kind(given[way], str)
        if signal not in fields:
            hint = did_you_mean(signal, list(fields)) or f"; there are {', '.join(fields)}"
            raise Wrong(f"the controller has no {way} {shortened(signal)}{hint}")
        if fields[signal] not in (Scalar.FLOAT32, Scalar.BOOL):
            raise Wrong(f"a pin is a number or a truth: {signal} is neither a float32 nor a bool")
    return fields[signal] is Scalar.FLOAT32


def _ends(document: Any, name: str, report: Report) -> tuple[float, float]:
    """The controller's values at the ends of a converter's range."""
    with below("adc"):
        given = mapping(document, (*PATH, "pins", name, "adc"), report, ["range", "scale"], ["zero"])
        with below("range"):
            ends = kind(given["range"], list)
            if len(ends) != 2:
                raise Wrong(f"expected two voltages, got {len(ends)}")
            low, high = (_volts(end) for end in ends)
            if not low < high:
                raise Wrong(f"expected a lower end and a higher one, got {float(low):g} V and {float(high):g} V")
        with below("scale"):
            scale = _scale(kind(given["scale"], str))
        with below("zero"):
            zero = _volts(given["zero"]) if "zero" in given else Fraction()
    return nearest((low - zero) / scale), nearest((high - zero) / scale)


def _volts(value: Any) -> Fraction:
    found = quantity(value)
    if found.unit.dimension != VOLTAGE:
        raise Wrong(f"expected a voltage, got {shortened(value)}")
    return found.unit.absolute(found.written)


def _scale(text: str) -> Fraction:
    """Volts for each of the unit that the controller computes in: it is the one behind the stroke of `10 mV/K`."""
    volts, stroke, of = text.partition("/")
    if stroke and (not ONE_UNIT.match(of) or unit(of.strip()).symbol == ""):
        raise Wrong(f"expected one unit behind the stroke, such as in 10 mV/K, got {shortened(text)}")
    scale = _volts(volts)
    if scale == 0:
        raise Wrong("expected a scale other than 0 V")
    return scale


def _wire(board: "Board", version: str, drafts: Mapping[str, _Draft], report: Report) -> Flown:
    """The pins that the chip has for what is asked."""
    from proofmark_boards import ADC_BITS, NoFunction, OutOfReach, wired

    wiring = wired(board, {name: draft.asked for name, draft in drafts.items()})
    for name, error in wiring.problems.items():
        place, told = "pin", str(error)
        if isinstance(error, OutOfReach):
            place, told = error.what, f"expected {error.expected}, got {error.got}"
        elif isinstance(error, NoFunction) and drafts[name].asked.function is not None:
            place = "function"
        report.add((*PATH, "pins", name, place), told)
    pins: dict[str, Pin] = {}
    converters, drives = {}, {}
    for name, at in wiring.pins.items():
        draft, function = drafts[name], str(at.function)
        match at.use:
            case "analog":
                pins[name] = AnalogPin(pin=at.pin, input=draft.signal, function=function)
                low, high = draft.ends
                converters[draft.signal] = Converter(low=low, high=high, bits=ADC_BITS)
            case "pwm" if at.timing is not None and draft.asked.frequency_hz is not None:
                pins[name] = PwmPin(
                    pin=at.pin,
                    output=draft.signal,
                    function=function,
                    frequency_hz=draft.asked.frequency_hz,
                    prescaler=at.timing.prescaler,
                )
                drives[draft.signal] = Drive(top=at.timing.top)
            case "input":
                pins[name] = InputPin(pin=at.pin, input=draft.signal)
            case _:
                pins[name] = OutputPin(pin=at.pin, output=draft.signal)
    return Flown(Firmware(board=board.name, version=version, pins=pins), converters, drives)


def _check_all_bound(drafts: Mapping[str, _Draft | None], controlled: Controlled) -> None:
    """Every input, and every output that a pin can be, has one; what only tells may stay inside."""
    from proofmark_controller.values import Scalar

    if None in drafts.values():
        return
    bound = {draft.signal for draft in drafts.values() if draft is not None}
    program = controlled.program
    for name, _ in program.inputs.fields:
        if name not in bound:
            raise Wrong(f"no pin is the controller's input {name}")
    for name, type_ in program.outputs.fields:
        if name not in bound and type_ in (Scalar.FLOAT32, Scalar.BOOL):
            raise Wrong(f"no pin is the controller's output {name}")
