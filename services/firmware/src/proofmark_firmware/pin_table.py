"""What every pin of a design is, as a table for people and as data."""

from collections.abc import Iterator

from proofmark_boards.timing import hertz
from proofmark_contracts.firmware import AnalogPin, PwmPin
from proofmark_contracts.verification import PinUse
from proofmark_firmware.target import Target

HEADINGS = ("pin", "name", "is", "controller", "function", "detail", "on the board")


def pin_table(target: Target) -> tuple[PinUse, ...]:
    """Inputs, then outputs, then the log, in the order of the controller's fields."""
    return tuple(PinUse(**dict(zip(PinUse.model_fields, cells, strict=True))) for cells in _rows(target))


def _rows(target: Target) -> Iterator[tuple[str, ...]]:
    """The cells of each pin, under the headings."""
    board = target.board
    for read in target.inputs():
        function, detail = "", "pulled down"
        if isinstance(read.pin, AnalogPin):
            of = target.controller.converters[read.name]
            function, detail = read.pin.function, f"{of.bits} bits, {of.low:g} to {of.high:g}"
        notes = ", ".join(board.notes(read.pin.pin))
        yield read.pin.pin, read.pin_name, f"{read.pin.kind} in", read.name, function, detail, notes
    for written in target.outputs():
        if written.pin is None or written.pin_name is None:
            continue
        function, detail = "", f"safe {str(bool(written.safe.value)).lower()}"
        if isinstance(written.pin, PwmPin):
            function = f"{written.pin.function} AF{target.alternate(written.pin)}"
            detail = f"{_frequency(target, written.pin, written.name)}, safe {written.safe.value:g}"
        use = "pwm out" if isinstance(written.pin, PwmPin) else "output"
        notes = ", ".join(board.notes(written.pin.pin))
        yield written.pin.pin, written.pin_name, use, written.name, function, detail, notes
    log = board.log
    yield log.pin, "log", "uart out", "", f"{log.uart}_TX AF{board.log_alternate}", f"{log.baud} baud", ""


def _frequency(target: Target, pin: PwmPin, output: str) -> str:
    reached_hz = target.reached_hz(pin, output)
    error = reached_hz / pin.frequency_hz - 1
    exact = "exact" if error == 0 else f"{error:+.2g}"
    return f"{hertz(reached_hz)} ({exact}), {target.top(output) + 1} steps"
