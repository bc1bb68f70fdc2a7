"""Dependence beyond the Gaussian copula: Clayton, Gumbel and Frank pairs, and Student's, by OpenTURNS.

OpenTURNS comes with the extra `proofmark-reliability[openturns]`, under the LGPL. It draws nothing here: independent
uniforms of any design become dependent ones by sequential conditional quantiles, so a vector's point still depends on
no other vector. It takes about 15 us a vector. Tails are followed down to 1e-12.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.copula import cholesky_factor
from proofmark_reliability.errors import MissingExtra, OutOfRange, UnknownName, WrongShape

Parameters: TypeAlias = Mapping[str, float | Sequence[Sequence[float]]]

_EDGE = 2.0**-40
"""Probabilities nearer to 0 or 1 are taken as this: beyond, OpenTURNS answers NaN here and there."""
_WEAKEST_GUMBEL = 1.1
"""Closer to independence OpenTURNS answers NaN for ordinary points."""


def depend(family: str, parameters: Parameters, uniforms: FloatArray) -> FloatArray:
    """Give independent uniforms the dependence of a copula; each column stays uniform, the first unchanged.

    Parameters
    ----------
    family : str
        One of `FAMILIES`.
    parameters : mapping
        clayton {theta > 0}: joint low values; gumbel {theta >= 1.1}: joint high values; frank {theta, not 0}: neither;
        student {nu > 0, matrix}: joint extremes, the matrix in the order of the columns.
    uniforms : (n, d) float array
        Independent, strictly between 0 and 1; d = 2 but for student.

    Returns
    -------
    (n, d) float array, strictly between 0 and 1.

    Raises
    ------
    MissingExtra
        OpenTURNS is not installed.
    UnknownName
        No such family.
    OutOfRange, NotACorrelation, NotPositiveDefinite
        The parameters describe no copula.
    WrongShape
        The copula has another number of columns.

    References
    ----------
    Rosenblatt (1952), Annals of Mathematical Statistics 23(3): the transformation inverted here.
    """
    if family not in _FAMILIES:
        raise UnknownName("copula", FAMILIES, family)
    try:
        import openturns
    except ModuleNotFoundError as exc:
        raise MissingExtra(f"the {family} copula", "openturns") from exc
    copula = _FAMILIES[family](openturns, **parameters)
    if uniforms.shape[1:] != (copula.getDimension(),):
        raise WrongShape("uniforms", (len(uniforms), copula.getDimension()), uniforms.shape)
    dependent = np.empty_like(uniforms)
    for row, point in enumerate(np.clip(uniforms, _EDGE, 1 - _EDGE).tolist()):
        dependent[row] = copula.computeSequentialConditionalQuantile(point)
    dependent[:, 0] = uniforms[:, 0]
    return np.clip(dependent, np.finfo(np.float64).tiny, 1 - 2.0**-53)


def _clayton(openturns: Any, theta: float) -> Any:
    if not theta > 0:
        raise OutOfRange("theta of a clayton copula", "> 0", theta)
    return openturns.ClaytonCopula(theta)


def _gumbel(openturns: Any, theta: float) -> Any:
    if not theta >= _WEAKEST_GUMBEL:
        raise OutOfRange("theta of a gumbel copula", f">= {_WEAKEST_GUMBEL}", theta)
    return openturns.GumbelCopula(theta)


def _frank(openturns: Any, theta: float) -> Any:
    if not abs(theta) > 0:
        raise OutOfRange("theta of a frank copula", "other than 0", theta)
    return openturns.FrankCopula(theta)


def _student(openturns: Any, nu: float, matrix: Sequence[Sequence[float]]) -> Any:
    if not nu > 0:
        raise OutOfRange("nu of a student copula", "> 0", nu)
    cholesky_factor(matrix)
    return openturns.StudentCopula(nu, openturns.CorrelationMatrix([list(row) for row in matrix]))


_FAMILIES: dict[str, Callable[..., Any]] = {
    "clayton": _clayton,
    "gumbel": _gumbel,
    "frank": _frank,
    "student": _student,
}
FAMILIES: tuple[str, ...] = tuple(_FAMILIES)
