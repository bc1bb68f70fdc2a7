"""Errors of reduced models."""

from collections.abc import Sequence

from proofmark_thermal.errors import ThermalError


class BadRange(ThermalError):
    """A parameter's range is none, or holds values that have no answer."""

    def __init__(self, parameter: str, expected: str, low: float, high: float) -> None:
        super().__init__(f"parameter {parameter}: expected {expected}, got {low:g} to {high:g}")
        self.parameter, self.expected, self.low, self.high = parameter, expected, low, high


class BadVectors(ThermalError):
    """Parameter vectors that do not fit the model."""

    def __init__(self, what: str, expected: Sequence[str], got: Sequence[str]) -> None:
        super().__init__(f"{what}: expected {', '.join(expected) or 'none'}, got {', '.join(got) or 'none'}")
        self.what, self.expected, self.got = what, tuple(expected), tuple(got)


class BadBytes(ThermalError):
    """Bytes that are no reduced model of this version."""

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(f"reduced model: expected {expected}, got {got}")
        self.expected, self.got = expected, got
