"""An opened study, and the settings of an operator."""

from typing import Any

from proofmark_contracts.study import StudyOpened
from proofmark_operator.settings import OperatorSettings
from tests.designs import clearance_design

STUDY = "abcdefghij2345klmnop-r1"


def opened(study: str = STUDY, tenant: str = "team-a", **reliability: Any) -> StudyOpened:
    return StudyOpened(
        study=study,
        tenant=tenant,
        event="e",
        submission_sha256="0" * 64,
        design=clearance_design(**reliability),
        attempt=1,
        deadline_s=60.0,
        engine="0.1.0",
    )


def settings(**more: str) -> OperatorSettings:
    told = {"image": "registry/simulator:{engine}", **more}
    return OperatorSettings.from_environment({f"PROOFMARK_{name.upper()}": value for name, value in told.items()})
