"""What happened at the pins, stamped with tick and cycle."""

from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True)
class Change:
    """A pin or a compare channel has another value from this cycle on."""

    tick: int
    cycle: int
    name: str
    value: int


class Trace:
    """Changes; the digest covers all since power-on, whether they are kept or not."""

    def __init__(self) -> None:
        self.tick = 0
        self.keeping = True
        """Whether changes are kept until they are taken."""
        self._kept: list[Change] = []
        self._digest = sha256()

    def record(self, cycle: int, name: str, value: int) -> None:
        """A change."""
        self._digest.update(f"{self.tick} {cycle} {name} {value}\n".encode())
        if self.keeping:
            self._kept.append(Change(self.tick, cycle, name, value))

    def taken(self) -> list[Change]:
        """What was kept since it was taken last."""
        found, self._kept = self._kept, []
        return found

    @property
    def digest(self) -> str:
        """sha256 over every change, hexadecimal."""
        return self._digest.hexdigest()
