"""How a service lives on NATS JetStream: connect, consume, heartbeat, retry, park, fold, trace, log, drain."""

from proofmark_chassis.context import Context
from proofmark_chassis.errors import Conflict, ObjectMissing, Rejected, RetryLater
from proofmark_chassis.service import Service
from proofmark_chassis.settings import ServiceSettings

__all__ = ["Conflict", "Context", "ObjectMissing", "Rejected", "RetryLater", "Service", "ServiceSettings"]
