"""How finely a batch is cut."""

from pydantic import Field

from proofmark_chassis import ServiceSettings


class SamplerSettings(ServiceSettings):
    chunk_vectors: int | None = Field(None, gt=0)
    """Vectors that one worker takes at once; None fits it to the model and to what a message can carry."""
