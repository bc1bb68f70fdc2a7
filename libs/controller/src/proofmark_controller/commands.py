"""Offline verbs of controllers: `proofmark controller check`, `emit-c` and `emit-micropython`."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import Any, Literal

from proofmark_controller.c_source import c_source
from proofmark_controller.checker import check
from proofmark_controller.errors import Refused
from proofmark_controller.micropython import bytecode, micropython_source
from proofmark_controller.module import told
from proofmark_controller.program import Program
from proofmark_controller.work import work_of

OK = 0
REFUSED = 2


def controller(
    action: Literal["check", "emit-c", "emit-micropython"],
    file: Path,
    class_: str | None = None,
    out: Path = Path(),
    json: bool = False,
) -> int:
    """Check a controller, or write it as C or for MicroPython.

    Parameters
    ----------
    action
        `check` says what is wrong and how to write it instead; `emit-c` also writes a header and a source,
        `emit-micropython` a module, and its bytecode where `mpy-cross` is installed.
    file : Path
        The controller's Python file.
    class_ : str, optional
        The controller, if the file has several.
    out : Path
        The folder for what is written.
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
    written = _write(WRITTEN[action](program), out) if action in WRITTEN else []
    if json:
        _print_json({"sound": True, **_document(program), "written": written})
    else:
        sys.stdout.writelines(f"{line}\n" for line in (*_lines(program), *(f"wrote {path}" for path in written)))
    return OK


def _c_files(program: Program) -> dict[str, bytes]:
    source = c_source(program)
    return {source.header_name: source.header.encode(), source.source_name: source.source.encode()}


def _micropython_files(program: Program) -> dict[str, bytes]:
    module = micropython_source(program)
    files = {module.name: module.source.encode()}
    compiled = bytecode(module)
    return files if compiled is None else files | {module.name.replace(".py", ".mpy"): compiled}


WRITTEN: dict[str, Callable[[Program], dict[str, bytes]]] = {
    "emit-c": _c_files,
    "emit-micropython": _micropython_files,
}


def _write(files: dict[str, bytes], folder: Path) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [str(folder / name) for name in files]


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
