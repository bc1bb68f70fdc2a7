"""Reliability problems whose answer is known: published ones, and exact ones of the kinds that make methods fail.

Every problem is a function of points of the unit cube, so that ours and a peer are asked the same thing. `lines` are
the promises of `make bench-reliability` that a problem counts for, see `bench/reliability.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.integrate import quad
from scipy.special import chdtrc, gammaincc, log_ndtr, ndtr, ndtri
from scipy.special import chdtri as chi_square_quantile

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.sample import vectors
from tests.reference.problems import Problem as Published
from tests.reference.problems import problems as published

Margins: TypeAlias = Callable[[FloatArray], FloatArray]
HARD = ("RP107", "RP110", "ball_complement_d50")
"""Published problems of line 5: far from every start, with a gradient that misleads, or without a design point."""
NOT_SMOOTH = ("np.min", "np.max", "np.where")


@dataclass(frozen=True)
class Problem:
    """A question whose answer is known."""

    name: str
    dimensions: int
    pf: float
    margins: Margins
    """(n, dimensions) uniforms to (n, requirements) margins: negative is a violation."""
    lines: tuple[int, ...]
    requirements: int = 1
    continuous: bool = True
    """False where a parameter is discrete."""


def all_problems() -> dict[str, Problem]:
    """Return every problem by name."""
    return {problem.name: problem for problem in (*map(_reference, published("reliability").values()), *_own())}


def _reference(problem: Published) -> Problem:
    hard = problem.name in HARD
    lines = [1]
    if not hard and 1e-7 <= problem.pf <= 1e-3 and problem.dimensions <= 10:
        lines.append(2)
    if not hard and problem.dimensions <= 8 and not any(word in problem.document["g"] for word in NOT_SMOOTH):
        lines.append(3)
    if problem.dimensions >= 30:
        lines.append(4)
    if hard:
        lines.append(5)

    def margins(uniforms: FloatArray) -> FloatArray:
        return problem.limit_state(problem.columns(uniforms))[:, np.newaxis]

    return Problem(problem.name, problem.dimensions, problem.pf, margins, tuple(lines))


def _own() -> tuple[Problem, ...]:
    return (
        *(_linear(d, beta) for d, beta in ((30, 3.5), (100, 4.0), (300, 5.0))),
        *(_curved(d, beta, 0.2) for d, beta in ((30, 3.5), (100, 4.0))),
        _normal("linear-d5-1e-9", 5, ndtr(-6.0), lambda u: 6 - u.sum(axis=1) / np.sqrt(5), (1,)),
        _normal("parallel-d2-1e-9", 2, ndtr(-4.0) * ndtr(-4.1), lambda u: np.maximum(4 - u[:, 0], 4.1 - u[:, 1]), (1,)),
        _branches("branches-2-d5", 5, (3.7, 3.9), (1, 2)),
        _branches("branches-4-d10", 10, (3.6, 3.6, 3.8, 4.0), (1, 5)),
        _branches("branches-8-d8", 8, (4.0,) * 8, (1, 5)),
        *(_ball_complement(d, pf) for d, pf in ((2, 1e-5), (10, 1e-4), (100, 1e-6))),
        _hidden("hidden-d3-1e-4", 3, 1e-4, (1, 5)),
        _hidden("hidden-d6-5e-3", 6, 5e-3, (1,)),
        _normal("step-d5", 5, ndtr(-3.7), lambda u: np.where(u.sum(axis=1) > 3.7 * np.sqrt(5), -1.0, 1.0), (1, 5)),
        _normal("cliff-d4", 4, ndtr(-3.9), _cliff, (1, 2)),
        _normal("two-sided-d6", 6, 2 * ndtr(-4.0), lambda u: 16 - (u[:, :3].sum(axis=1)) ** 2 / 3, (1, 5)),
        _normal("band-d2", 2, ndtr(-3.6) - ndtr(-4.1), lambda u: (u[:, 0] - 3.6) * (u[:, 0] - 4.1), (1, 5)),
        _series("series-8-d9", 8, 0.5, 4.0),
        _parallel("parallel-3-d4", 3, 0.6, 3.2),
        _units(),
        _correlated_lognormals(),
        _weakest_link(),
        _gumbel_difference(),
        _sum_of_exponentials(),
        _ratio_of_exponentials(),
        _corner_of_uniforms(),
        _discrete(),
    )


def _normal(name: str, dimensions: int, pf: float, g: Margins, lines: tuple[int, ...]) -> Problem:
    """A limit state of independent standard normals."""
    return Problem(name, dimensions, float(pf), lambda uniforms: g(ndtri(uniforms))[:, np.newaxis], lines)


def _expectation(of: Callable[[float], float]) -> float:
    """Return E[of(z)] for a standard normal z."""
    value, _ = quad(
        lambda z: of(z) * np.exp(-z * z / 2) / np.sqrt(2 * np.pi), -12, 12, epsabs=0, epsrel=1e-9, limit=500
    )
    return float(value)


def _linear(dimensions: int, beta: float) -> Problem:
    def g(u: FloatArray) -> FloatArray:
        return np.asarray(beta - u.sum(axis=1) / np.sqrt(dimensions))

    return _normal(f"linear-d{dimensions}", dimensions, ndtr(-beta), g, (1, 4))


def _curved(dimensions: int, beta: float, curvature: float) -> Problem:
    """A parabola across the plane: (u0 - u1) / sqrt 2 is independent of the sum of all."""

    def g(u: FloatArray) -> FloatArray:
        return np.asarray(beta - u.sum(axis=1) / np.sqrt(dimensions) + curvature / 4 * (u[:, 0] - u[:, 1]) ** 2)

    pf = _expectation(lambda z: float(ndtr(-beta - curvature / 2 * z * z)))
    return _normal(f"curved-d{dimensions}", dimensions, pf, g, (1, 4))


def _branches(name: str, dimensions: int, betas: Sequence[float], lines: tuple[int, ...]) -> Problem:
    """Planes at right angles, each with a failure region of its own."""
    pf = -np.expm1(sum(log_ndtr(beta) for beta in betas))
    signs = np.where(np.arange(len(betas)) % 2, -1.0, 1.0)

    def g(u: FloatArray) -> FloatArray:
        return np.asarray((np.asarray(betas) - signs * u[:, : len(betas)]).min(axis=1))

    return _normal(name, dimensions, pf, g, lines)


def _ball_complement(dimensions: int, pf: float) -> Problem:
    radius_squared = float(chi_square_quantile(dimensions, pf))

    def g(u: FloatArray) -> FloatArray:
        return np.asarray(radius_squared - (u**2).sum(axis=1))

    lines = (1, 4, 5) if dimensions >= 30 else (1, 5)
    return _normal(f"ball-complement-d{dimensions}", dimensions, chdtrc(dimensions, radius_squared), g, lines)


def _hidden(name: str, dimensions: int, pf: float, lines: tuple[int, ...]) -> Problem:
    """A plane that every gradient points to, and behind it a half-space with 80 % of pf that nothing points to."""
    seen, hidden = ndtri(0.2 * pf), ndtri(0.8 * pf)

    def g(u: FloatArray) -> FloatArray:
        return np.where(u[:, 1] < hidden, -1.0, u[:, 0] - seen)

    return _normal(name, dimensions, -np.expm1(log_ndtr(-seen) + log_ndtr(-hidden)), g, lines)


def _cliff(u: FloatArray) -> FloatArray:
    """Slopes towards the failure, then drops."""
    along = u.sum(axis=1) / 2
    return np.where(along > 3.9, -5.0, 6 - along)


def _series(name: str, components: int, correlation: float, beta: float) -> Problem:
    """Fails with its weakest component; all share one normal variable."""
    common, own = np.sqrt(correlation), np.sqrt(1 - correlation)

    def g(u: FloatArray) -> FloatArray:
        return np.asarray((beta - common * u[:, :1] - own * u[:, 1:]).min(axis=1))

    pf = _expectation(lambda z: float(-np.expm1(components * log_ndtr((beta - common * z) / own))))
    return _normal(name, components + 1, pf, g, (1, 2))


def _parallel(name: str, components: int, correlation: float, beta: float) -> Problem:
    """Fails when all components do; all share one normal variable."""
    common, own = np.sqrt(correlation), np.sqrt(1 - correlation)

    def g(u: FloatArray) -> FloatArray:
        return np.asarray((beta - common * u[:, :1] - own * u[:, 1:]).max(axis=1))

    pf = _expectation(lambda z: float(ndtr((common * z - beta) / own) ** components))
    return _normal(name, components + 1, pf, g, (1, 2))


def _units() -> Problem:
    """Two requirements, in metres and in kelvin, each with about half of the failures."""
    clearance, heat = 3.9, 3.85

    def margins(uniforms: FloatArray) -> FloatArray:
        x = vectors(
            {
                "bore": ("normal", {"mean": 10.05e-3, "std": 8e-6}),
                "shaft": ("normal", {"mean": 10.0e-3, "std": 6e-6}),
                "ambient": ("normal", {"mean": 300.0, "std": 12.0}),
                "rise": ("normal", {"mean": 40.0, "std": 5.0}),
            },
            None,
            uniforms,
        )
        gap = x["bore"] - x["shaft"] - (50e-6 - clearance * 10e-6)
        return np.column_stack([gap, 340 + heat * 13 - x["ambient"] - x["rise"]])

    pf = -np.expm1(log_ndtr(clearance) + log_ndtr(heat))
    return Problem("units-d4", 4, float(pf), margins, (1, 2), requirements=2)


def _correlated_lognormals() -> Problem:
    """Bending of a cantilever: a product of powers of correlated lognormals is lognormal."""
    spread, correlation = 0.12, 0.5
    names = ("force", "length", "width", "height")
    exponents = np.array([1.0, 1.0, -1.0, -2.0])
    matrix = np.full((4, 4), correlation) + (1 - correlation) * np.eye(4)
    sigma = np.sqrt(np.log1p(spread**2))
    beta = 4.2
    median = np.exp(-(sigma**2) / 2 * exponents.sum())
    limit = median * np.exp(beta * sigma * np.sqrt(exponents @ matrix @ exponents))

    def margins(uniforms: FloatArray) -> FloatArray:
        law = ("lognormal", {"mean": 1.0, "std": spread})
        x = vectors(dict.fromkeys(names, law), (names, matrix.tolist()), uniforms)
        return np.asarray(limit - x["force"] * x["length"] / (x["width"] * x["height"] ** 2))[:, np.newaxis]

    return Problem("lognormals-correlated-d4", 4, float(ndtr(-beta)), margins, (1, 2, 3))


def _weakest_link() -> Problem:
    """Eight Weibull strengths under one load: the weakest is Weibull too."""
    shape, load, links = 6.0, 0.15, 8

    def margins(uniforms: FloatArray) -> FloatArray:
        x = vectors({f"link{k}": ("weibull", {"shape": shape, "scale": 1.0}) for k in range(links)}, None, uniforms)
        return np.asarray(np.min(list(x.values()), axis=0) - load)[:, np.newaxis]

    return Problem("weakest-link-d8", links, float(-np.expm1(-links * load**shape)), margins, (1, 5))


def _gumbel_difference() -> Problem:
    """The difference of two Gumbel variables of one scale is logistic."""
    distance = 11.0
    law = ("gumbel", {"mean": 0.0, "std": np.pi / np.sqrt(6)})

    def margins(uniforms: FloatArray) -> FloatArray:
        x = vectors({"load": law, "strength": law}, None, uniforms)
        return np.asarray(distance + x["strength"] - x["load"])[:, np.newaxis]

    return Problem("gumbels-d2", 2, float(1 / (1 + np.exp(distance))), margins, (1, 2, 3))


def _sum_of_exponentials() -> Problem:
    """The sum of exponential variables is a gamma variable."""
    count, limit = 6, 22.0

    def margins(uniforms: FloatArray) -> FloatArray:
        x = vectors({f"wait{k}": ("exponential", {"rate": 1.0}) for k in range(count)}, None, uniforms)
        return np.asarray(limit - np.sum(list(x.values()), axis=0))[:, np.newaxis]

    return Problem("exponentials-d6", count, float(gammaincc(count, limit)), margins, (1, 2, 3))


def _ratio_of_exponentials() -> Problem:
    """One wait longer than a multiple of another."""
    multiple = 2e4

    def margins(uniforms: FloatArray) -> FloatArray:
        x = vectors(dict.fromkeys(("long", "short"), ("exponential", {"rate": 1.0})), None, uniforms)
        return np.asarray(multiple * x["short"] - x["long"])[:, np.newaxis]

    return Problem("ratio-d2", 2, 1 / (1 + multiple), margins, (1, 2, 3))


def _corner_of_uniforms() -> Problem:
    """The sum of five uniforms below the corner's edge: a simplex."""
    edge = 0.25

    def margins(uniforms: FloatArray) -> FloatArray:
        x = vectors({f"x{k}": ("uniform", {"low": 0.0, "high": 1.0}) for k in range(5)}, None, uniforms)
        return np.asarray(np.sum(list(x.values()), axis=0) - edge)[:, np.newaxis]

    return Problem("corner-d5", 5, edge**5 / 120, margins, (1, 2, 3))


def _discrete() -> Problem:
    """A part from one of three suppliers."""
    shifts, weights, beta = (0.0, 0.5, 1.5), (0.7, 0.29, 0.01), 4.0

    def margins(uniforms: FloatArray) -> FloatArray:
        normal = ("normal", {"mean": 0.0, "std": 1.0})
        supplier = ("discrete", {"values": shifts, "weights": weights})
        x = vectors({"a": normal, "b": normal, "supplier": supplier}, None, uniforms)
        return np.asarray(beta - x["supplier"] - (x["a"] + x["b"]) / np.sqrt(2))[:, np.newaxis]

    pf = sum(weight * ndtr(shift - beta) for shift, weight in zip(shifts, weights, strict=True))
    return Problem("suppliers-d3", 3, float(pf), margins, (1, 2), continuous=False)
