"""What firmware did that it must not, or that the model does not know."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One of them."""

    kind: str
    detail: str
    tick: int
    cycle: int
    pc: int
    address: int | None = None
    access: str | None = None
    """`read` or `write`."""
    value: int | None = None

    def told(self) -> dict[str, Any]:
        """As data, without what is not known."""
        return {name: value for name, value in asdict(self).items() if value is not None}
