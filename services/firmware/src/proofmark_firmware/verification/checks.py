"""What a verification says: named checks, each with an outcome and figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from proofmark_contracts.verification import Check, CheckOutcome


@dataclass(frozen=True)
class Checked:
    """One thing that was looked at."""

    name: str
    outcome: CheckOutcome
    told: str
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return self.outcome == "failed"

    @property
    def record(self) -> Check:
        """As messages carry it."""
        return Check(name=self.name, outcome=self.outcome, told=self.told)


def checked(name: str, problems: list[str], told: str, figures: Mapping[str, float] | None = None) -> Checked:
    """Passed, with what is told, unless there are problems; the first few are told then."""
    if problems:
        more = f"; and {len(problems) - 3} more" if len(problems) > 3 else ""
        return Checked(name, "failed", "; ".join(problems[:3]) + more, figures or {})
    return Checked(name, "passed", told, figures or {})
