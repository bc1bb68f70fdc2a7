"""From points of the unit cube to vectors of quantities in SI units."""

from collections.abc import Mapping, Sequence

import numpy as np

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.copula import correlate
from proofmark_reliability.errors import UnknownName, WrongShape
from proofmark_reliability.marginals import Parameters, quantile


def vectors(
    marginals: Mapping[str, tuple[str, Parameters]],
    correlation: tuple[Sequence[str], Sequence[Sequence[float]]] | None,
    uniforms: FloatArray,
) -> dict[str, FloatArray]:
    """Return one column for each random parameter.

    Parameters
    ----------
    marginals : mapping
        Name of each random parameter to its (kind, parameters), see `marginals.quantile`; in the order of the columns.
    correlation : (names, matrix), optional
        Correlation in standard-normal space of the named parameters; the others are independent. Of a discrete
        parameter it is the correlation of the normal score that its value is read from, not of the values: those
        keep their weights, and correlate less.
    uniforms : (n, d) float array
        Points of the unit cube, one column for each marginal.

    Returns
    -------
    dict of (n,) float arrays, in the units of the marginals, in their order.

    Raises
    ------
    WrongShape
        Not one column for each marginal.
    UnknownName
        A correlated parameter is not random.
    """
    names = list(marginals)
    if uniforms.shape[1:] != (len(names),):
        raise WrongShape("uniforms", (len(uniforms), len(names)), uniforms.shape)
    if correlation is not None:
        order, matrix = correlation
        for name in order:
            if name not in marginals:
                raise UnknownName("correlated parameter", names, name)
        columns = [names.index(name) for name in order]
        uniforms = uniforms.copy()
        uniforms[:, columns] = correlate(uniforms[:, columns], matrix)
    by_column = np.ascontiguousarray(uniforms.T)
    return {
        name: quantile(kind, parameters, by_column[column])
        for column, (name, (kind, parameters)) in enumerate(marginals.items())
    }


def medians(marginals: Mapping[str, tuple[str, Parameters]]) -> dict[str, float]:
    """Return the median of each parameter; `marginals` as in `vectors`."""
    middle = np.array([0.5])
    return {name: float(quantile(kind, parameters, middle)[0]) for name, (kind, parameters) in marginals.items()}
