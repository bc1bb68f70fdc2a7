"""What an estimate rests on: which runs bound the probability of failure, and whether the bounds may be relied on."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from proofmark_reliability.bounds import Bounds, Counted, FinalRuns, OfTheUnion, Scrambles, Watched
from proofmark_reliability.certificates import (
    CUT_SHORT_REASON,
    HYPERCUBE_REASON,
    SALTELLI_REASON,
    SCRAMBLES_REASON,
    STATED_REASON,
    WEIGHED_REASON,
    Certified,
    scrambles_refusal,
    stated_refusal,
)
from proofmark_reliability.designs import METHODS
from proofmark_reliability.intervals import hypercube_upper_limit, two_sided
from proofmark_reliability.protocol import Stated
from proofmark_reliability.tally import Tally
from proofmark_reliability.weighing import Weighed, at_look, contradiction, refusal

DEPENDENT = frozenset(METHODS) - {"monte-carlo"}
"""Designs whose points depend on one another."""


@dataclass(frozen=True)
class Evidence:
    """What a study has besides the counts of its plain runs."""

    spent: Tally | None = None
    """All runs, of every role; None if all are plain."""
    watched: bool = False
    """A rule looked at the plain runs while they came and might have stopped them."""
    weighed: Sequence[Weighed] = ()
    """Of the final runs, one for each group; empty if there were none."""
    looks: int = 1
    """Planned for the final runs, see `protocol.Proposal`."""
    stated: Stated | None = None
    refusal: str = ""
    """The algorithm's own."""


@dataclass(frozen=True)
class Plain:
    """Counts of the plain runs, for one group."""

    failures: int
    missing: int
    runs: int

    @classmethod
    def of(cls, counts: Tally, group: int) -> "Plain":
        return cls(sum(counts.failures[group]), sum(counts.missing), sum(counts.samples))

    @property
    def pf(self) -> float | None:
        return self.failures / (self.runs - self.missing) if self.runs > self.missing else None

    @property
    def counted(self) -> Counted:
        return Counted(self.failures, self.missing, self.runs)

    @property
    def watched(self) -> Watched:
        return Watched(self.failures, self.missing, self.runs)


@dataclass(frozen=True)
class Basis:
    """What an estimate rests on."""

    pf: float | None
    bounds: Bounds
    certified: Certified
    reason: str


def basis_of(plain: Plain, group: int, counts: Tally, method: str, confidence: float, evidence: Evidence) -> Basis:
    """Return what the estimate of one group rests on; see `estimate.assess`."""
    if evidence.weighed:
        return _weighed(plain, evidence.weighed[group], confidence, evidence)
    if evidence.stated is not None:
        return _stated(plain, evidence.stated, len(counts.failures) == 1, confidence, evidence)
    if evidence.refusal:
        return _refused(plain, plain.pf, confidence, evidence.refusal)
    if method in DEPENDENT:
        return _dependent(plain, counts.failures[group], counts, method, evidence.watched)
    return Basis(plain.pf, _independent(plain, method, evidence.watched), "exact", "")


def model_free_high(plain: Plain, method: str, confidence: float, watched: bool) -> float | None:
    """Return the one-sided upper bound of pf that plain runs give whatever the model; None where they give none."""
    if plain.runs == 0:
        return None
    if method not in DEPENDENT:
        return _independent(plain, method, watched).at_most(confidence)
    if method == "latin-hypercube" and not watched:
        return hypercube_upper_limit(plain.failures + plain.missing, plain.runs, confidence)
    return None


def _independent(plain: Plain, method: str, watched: bool) -> Bounds:
    """Return the bounds of independent runs: an adaptive algorithm's are as many as it saw fit, like watched ones."""
    return plain.counted if method == "monte-carlo" and not watched else plain.watched


def _dependent(plain: Plain, failures: tuple[int, ...], counts: Tally, method: str, watched: bool) -> Basis:
    if watched:
        why = CUT_SHORT_REASON
    elif method.startswith("latin-hypercube"):
        return Basis(plain.pf, plain.counted, "conditional", HYPERCUBE_REASON)
    elif method == "saltelli":
        why = SALTELLI_REASON
    else:
        why = scrambles_refusal(failures, counts)
    if why:
        told = f"{why}; Clopper-Pearson is shown instead, which dependent points do not warrant"
        return Basis(plain.pf, plain.counted, "no", told)
    return Basis(plain.pf, Scrambles(failures, counts), "conditional", SCRAMBLES_REASON)


def _weighed(plain: Plain, sums: Weighed, confidence: float, evidence: Evidence) -> Basis:
    each = at_look(two_sided(confidence), evidence.looks)
    why = evidence.refusal or refusal(sums, plain.failures, plain.runs, plain.missing, each)
    if why:
        return _refused(plain, sums.pf, confidence, why)
    return Basis(sums.pf, FinalRuns(sums, evidence.looks), "conditional", WEIGHED_REASON)


def _stated(plain: Plain, stated: Stated, alone: bool, confidence: float, evidence: Evidence) -> Basis:
    bounds = OfTheUnion(stated, alone)
    missing = sum(evidence.spent.missing) if evidence.spent else plain.missing
    why = evidence.refusal or stated_refusal(stated, missing)
    if not why:
        interval = bounds.at_least(two_sided(confidence)), bounds.at_most(two_sided(confidence))
        why = contradiction(*interval, plain.failures, plain.runs, plain.missing)
    if why:
        return _refused(plain, stated.pf, confidence, why)
    reason = STATED_REASON if alone else f"{STATED_REASON}; it is that of all requirements, which bounds each of them"
    return Basis(stated.pf, bounds, "conditional", reason)


def _refused(plain: Plain, pf: float | None, confidence: float, why: str) -> Basis:
    """What is left of the algorithm's estimate: bounds from plain runs alone, and its guess where they allow it."""
    bounds = plain.watched
    told = f"{why}; the bounds are those of {plain.runs} plain runs alone"
    if pf is None or not isfinite(pf):
        return Basis(plain.pf, bounds, "no", told)
    within = min(max(pf, bounds.at_least(two_sided(confidence))), bounds.at_most(two_sided(confidence)))
    return Basis(within, bounds, "no", told)
