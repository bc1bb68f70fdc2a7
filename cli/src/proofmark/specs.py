"""Specs as commands take them: a path in, a checked spec or a usage failure out."""

from collections.abc import Callable
from pathlib import Path

from proofmark.exits import Exit
from proofmark.failures import Failure
from proofmark_spec import Spec, SpecError, load


def load_spec(path: Path) -> Spec:
    """Read a spec file.

    Raises
    ------
    Failure
        There is none, or it is invalid: every problem with its file, line and column.
    """
    if not path.exists():
        raise Failure(f"{path}: no such file", Exit.USAGE)
    if path.is_dir():
        raise Failure(f"{path}: expected a spec file, got a folder", Exit.USAGE)
    return checked(lambda: load(path))


def checked(read: Callable[[], Spec]) -> Spec:
    """Read a spec by whatever way.

    Raises
    ------
    Failure
        It is invalid.
    """
    try:
        return read()
    except SpecError as error:
        raise Failure(f"the spec is invalid\n{error}", Exit.USAGE) from error
