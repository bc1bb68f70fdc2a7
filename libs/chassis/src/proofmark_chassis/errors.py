"""The words of failure: two that handlers speak, and what the bus can answer."""


class ChassisError(Exception):
    """Root of everything the chassis raises."""


class SettingsRefused(ChassisError):
    """The environment does not say what the service needs to know."""


class RetryLater(ChassisError):
    """The handler cannot go on yet: deliver the message again after `delay_s` seconds."""

    def __init__(self, delay_s: float) -> None:
        super().__init__(f"retry in {delay_s:g} s")
        self.delay_s = delay_s


class Rejected(ChassisError):
    """The message will never do: park it in the dead letters at once."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Conflict(ChassisError):
    """The subject already states something else."""

    def __init__(self, subject: str, expected: str, got: str) -> None:
        super().__init__(f"{subject}: expected {expected[:12]}, got {got[:12]} already recorded")
        self.subject = subject


class StateConflict(ChassisError):
    """Another writer moved the state since it was read."""


class MessageTooLarge(ChassisError):
    """A message with its headers exceeds what the server takes."""

    def __init__(self, subject: str, size: int, limit: int) -> None:
        super().__init__(f"{subject}: expected at most {limit} bytes with headers, got {size}")
        self.size = size
        self.limit = limit


class ObjectMissing(ChassisError):
    """The object store has no object of this digest."""

    def __init__(self, bucket: str, digest: str) -> None:
        super().__init__(f"object {digest[:12]} is not in bucket {bucket}")
        self.digest = digest


class ObjectAltered(ChassisError):
    """The bytes in the object store do not have the digest they are stored under."""

    def __init__(self, bucket: str, expected: str, got: str) -> None:
        super().__init__(f"object in bucket {bucket}: expected sha256 {expected[:12]}, got {got[:12]}")


class JetStreamMissing(ChassisError):
    """The server does not store messages."""

    def __init__(self, zone: str) -> None:
        super().__init__(f"account {zone} of the nats-server: expected JetStream enabled, got none")


class StreamMismatch(ChassisError):
    """A stream or consumer of this name exists and means something else."""

    def __init__(self, name: str, differences: dict[str, tuple[object, object]]) -> None:
        told = "; ".join(f"{key}: expected {want!r}, got {got!r}" for key, (want, got) in differences.items())
        super().__init__(f"{name} means something else: {told}")
        self.differences = differences
