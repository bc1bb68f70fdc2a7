"""The reference page of errors, from the battery: `python -m tests.spec.malformed_table` writes it."""

from itertools import groupby
from pathlib import Path

from .battery import HEATED, LOOP, SOUND, Case, cases

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "spec-errors.md"
HEAD = """\
# What is wrong with a spec, and the error it gets

`proofmark validate` and every verb that reads a spec tell all problems at once, in the order of the file, and exit with
2; over the bus they are the reasons of the answer. This page is made by `python -m tests.spec.malformed_table` from
the battery that tests hold the reader to. Each case changes this sound spec in one place:

```yaml
"""


IN_TIME = f"""\
The cases below change this sound spec of a system that runs in time, or its controller:

```yaml
{(LOOP / "spec.yaml").read_text()}```

```python
{(LOOP / "controller.py").read_text()}```
"""
FIRST_IN_TIME = "Controller"
IN_THE_LOOP = f"""\
Below, it is this one that is changed; its controller gives `duty` and `fan`, from 0 to 1:

```yaml
{(HEATED / "spec.yaml").read_text()}```
"""
FIRST_IN_THE_LOOP = "Heat in the loop"


def page() -> str:
    """The whole page."""
    sections = [HEAD + SOUND + "```\n"]
    for section, entries in groupby(cases(), key=lambda case: case.section):
        if section == FIRST_IN_TIME:
            sections.append(IN_TIME)
        if section == FIRST_IN_THE_LOOP:
            sections.append(IN_THE_LOOP)
        rows = [f"| {case.wrong} | {_written(case)} | {_cell(case.errors)} |" for case in entries]
        sections.append(
            "\n".join([f"## {section}", "", "| what is wrong | written | error |", "|---|---|---|", *rows, ""])
        )
    return "\n".join(sections)


def _written(case: Case) -> str:
    """The changed lines, then the files that matter."""
    lines = case.written.splitlines()
    for path in case.shown:
        lines += [f"# {path}:", *case.files[path].decode().splitlines()]
    return _cell(lines) or "nothing"


def _cell(lines: list[str] | tuple[str, ...]) -> str:
    """Lines as code, in a table's cell."""
    return "<br>".join(_code(line) for line in lines if line.strip())


def _code(line: str) -> str:
    """One line as code, with a fence longer than any backticks in it; tables need their bars escaped."""
    text = line.replace("|", "\\|").replace("\t", "⇥")
    return f"`` {text} ``" if "`" in text else f"`{text}`"


if __name__ == "__main__":
    PAGE.write_text(page())
