"""Offline verbs of controllers: `proofmark controller check` and `proofmark controller emit-c`."""

import sys
from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import Any, Literal

from proofmark_controller.c_source import c_source
from proofmark_controller.checker import check
from proofmark_controller.errors import Refused
from proofmark_controller.module import told
from proofmark_controller.program import Program
from proofmark_controller.work import work_of

OK = 0
REFUSED = 2


def controller(
    action: Literal["check", "emit-c"], file: Path, class_: str | None = None, out: Path = Path(), json: bool = False
) -> int:
    """Check a controller, or write it as C.

    Parameters
    ----------
    action
        `check` says what is wrong and how to write it instead; `emit-c` also writes a header and a source.
    file : Path
        The controller's Python file.
    class_ : str, optional
        The controller, if the file has several.
    out : Path
        The folder for C files.
    json : bool
        Print one JSON document instead of text.

    Returns
    -------
    int
        Exit code: 0 sound, 2 outside the subset or nothing to read.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        sys.stderr.write(f"{file}: expected a Python file: {exc}\n")
        return REFUSED
    try:
        program = check(text, class_, file.name)
    except Refused as refusal:
        sys.stderr.writelines(f"{problem}\n" for problem in refusal.problems)
        if json:
            _print_json({"sound": False, "problems": [asdict(problem) for problem in refusal.problems]})
        return REFUSED
    written = _write(program, out) if action == "emit-c" else []
    if json:
        _print_json({"sound": True, **_document(program), "written": written})
    else:
        sys.stdout.writelines(f"{line}\n" for line in (*_lines(program), *(f"wrote {path}" for path in written)))
    return OK


def _write(program: Program, folder: Path) -> list[str]:
    source = c_source(program)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {folder / source.header_name: source.header, folder / source.source_name: source.source}
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return [str(path) for path in texts]


def _document(program: Program) -> dict[str, Any]:
    return {
        "controller": program.name,
        "inputs": {name: told(kind) for name, kind in program.inputs.fields},
        "outputs": {name: told(kind) for name, kind in program.outputs.fields},
        "safe_state": {
            name: constant.value for (name, _), constant in zip(program.outputs.fields, program.safe_state, strict=True)
        },
        "state": {value.name: told(value.type) for value in program.state},
        "parameters": [value.name for value in program.state if value.parameter],
        "sites": [str(site) for site in program.sites],
        "operations": work_of(program.step).total(),
    }


def _lines(program: Program) -> list[str]:
    described = _document(program)
    return [
        f"controller  {program.name}",
        *(f"{what:<11} {_told(described[what])}" for what in ("inputs", "outputs", "safe_state")),
        f"state       {len(program.state)} values, {len(described['parameters'])} of them parameters",
        f"may fault   {', '.join(dict.fromkeys(described['sites'])) or 'nowhere'}",
        f"a tick      {described['operations']} operations at most",
    ]


def _told(named: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in named.items())


def _print_json(document: dict[str, Any]) -> None:
    sys.stdout.write(dumps(document, indent=2) + "\n")
