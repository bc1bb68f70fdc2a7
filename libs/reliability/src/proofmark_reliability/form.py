"""FORM: searches for design points from several starts at once, and what they imply. A start, never a certificate.

In every iteration each search asks for one run where it stands and one a small step along each parameter; all searches
share one batch. One more batch tells the curvatures of the edge of failure at the design points (SORM), where there are
few enough parameters.

A search starts at the origin for each requirement, and at the pilot's runs nearest to failing that lie in clearly
different directions, for the requirement that is worst there. Regions that none of these lead to are not seen, and a
curved edge is only approximated: no interval follows from this.

References
----------
Der Kiureghian, Lin & Hwang (1987), Journal of Engineering Mechanics 113(8): curvatures.
"""

from dataclasses import replace

import numpy as np

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.counters import WORDS_PER_COUNTER, Region, unit_interval, words
from proofmark_reliability.design_points import DesignPoint, distinct, union
from proofmark_reliability.design_search import SLOPE_STEP, Search
from proofmark_reliability.normals import to_uniforms
from proofmark_reliability.protocol import Block, Pilot, Proposal, Question, Stated, closing
from proofmark_reliability.scaling import robust_scales

NOT_A_CERTIFICATE = "FORM is a start, not a certificate"
RELATIVE_ERROR = 10.0
"""Stated with the estimate. None is known: one so large that no interval would mean anything."""
ITERATIONS = 15
STARTS = 3
"""From the pilot, at most."""
APART = 0.5
"""Cosine of the least angle between starts, 60 degrees."""
CURVATURE_STEP = 0.25
CURVED_DIMENSIONS = 20
"""Curvatures take about d**2 / 2 runs."""
TWINS = 0.5
"""Distance below which two searches found the same design point."""
_UNION_DRAWS = 20_000


class Form:
    """Ask and tell.

    Parameters
    ----------
    question : Question
    pilot : Pilot
        Plain runs, to start from the worst of them; there may be none.

    Attributes
    ----------
    design_points : list of DesignPoint
        Those found so far, most probable first; with curvatures at the end.
    """

    def __init__(self, question: Question, pilot: Pilot) -> None:
        self._question = question
        self._budget = question.samples - len(pilot.normals)
        self._batch = pilot.batches
        self._searches = _starts(question, pilot)
        self._iteration = 0
        self.design_points: list[DesignPoint] = []
        self._asked = self._look()

    def ask(self) -> Proposal:
        return self._asked

    def tell(self, margins: FloatArray) -> None:
        self._budget -= len(margins)
        if self._iteration > ITERATIONS:
            self.design_points = distinct(self._curved(margins), TWINS)
            self._asked = self._conclude()
            return
        stencil = self._question.dimensions + 1
        places = {at.tobytes(): index * stencil for index, at in enumerate(self._centres)}
        for index, search in enumerate(self._searches):
            if not search.is_over:
                first = places[search.at.tobytes()]
                self._searches[index] = search.told(margins[first : first + stencil, search.requirement])
        self._iteration += 1
        self.design_points = distinct([search.found for search in self._searches if search.found is not None], TWINS)
        self._asked = self._look()

    def _look(self) -> Proposal:
        """Return the runs of the next iteration; those for curvatures when it is the last."""
        going_on = {search.at.tobytes(): search.at for search in self._searches if not search.is_over}
        self._centres = list(going_on.values())
        dimensions = self._question.dimensions
        runs = len(self._centres) * (dimensions + 1)
        if not runs or self._iteration == ITERATIONS or runs > self._budget:
            return self._look_for_curvatures()
        steps = np.vstack((np.zeros(dimensions), SLOPE_STEP * np.eye(dimensions)))
        points = np.concatenate([centre + steps for centre in self._centres])
        return _learning(points, f"FORM: iteration {self._iteration + 1} of at most {ITERATIONS}")

    def _look_for_curvatures(self) -> Proposal:
        dimensions = self._question.dimensions
        self._iteration = ITERATIONS + 1
        offsets = _curvature_offsets(dimensions)
        runs = len(self.design_points) * len(offsets)
        if not 0 < runs <= self._budget or dimensions > CURVED_DIMENSIONS:
            return self._conclude()
        points = [point.normals + offsets @ _axes(point.outward).T for point in self.design_points]
        return _learning(np.concatenate(points), "SORM: curvatures at the design points")

    def _curved(self, margins: FloatArray) -> list[DesignPoint]:
        parts = np.split(margins, len(self.design_points))
        return [
            replace(point, curvatures=_curvatures(part[:, point.requirement], self._question.dimensions))
            for point, part in zip(self.design_points, parts, strict=True)
        ]

    def _conclude(self) -> Proposal:
        dimensions = self._question.dimensions
        if not self.design_points:
            return closing(dimensions, refusal=f"{NOT_A_CERTIFICATE}, and found no design point")
        counters = -(-_UNION_DRAWS * (1 + dimensions) // WORDS_PER_COUNTER)
        raw = words(self._question.seed, self._batch, 0, counters, Region.EMULATION).ravel()
        uniforms = unit_interval(raw[: _UNION_DRAWS * (1 + dimensions)]).reshape(_UNION_DRAWS, 1 + dimensions)
        nearest = self.design_points[0]
        return closing(
            dimensions,
            reason=f"FORM: {len(self.design_points)} design points, the nearest at beta = {nearest.beta:.3g}",
            refusal=NOT_A_CERTIFICATE,
            stated=Stated(union(self.design_points, uniforms), RELATIVE_ERROR),
        )


def _starts(question: Question, pilot: Pilot) -> list[Search]:
    origin = np.zeros(question.dimensions)
    searches = [
        Search(requirement, origin, np.eye(question.dimensions)) for requirement in range(question.requirements)
    ]
    scaled = pilot.margins / robust_scales(pilot.margins)
    directions: list[FloatArray] = []
    for index in np.argsort(scaled.min(axis=1), kind="stable"):
        if len(directions) == STARTS or np.isnan(scaled[index]).any():
            break
        direction = pilot.normals[index] / np.linalg.norm(pilot.normals[index])
        if all(float(direction @ other) < APART for other in directions):
            directions.append(direction)
            searches.append(Search(int(scaled[index].argmin()), pilot.normals[index], np.eye(question.dimensions)))
    return searches


def _learning(points: FloatArray, reason: str) -> Proposal:
    runs = len(points)
    return Proposal(to_uniforms(points), (Block("learning", runs),), log_weights=np.zeros(runs), reason=reason)


def _axes(outward: FloatArray) -> FloatArray:
    """Return orthonormal columns of which the first points outward."""
    axes = np.linalg.qr(np.column_stack((outward, np.eye(len(outward)))))[0]
    axes[:, 0] = outward
    return axes


def _curvature_offsets(dimensions: int) -> FloatArray:
    """Return the points, seen from a design point along its axes, that tell the curvatures of the edge."""
    steps = np.eye(dimensions)
    across = CURVATURE_STEP * steps[1:]
    rows, columns = np.triu_indices(dimensions - 1, 1)
    return np.vstack((0 * steps[:1], SLOPE_STEP * steps[:1], across, -across, across[rows] + across[columns]))


def _curvatures(margins: FloatArray, dimensions: int) -> FloatArray:
    """Return the principal curvatures from margins at those points; none if one has no answer or all are the same."""
    steepness = (margins[0] - margins[1]) / SLOPE_STEP
    if not np.isfinite(margins).all() or not steepness > 0:
        return np.empty(0)
    ahead, behind, pairs = np.split(margins[2:] - margins[0], [dimensions - 1, 2 * dimensions - 2])
    rows, columns = np.triu_indices(dimensions - 1, 1)
    hessian = np.diag(ahead + behind)
    hessian[rows, columns] = pairs - ahead[rows] - ahead[columns]
    hessian[columns, rows] = hessian[rows, columns]
    return np.asarray(np.linalg.eigvalsh(hessian / CURVATURE_STEP**2 / steepness))
