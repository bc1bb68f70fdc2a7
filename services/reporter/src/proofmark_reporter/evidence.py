"""What a report is made of, and the check that it does not contradict itself."""

from dataclasses import dataclass

from proofmark_contracts.assessment import Estimate, ReliabilityAssessed
from proofmark_contracts.custody import Verdict
from proofmark_contracts.design import Design
from proofmark_contracts.study import StudyOpened
from proofmark_reliability.designs import METHODS
from proofmark_reliability.tally import Group, groups
from proofmark_reporter.firmware import FirmwareTold
from proofmark_reporter.heat import Heat
from proofmark_reporter.runs import Runs
from proofmark_reporter.tracing import Traced


class EvidenceContradictsItself(ValueError):
    """The assessment states other counts than the tables hold."""

    def __init__(self, what: str, assessed: int, counted: int) -> None:
        super().__init__(f"{what}: the assessment states {assessed}, the tables hold {counted}")
        self.what, self.assessed, self.counted = what, assessed, counted


@dataclass(frozen=True)
class Evidence:
    """Everything known of a decided study.

    Raises
    ------
    EvidenceContradictsItself
        Runs, missing runs or failures of an estimate are not those of the tables.
    """

    opened: StudyOpened
    assessed: ReliabilityAssessed
    verdict: Verdict
    """As the gate signed it."""
    reasons: tuple[str, ...]
    """The gate's, as signed."""
    gate_keyid: str
    decision_sha256: str
    """Of the payload that the gate signed."""
    runs: Runs
    model_source: str | None = None
    """Text of the model's file, or of the controller's, if it is one."""
    heat: Heat | None = None
    """Its temperatures, if the design has a thermal section."""
    traced: Traced | None = None
    """What some of the runs did over time, if they run in time."""
    firmware: FirmwareTold | None = None
    """What came of it, if the design asked for one and was approved."""

    def __post_init__(self) -> None:
        for group, estimate in zip(self.judged, self.assessed.estimates, strict=True):
            for what, stated, held in (
                ("runs", estimate.samples, len(self.runs)),
                ("missing runs", estimate.missing, int((~self.runs.answered).sum())),
                ("failures", estimate.failures, int(self.runs.failed(group.members).sum())),
            ):
                if stated != held:
                    raise EvidenceContradictsItself(f"{what} of {estimate.name}", stated, held)

    @property
    def design(self) -> Design:
        return self.opened.design

    @property
    def nominal(self) -> dict[str, float]:
        """Metrics that are known where every parameter has its median, SI."""
        return {
            **(self.traced.nominal if self.traced else {}),
            **(self.heat.assessed.temperatures if self.heat else {}),
        }

    @property
    def plain(self) -> bool:
        """Whether every run was drawn from the parameters' own distribution."""
        return bool(self.runs.plain.all())

    @property
    def weighed(self) -> bool:
        """Whether the estimate comes from the weights of final runs."""
        return bool(self.runs.final.any())

    @property
    def watched(self) -> bool:
        """Whether how many plain runs there are may depend on what they found, so that their limits must hold at every
        moment."""
        plan = self.design.reliability
        return plan.stop != "samples" or plan.method not in METHODS

    @property
    def judged(self) -> tuple[Group, ...]:
        """What each estimate is of, in their order."""
        asked = self.design.requirements
        return groups([one.name for one in asked], [one.target for one in asked], self.design.reliability.target)

    @property
    def decisive(self) -> Estimate:
        """The estimate that the verdict hangs on: one that missed its target, one that is open, or the closest one; the
        system's where it hangs on the nominal temperatures."""
        estimates = self.assessed.estimates
        uncertified = [e for e in estimates if e.certified == "no"]
        if self.verdict == "rejected":
            missed = [e for e in estimates if e.bound_high < e.target and e not in uncertified]
            return (*missed, *estimates)[0]
        if self.verdict == "not-proven":
            conditional = [e for e in estimates if e.certified == "conditional"]
            return (*uncertified, *(e for e in estimates if e.bound_low < e.target), *conditional, *estimates)[0]
        return min(estimates, key=lambda e: e.bound_low - e.target)
