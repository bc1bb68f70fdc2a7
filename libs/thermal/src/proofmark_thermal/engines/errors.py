"""Errors of the other engines."""

from collections.abc import Sequence

from proofmark_thermal.errors import ThermalError


class NotCovered(ThermalError):
    """An engine cannot do a part of the problem; it is refused before it runs."""

    def __init__(self, engine: str, features: Sequence[str]) -> None:
        super().__init__(f"engine {engine}: expected a problem without {', '.join(features)}, which it does not cover")
        self.engine, self.features = engine, tuple(features)


class NotInstalled(ThermalError):
    """An engine's program is not here."""

    def __init__(self, engine: str, get: str) -> None:
        super().__init__(f"engine {engine}: expected its program, got none; install it by: {get}")
        self.engine, self.get = engine, get


class EngineFailed(ThermalError):
    """A program ended with an error, or without the temperatures it was asked for."""

    def __init__(self, engine: str, expected: str, got: str) -> None:
        super().__init__(f"engine {engine}: expected {expected}, got {got}")
        self.engine, self.expected, self.got = engine, expected, got
