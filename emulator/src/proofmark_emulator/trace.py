"""What happened at the pins, stamped with tick and cycle."""

from hashlib import sha256
from typing import NamedTuple


class Change(NamedTuple):
    """A pin or a compare channel has another value from this cycle on."""

    tick: int
    cycle: int
    name: str
    value: int


class Trace:
    """Changes; the digest covers all since power-on, whether they are kept or not."""

    def __init__(self) -> None:
        self.tick = 0
        self._keeping = True
        self._new: list[tuple[int, int, str, int]] = []
        """Those that the digest does not cover yet."""
        self._kept: list[Change] = []
        self._digest = sha256()

    def keep(self, on: bool) -> None:
        """Keep changes from now on until they are taken, or do not."""
        self._settle()
        self._keeping = on

    def record(self, cycle: int, name: str, value: int) -> None:
        """A change."""
        self._new.append((self.tick, cycle, name, value))

    def _settle(self) -> None:
        """Let the digest cover what is new, and keep it if it is to be kept."""
        lines = [f"{tick} {cycle} {name} {value}\n" for tick, cycle, name, value in self._new]
        self._digest.update("".join(lines).encode())
        if self._keeping:
            self._kept += [Change(*change) for change in self._new]
        self._new.clear()

    def taken(self) -> list[Change]:
        """What was kept since it was taken last."""
        self._settle()
        found, self._kept = self._kept, []
        return found

    @property
    def digest(self) -> str:
        """sha256 over every change, hexadecimal."""
        self._settle()
        return self._digest.hexdigest()
