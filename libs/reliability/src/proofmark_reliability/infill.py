"""Which runs to ask for next: those that tell most about where failure begins, and those far from all others."""

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import ndtr

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.emulation import Emulators


def most_telling(
    emulators: Emulators, points: FloatArray, candidates: FloatArray, asked: FloatArray, count: int
) -> FloatArray:
    """Return the candidates that together lower the doubt about failure most, found one after another.

    The doubt at a point is the variance of each margin there, relative to what it is now, weighed by the density of a
    margin of zero and by the probability that no other requirement is violated: it is highest where a run would decide
    whether the point fails. After each choice variances are those that its run will leave, whatever it finds, so runs
    of one batch do not repeat one another.

    Parameters
    ----------
    emulators : Emulators
    points : (n, d) float array
        Where the doubt counts, each as much as any other.
    candidates : (c, d) float array
    asked : (k, d) float array
        Runs that gave no answer: asking near them again is taken to tell nothing.
    count : int

    Returns
    -------
    (count, d) float array

    References
    ----------
    Picheny, Ginsbourger, Roustant, Haftka & Kim (2010), Journal of Mechanical Design 132(7): targeted variance.
    Chevalier, Bect, Ginsbourger, Vazquez, Picheny & Richet (2014), Technometrics 56(4): batches.
    """
    offered = np.concatenate((asked, candidates))
    mean, deviation = emulators.predict(points)
    safe = ndtr(mean / deviation)
    others_safe = safe.prod(axis=0) / np.maximum(safe, np.finfo(np.float64).tiny)
    weights = np.exp(-0.5 * (mean / deviation) ** 2) * others_safe / deviation**2
    across = np.stack([part.covariance(points, offered) for part in emulators.parts])
    among = np.stack([part.covariance(offered, offered) for part in emulators.parts])
    diagonal = np.arange(len(offered))
    noise = emulators.predict(offered)[1] ** 2 - among[:, diagonal, diagonal]

    def choose(index: int) -> None:
        nonlocal across, among
        share = among[:, index] / (among[:, index, index] + noise[:, index])[:, np.newaxis]
        across = across - across[:, :, [index]] * share[:, np.newaxis]
        among = among - among[:, :, [index]] * share[:, np.newaxis]

    for index in range(len(asked)):
        choose(index)
    chosen: list[int] = []
    for _ in range(count):
        variances = np.maximum(among[:, diagonal, diagonal], 0) + noise
        gains = (np.einsum("rn,rnc->rc", weights, across**2) / variances).sum(axis=0)
        gains[: len(asked)] = -1
        gains[chosen] = -1
        chosen.append(int(np.argmax(gains)))
        choose(chosen[-1])
    return np.asarray(offered[chosen])


def least_explored(known: FloatArray, radius: float, normals: FloatArray, count: int) -> FloatArray:
    """Return points at a distance from the origin that lie furthest from all known ones and from each other.

    A region that no run has come near matters only if its probability is comparable with pf: if it comes as near to the
    origin as the known failures do.

    Parameters
    ----------
    known : (n, d) float array
        Those further out count where their direction meets the sphere.
    radius : float
    normals : (m, d) float array
        Directions to choose from.
    count : int

    Returns
    -------
    (count, d) float array
    """
    sphere = radius * normals / np.linalg.norm(normals, axis=1, keepdims=True)
    inside = known * (radius / np.maximum(np.linalg.norm(known, axis=1, keepdims=True), radius))
    nearest = cdist(sphere, inside).min(axis=1)
    chosen: list[int] = []
    for _ in range(count):
        chosen.append(int(np.argmax(nearest)))
        nearest = np.minimum(nearest, cdist(sphere, sphere[chosen[-1:]])[:, 0])
    return np.asarray(sphere[chosen])
