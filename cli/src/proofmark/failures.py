"""From what went wrong to one clear sentence on stderr and the right exit code."""

import contextlib
import os
import sys
from collections.abc import Iterator

from proofmark.exits import Exit


class Failure(Exception):
    """A command cannot do what it was asked; the message is for the person who asked."""

    def __init__(self, message: str, code: Exit) -> None:
        super().__init__(message)
        self.code = code


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Turn what commands raise into a message and an exit code."""
    from cyclopts import CycloptsError

    try:
        yield
    except Failure as failure:
        print(f"proofmark: {failure}", file=sys.stderr)
        sys.exit(failure.code)
    except CycloptsError:
        sys.exit(Exit.USAGE)
    except KeyboardInterrupt:
        print("proofmark: interrupted", file=sys.stderr)
        sys.exit(Exit.INTERRUPTED)
    except Exception as error:
        _tell_unforeseen(error)


def _tell_unforeseen(error: Exception) -> None:
    from nats.errors import Error as NatsError

    from proofmark_chassis.errors import ChassisError

    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.OK)
    if isinstance(error, (NatsError, ConnectionError)):
        print(f"proofmark: the bus cannot be reached: {error}", file=sys.stderr)
        sys.exit(Exit.BUS_UNREACHABLE)
    if isinstance(error, (OSError, ChassisError)):
        print(f"proofmark: {error}", file=sys.stderr)
        sys.exit(Exit.INTERNAL)
    raise error
