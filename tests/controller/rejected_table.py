"""The reference page of errors, from the battery: `python -m tests.controller.rejected_table` writes it."""

from itertools import groupby
from pathlib import Path

from .battery import SOUND, Case, cases

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "controller-errors.md"
HEAD = """\
# What a controller cannot be written with, and what to write instead

`proofmark controller check` tells all problems at once, in the order of the file, each with the way to write it
instead, and exits with 2. This page is made by `python -m tests.controller.rejected_table` from the battery that tests
hold the checker to. Each case changes this sound controller in one place:

```python
"""


def page() -> str:
    """The whole page."""
    sections = [HEAD + SOUND + "```\n"]
    for section, entries in groupby(cases(), key=lambda case: case.section):
        rows = [f"| {case.wrong} | {_cell(_lines(case))} | {_cell(case.errors)} |" for case in entries]
        sections.append(
            "\n".join([f"## {section}", "", "| what is wrong | written | error |", "|---|---|---|", *rows, ""])
        )
    return "\n".join(sections)


def _lines(case: Case) -> tuple[str, ...]:
    return tuple(case.written.splitlines()) or ("nothing",)


def _cell(lines: tuple[str, ...]) -> str:
    """Lines as code, in a table's cell."""
    return "<br>".join("`" + line.replace("|", "\\|") + "`" for line in lines if line.strip())


if __name__ == "__main__":
    PAGE.write_text(page())
