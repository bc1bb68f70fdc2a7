"""Exit codes: one meaning each, so that scripts can tell a rejected design from a lost bus."""

from enum import IntEnum


class Exit(IntEnum):
    OK = 0
    """Released."""
    INTERNAL = 1
    USAGE = 2
    """Wrong usage, or an invalid spec."""
    REJECTED = 3
    RUN_FAILED = 4
    """No run gave an answer, or the study could not be carried to a verdict."""
    BAD_SIGNATURE = 5
    """A signature or the chain of custody is broken."""
    BUS_UNREACHABLE = 6
    TIMED_OUT = 7
    NOT_PROVEN = 8
    FIRMWARE_FAILED = 9
    CANCELLED = 10
    INTERRUPTED = 130


OF_OUTCOME = {
    "released": Exit.OK,
    "rejected": Exit.REJECTED,
    "not-proven": Exit.NOT_PROVEN,
    "failed": Exit.RUN_FAILED,
    "cancelled": Exit.CANCELLED,
}
