"""Errors of this room: what is wrong with a controller, where, and the way to write it instead."""

from collections.abc import Sequence
from dataclasses import dataclass


class ControllerError(ValueError):
    """Root of this room's errors."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing outside the subset."""

    file: str
    line: int
    column: int
    """Of its first character; both from 1."""
    what: str
    instead: str
    """The way to write it."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}: {self.instead}"


class Refused(ControllerError):
    """A source outside the subset; `problems` says why, in the order of the text."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class UnknownName(ControllerError):
    """An input, an output or a state value that the controller does not have."""

    def __init__(self, what: str, known: Sequence[str], got: str) -> None:
        super().__init__(f"unknown {what}: expected one of {', '.join(known)}, got {got!r}")
        self.what, self.known, self.got = what, tuple(known), got


class MissingInput(ControllerError):
    """A tick without one of the controller's inputs."""

    def __init__(self, expected: Sequence[str], got: Sequence[str]) -> None:
        super().__init__(f"missing input: expected {', '.join(expected)}, got {', '.join(got) or 'nothing'}")
        self.expected, self.got = tuple(expected), tuple(got)


class WrongColumn(ControllerError):
    """A column of another type or shape than the controller's."""

    def __init__(self, name: str, expected: str, got: str) -> None:
        super().__init__(f"{name}: expected {expected}, got {got}")
        self.name, self.expected, self.got = name, expected, got


class OutOfRange(ControllerError):
    """A number that the type it is for cannot hold."""

    def __init__(self, name: str, expected: str, got: object) -> None:
        super().__init__(f"{name}: expected {expected}, got {got!r}")
        self.name, self.expected, self.got = name, expected, got


class CompilationFailed(ControllerError):
    """A C compiler refused what was generated."""

    def __init__(self, compiler: str, exit_code: int, output: str) -> None:
        super().__init__(f"{compiler}: exit {exit_code}\n{output}")
        self.compiler, self.exit_code, self.output = compiler, exit_code, output


class InvalidOperation(ArithmeticError):
    """Raised by `float32` and `int32` under CPython where a controller enters its safe state."""
