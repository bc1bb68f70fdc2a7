"""Names in the cluster that follow from a study's."""

from importlib.metadata import version

GROUP = "proofmark.dev"
VERSION = "v1alpha1"
PLURAL = "designstudies"
KIND = "DesignStudy"
STUDY_LABEL = f"{GROUP}/study"
FINALIZER = f"{GROUP}/cancel"
TENANT_ANNOTATION = f"{GROUP}/tenant"
RESTING_ANNOTATION = f"{GROUP}/resting"
"""Its Job is suspended until the next batch, by an operator and by nobody else."""
ENGINE = version("proofmark-contracts")


def job_name(study: str) -> str:
    """The one name a study's Job can have: whoever creates it second is told that it exists."""
    return f"simulate-{study}"
