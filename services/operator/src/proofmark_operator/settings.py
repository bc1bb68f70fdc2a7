"""Where workers run, what each may use, and how many a study gets."""

from typing import Any

from pydantic import Field, Json

from proofmark_chassis import ServiceSettings


class OperatorSettings(ServiceSettings):
    namespace: str = "proofmark"
    """Where the Jobs of studies run; their quota is this namespace's."""
    image: str
    """The simulator's; `{engine}` stands for the version that opened the study: an upgrade leaves it its workers."""
    worker_bus_url: str | None = None
    """The bus as pods reach it; None: as the operator does."""
    worker_secret: str = "proofmark-simulator"
    """The secret with the workers' password of the compute zone, under the key `compute`."""
    max_pods: int = Field(50, gt=0, le=100_000)
    """Most pods of a study; an Indexed Job takes no more than 100,000 at a time."""
    chunk_vectors: int = Field(50, gt=0)
    """Vectors in a chunk as the sampler cuts them: more pods than chunks would wait for nothing."""
    cpu: str = "1"
    """Cores of a pod, requested and at most."""
    memory: str = "1Gi"
    """Of a pod, requested and at most."""
    scratch: str = "256Mi"
    """Size of a pod's /tmp."""
    restarts: int = Field(6, ge=0)
    """Failures of one of a Job's pods before its place stays empty; evictions do not count."""
    keep_s: int = Field(3600, ge=0)
    """How long a finished Job can still be looked at, if nobody deletes it."""
    grace_s: int = Field(30, gt=10)
    """From SIGTERM to SIGKILL; a worker hands its chunk back within ten seconds."""
    priority_class: str | None = None
    runtime_class: str | None = None
    """Such as `gvisor`; None runs pods as the cluster does."""
    kueue_queue: str | None = None
    """The local queue that admits Jobs, where Kueue is installed."""
    tolerations: Json[list[dict[str, Any]]] = []
    """Taints of the nodes that workers may use, such as those of spot instances."""
    idle_s: float = Field(60.0, gt=0)
    """How long pods wait for their study's next batch; then they leave until it is there. With Kueue they stay."""
    price_cpu_h: float | None = Field(None, ge=0)
    """What a CPU hour costs, in the currency of the installation."""
    sync_s: float = Field(2.0, gt=0)
    """How often the status of a resource is brought up to date."""
