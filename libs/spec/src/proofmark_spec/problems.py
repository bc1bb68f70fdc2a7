"""What is wrong with a spec, and where: all of it at once, as far as one mistake does not hide the next."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NoReturn

MOST_TOLD, LONGEST_SHOWN = 50, 80
Path = tuple[str | int, ...]
"""Keys and indices from the top of the document."""


@dataclass(frozen=True)
class Problem:
    source: str
    path: str
    """Such as `parameters.load` or `requirements[0].metric`; empty for the document itself."""
    message: str
    line: int | None = None
    """From 1; None where the document came without a file."""
    column: int | None = None

    def __str__(self) -> str:
        place = self.source if self.line is None else f"{self.source}:{self.line}:{self.column}"
        return ": ".join(part for part in (place, self.path, self.message) if part)


class SpecError(ValueError):
    """A spec that means nothing; `problems` says why, in the order of the document."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class Wrong(ValueError):
    """One mistake, at the place where it is raised; the nearest `Report.catching` knows the place."""

    def __init__(self, message: str, *below: str | int) -> None:
        super().__init__(message)
        self.below = below
        """Path from the place that is being read to the mistake."""


@dataclass
class Report:
    """Collects problems while a document is read."""

    source: str
    positions: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """(line, column) of each value, from 1; a collection stands where its key does."""
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """(line, column) of each key."""
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Path, message: str) -> None:
        """Note what is wrong with a value."""
        line, column = self._position(path)
        self.problems.append(Problem(self.source, told(path), message, line, column))

    def add_key(self, path: Path, message: str) -> None:
        """Note what is wrong with a key."""
        line, column = self.keys.get(path, (None, None))
        self.problems.append(Problem(self.source, told(path), message, line, column))

    def fail(self, message: str, place: tuple[int, int] | None = None) -> NoReturn:
        """Give up: what is wrong here hides everything else."""
        self.problems.append(Problem(self.source, "", message, *(place or self._position(()))))
        raise self._error()

    def catching(self, *path: str | int) -> "Catching":
        """Note a mistake made below this path and go on."""
        return Catching(self, path)

    def raise_if_any(self) -> None:
        if self.problems:
            raise self._error()

    def _error(self) -> SpecError:
        found = list(dict.fromkeys(sorted(self.problems, key=lambda p: (p.line or 0, p.column or 0))))
        rest = Problem(self.source, "", f"and {len(found) - MOST_TOLD} more")
        return SpecError(found if len(found) <= MOST_TOLD else [*found[:MOST_TOLD], rest])

    def _position(self, path: Path) -> tuple[int | None, int | None]:
        while path not in self.positions:
            if not path:
                return None, None
            path = path[:-1]
        return self.positions[path]


class Catching:
    """Notes a `Wrong` in a report instead of letting it through."""

    def __init__(self, report: Report, path: Path) -> None:
        self._report = report
        self._path = path

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if not isinstance(error, Wrong):
            return False
        self._report.add((*self._path, *error.below), str(error))
        return True


@contextmanager
def below(*path: str | int) -> Iterator[None]:
    """Say where below the current place a mistake was made."""
    try:
        yield
    except Wrong as wrong:
        raise Wrong(str(wrong), *path, *wrong.below) from wrong


def told(path: Path) -> str:
    """A path as people write it."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if part.isprintable() and 0 < len(part) <= 64 else shortened(part))
    return text


def shortened(value: object) -> str:
    """A value as it may stand in a message: one line, not too long."""
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    shown = repr(value)
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}..."


def did_you_mean(got: str, known: Sequence[str]) -> str:
    """A hint at the end of a sentence, or nothing."""
    likely = get_close_matches(got[:LONGEST_SHOWN], known, n=1, cutoff=0.6)
    return f", did you mean {likely[0]!r}?" if likely else ""
