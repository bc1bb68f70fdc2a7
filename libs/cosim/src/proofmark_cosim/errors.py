"""Errors of this room: what of a system cannot be simulated, where, and what was expected."""

from collections.abc import Sequence


class CosimError(ValueError):
    """Root of this room's errors."""


class WrongCycles(CosimError):
    """A number of cycles, or of cycles in a time chunk, that is no run."""

    def __init__(self, what: str, got: object) -> None:
        super().__init__(f"{what}: expected a whole number of at least 1, got {got!r}")
        self.what, self.got = what, got


class OffGrid(CosimError):
    """A time that is no whole number of cycles."""

    def __init__(self, what: str, cycle_s: float, got_s: float) -> None:
        super().__init__(f"{what}: expected a positive multiple of the cycle, {cycle_s:g} s, got {got_s:g} s")
        self.what, self.cycle_s, self.got_s = what, cycle_s, got_s


class AlgebraicLoop(CosimError):
    """Outputs that depend on one another within one cycle."""

    def __init__(self, path: Sequence[str]) -> None:
        super().__init__(
            f"algebraic loop: {' <- '.join(path)}: expected a state somewhere on the way, got none; "
            "a controller or a component with memory breaks it"
        )
        self.path = tuple(path)


class Unwired(CosimError):
    """An input that nothing drives."""

    def __init__(self, destination: str, unit: str) -> None:
        super().__init__(f"{destination}: expected a source, in {unit}, under connect, got none")
        self.destination = destination


class UnknownSignal(CosimError):
    """A name that no component, parameter or enumeration has."""

    def __init__(self, where: str, known: Sequence[str], got: str) -> None:
        super().__init__(f"{where}: expected one of {', '.join(known) or 'none'}, got {got!r}")
        self.where, self.known, self.got = where, tuple(known), got


class WrongExpression(CosimError):
    """Text that is no expression of the language."""

    def __init__(self, where: str, text: str, reason: str) -> None:
        super().__init__(f"{where}: in {text!r}, {reason}")
        self.where, self.text, self.reason = where, text, reason


class OutOfRange(CosimError):
    """A number that a component cannot take, in some vector."""

    def __init__(self, name: str, expected: str, got: object) -> None:
        super().__init__(f"{name}: expected {expected}, got {got!r}")
        self.name, self.expected, self.got = name, expected, got


class UnstableStep(CosimError):
    """Euler's method with a step that is too long for what it steps."""

    def __init__(self, component: str, longest_s: float, got_s: float) -> None:
        super().__init__(
            f"{component}: Euler's method is stable below a step of {longest_s:g} s, got {got_s:g} s: "
            "choose a shorter period, or the exact scheme"
        )
        self.component, self.longest_s, self.got_s = component, longest_s, got_s


class ShortProfile(CosimError):
    """A recorded profile that ends before the run does."""

    def __init__(self, expected_s: float, got_s: float) -> None:
        super().__init__(f"profile: expected samples up to {expected_s:g} s, got the last at {got_s:g} s")
        self.expected_s, self.got_s = expected_s, got_s


class NotFinite(CosimError):
    """A component gave no number."""

    def __init__(self, signals: Sequence[str], cycle: int) -> None:
        super().__init__(f"cycle {cycle}: expected finite numbers, got none from {', '.join(signals)}")
        self.signals, self.cycle = tuple(signals), cycle


class NotExportable(CosimError):
    """A plant that an FMU cannot hold."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"{kind}: expected a plant that depends on its state and inputs alone, got noise or time")
        self.kind = kind


class WrongFmu(CosimError):
    """An FMU that cannot be run here."""

    def __init__(self, name: str, expected: str, got: str) -> None:
        super().__init__(f"{name}: expected {expected}, got {got}")
        self.name, self.expected, self.got = name, expected, got


class ClockedFmu(WrongFmu):
    """An FMU with a clock: nothing here ticks it."""

    def __init__(self, name: str, clock: str) -> None:
        super().__init__(name, "an FMU without clocks", f"the clock {clock!r}")
        self.clock = clock


class WrongCausality(CosimError):
    """A variable of an FMU in a place of another kind of variable."""

    def __init__(self, where: str, variable: str, expected: str, got: str) -> None:
        super().__init__(f"{where}: {variable!r}: expected {expected}, got {got}")
        self.where, self.variable, self.expected, self.got = where, variable, expected, got


class MissingExtra(CosimError):
    """A format that needs more than is installed."""

    def __init__(self, extra: str) -> None:
        super().__init__(f"series: expected the extra {extra} of proofmark-cosim to be installed, got none")
        self.extra = extra


class UnreadableProfile(CosimError):
    """A file that holds no recorded profile."""

    def __init__(self, where: str, expected: str, got: str | None = None) -> None:
        super().__init__(f"{where}: expected {expected}" + ("" if got is None else f", got {got}"))
        self.where, self.expected, self.got = where, expected, got
