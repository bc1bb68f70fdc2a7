"""What many studies of one problem by one method add up to."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from bench.solving import Result
from proofmark_reliability.intervals import upper_limit


@dataclass(frozen=True)
class Figures:
    """Errors are relative to the true probability of failure; a study that refuses to certify found nothing."""

    studies: int
    rmse: float
    """Refusals count as misses: an error of 100 %."""
    rmse_of_all: float
    """Refusals count by what they say."""
    bias: float
    evaluations: float
    batches: float
    exact: int
    exact_covering: int
    conditional: int
    conditional_covering: int
    bounded: int
    """Certified studies whose interval or model-free bound holds."""
    model_free: float
    """Median of the model-free bound over the true probability."""
    overhead_us: float
    """For each evaluation."""

    @property
    def certified(self) -> float:
        return (self.exact + self.conditional) / self.studies

    def told(self) -> dict[str, Any]:
        return asdict(self)


def figures(results: Sequence[Result], pf: float) -> Figures:
    """Add up what studies of ours ended with."""

    def covering(chosen: Iterable[Result]) -> int:
        return sum(result.low <= pf <= result.high for result in chosen)

    said = np.array([(result.pf or 0.0) / pf - 1 for result in results])
    refused = np.array([result.certified == "no" for result in results])
    exact = [result for result in results if result.certified == "exact"]
    conditional = [result for result in results if result.certified == "conditional"]
    evaluations = sum(result.evaluations for result in results)
    return Figures(
        studies=len(results),
        rmse=_root_mean_square(np.where(refused, -1.0, said)),
        rmse_of_all=_root_mean_square(said),
        bias=float(said.mean()),
        evaluations=evaluations / len(results),
        batches=float(np.mean([result.batches for result in results])),
        exact=len(exact),
        exact_covering=covering(exact),
        conditional=len(conditional),
        conditional_covering=covering(conditional),
        bounded=covering(exact)
        + sum(result.low <= pf <= result.high or result.model_free_high >= pf for result in conditional),
        model_free=float(np.median([result.model_free_high for result in results])) / pf,
        overhead_us=1e6 * sum(result.engine_s for result in results) / evaluations,
    )


@dataclass(frozen=True)
class PeerFigures:
    """What the peer's studies add up to; it certifies and refuses nothing."""

    studies: int
    rmse: float
    evaluations: float
    batches: float
    covering: int

    def told(self) -> dict[str, Any]:
        return asdict(self)


def peer_figures(results: Sequence[Sequence[float | None]], pf: float) -> PeerFigures:
    """Add up what studies of the peer ended with: (pf, low, high, evaluations, calls) each, None if not said."""
    said, _, _, evaluations, calls = np.array(results, dtype=np.float64).T
    return PeerFigures(
        studies=len(results),
        rmse=_root_mean_square(said / pf - 1),
        evaluations=float(evaluations.mean()),
        batches=float(calls.mean()),
        covering=sum(low is not None and high is not None and low <= pf <= high for _, low, high, _, _ in results),
    )


def too_seldom(right: int, studies: int, share: float, tests: int, family_error: float = 0.01) -> bool:
    """Whether a binomial test rejects that the share is right, one of so many tests that together err that seldom."""
    return studies > 0 and upper_limit(right, studies, 1 - family_error / tests) < share


def _root_mean_square(values: "np.ndarray[Any, np.dtype[np.float64]]") -> float:
    return float(np.sqrt((values**2).mean()))
