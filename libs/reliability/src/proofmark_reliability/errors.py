"""Errors of this room: what was asked, what is possible, what came."""

from collections.abc import Sequence


class ReliabilityError(ValueError):
    """Root of this room's errors."""


class OutOfRange(ReliabilityError):
    """A number lies outside the range in which the question has an answer."""

    def __init__(self, what: str, expected: str, got: float) -> None:
        super().__init__(f"{what}: expected {expected}, got {got}")
        self.what, self.expected, self.got = what, expected, got


class UnknownName(ReliabilityError):
    """A method, a distribution or a parameter that does not exist here."""

    def __init__(self, what: str, known: Sequence[str], got: str) -> None:
        super().__init__(f"unknown {what}: expected one of {', '.join(known)}, got {got!r}")
        self.what, self.known, self.got = what, tuple(known), got


class TooFewSamples(ReliabilityError):
    """The method cannot be laid out with so few vectors."""

    def __init__(self, method: str, least: int, got: int) -> None:
        super().__init__(f"{method} needs at least {least} samples: got {got}")
        self.method, self.least, self.got = method, least, got


class TooManyDimensions(ReliabilityError):
    """The method has no points in so many dimensions."""

    def __init__(self, method: str, most: int, got: int) -> None:
        super().__init__(f"{method} reaches at most {most} random parameters: got {got}")
        self.method, self.most, self.got = method, most, got


class NotASaltelliPlan(ReliabilityError):
    """Sobol indices cannot be estimated from so many vectors."""

    def __init__(self, dimensions: int, nearest: Sequence[int], got: int) -> None:
        super().__init__(
            f"saltelli with {dimensions} random parameters takes N * {dimensions + 2} samples, or N * "
            f"{2 * dimensions + 2} for second order, N a power of two: expected for example "
            f"{' or '.join(map(str, nearest))}, got {got}"
        )
        self.dimensions, self.nearest, self.got = dimensions, tuple(nearest), got


class NotPositiveDefinite(ReliabilityError):
    """The correlations contradict each other."""

    def __init__(self, smallest_eigenvalue: float) -> None:
        super().__init__(
            f"correlation matrix must be positive definite: its smallest eigenvalue is {smallest_eigenvalue:.3g}"
        )
        self.smallest_eigenvalue = smallest_eigenvalue


class NotACorrelation(ReliabilityError):
    """The matrix is not a correlation matrix: not square, not symmetric, or its diagonal is not one."""

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(f"correlation matrix: expected {expected}, got {got}")


class WrongShape(ReliabilityError):
    """Arrays that belong together do not fit."""

    def __init__(self, what: str, expected: Sequence[int], got: Sequence[int]) -> None:
        super().__init__(f"{what}: expected shape {tuple(expected)}, got {tuple(got)}")
        self.what, self.expected, self.got = what, tuple(expected), tuple(got)


class MissingExtra(ReliabilityError):
    """What was asked for takes an optional dependency."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} takes an extra: install proofmark-reliability[{extra}]")
        self.what, self.extra = what, extra


class Unsuitable(ReliabilityError):
    """A method of sensitivity analysis would answer nonsense on this sample."""

    def __init__(self, method: str, expected: str, got: str) -> None:
        super().__init__(f"{method} indices: expected {expected}, got {got}")
        self.method, self.expected, self.got = method, expected, got
