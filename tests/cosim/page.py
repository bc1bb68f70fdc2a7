"""The tables of the reference page, from the components themselves. Run it to write them."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from proofmark_cosim import PLANTS, SCENARIOS, Component
from proofmark_cosim.component import Port
from proofmark_cosim.plants import RcNetwork
from proofmark_cosim.scenarios import Profile

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cosim.md"
NEEDY: dict[type[Component], Component] = {
    RcNetwork: RcNetwork(capacities={"NODE": 1.0}, links={("NODE", "ambient"): 1.0}),
    Profile: Profile(times_s=(0.0,), values=(0.0,)),
}
"""Examples of what has no defaults."""


def tables() -> dict[str, str]:
    return {"Plants": _table(PLANTS.values()), "Scenarios": _table(SCENARIOS.values())}


def written(page: str) -> str:
    """The page with its tables renewed."""
    for heading, table in tables().items():
        page = re.sub(rf"(## {heading}\n\n.*?\n\n)(\|.*?\n|{heading.upper()}\n)(?=\n)", rf"\1{table}", page, flags=re.S)
    return page


def _table(kinds: Iterable[type[Component]]) -> str:
    lines = ["| kind | parameters | inputs | outputs |", "|---|---|---|---|"]
    for kind in kinds:
        made: Any = NEEDY[kind] if kind in NEEDY else kind()
        parameters = ", ".join(_told(name, q.unit, q.value) for name, q in made.numbers().items())
        cells = (f"`{kind.kind}`", parameters, _ports(made.inputs()), _ports(made.outputs()))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _ports(ports: tuple[Port, ...]) -> str:
    shown = ports if len(ports) < 10 else ports[:5]
    return ", ".join(_told(port.name, port.unit, port.default) for port in shown) + (", ..." if shown != ports else "")


def _told(name: str, unit: str, value: float | str | None) -> str:
    said = " ".join(part for part in (f"{value:.6g}" if isinstance(value, float) else "", unit) if part)
    return f"`{name}` ({said})" if said else f"`{name}`"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
