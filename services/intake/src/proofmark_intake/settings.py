"""What an installation lets in, and for how long."""

from pydantic import Field

from proofmark_chassis import ServiceSettings


class IntakeSettings(ServiceSettings):
    deadline_s: float = Field(86_400.0, gt=0)
    """Unpaused seconds from opening until runs without an answer count as missing."""
    closing_grace_s: float = Field(600.0, gt=0)
    """Seconds after the deadline for the assessment on what there is; then the study is closed as failed."""
    quota_studies: int = Field(20, gt=0)
    """Studies that a tenant may have open at once."""
    quota_samples: int = Field(20_000_000, gt=0)
    """Vectors that the open studies of a tenant may ask for together."""
    inline_files_bytes: int = Field(256 * 1024, gt=0)
    """Files inside a submission, in all; larger ones are uploaded before."""
    allow_python_models: bool = False
    """Python models and FMUs run as plain processes until isolation tiers exist: only for specs of one's own."""
