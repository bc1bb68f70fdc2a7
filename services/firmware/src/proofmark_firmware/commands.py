"""Offline verbs of firmware: `proofmark firmware pins` and `proofmark firmware build`."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from proofmark_contracts.firmware import MicropythonModule
from proofmark_firmware.building import BIN, HEX, Built, built, write_project
from proofmark_firmware.cache import Cache, cache_folder
from proofmark_firmware.compilers import Name, compiler_of
from proofmark_firmware.errors import FirmwareError, NoFirmware
from proofmark_firmware.micropython_module import exported
from proofmark_firmware.pin_table import HEADINGS, pin_table
from proofmark_firmware.placement import At
from proofmark_firmware.statement import sizes
from proofmark_firmware.target import Target, target_of

if TYPE_CHECKING:
    from proofmark_spec import Spec

OK, FAILED, REFUSED = 0, 1, 2
BAR = 40
"""Characters."""


def firmware(
    action: Literal["pins", "build"],
    spec: Path,
    out: Path = Path("firmware"),
    at: At = "slot",
    compiler: Name | None = None,
    json: bool = False,
) -> int:
    """Show what the pins of a design are, or build its image.

    Parameters
    ----------
    action
        `pins` checks the pins and shows them; `build` makes the image.
    spec : Path
        A spec with a section `firmware`.
    out : Path
        The folder for the image's files, and for the PlatformIO project that it is built from.
    at
        Linked for its slot behind a loader, or alone at the start of the flash.
    compiler
        The first that there is, unless one is named.
    json : bool
        Print one JSON document instead of text.

    Returns
    -------
    int
        Exit code: 0 done, 1 no image could be built, 2 the spec is wrong.
    """
    loaded = _spec(spec)
    if loaded is None:
        return REFUSED
    if action == "build" and isinstance(loaded.design.firmware, MicropythonModule):
        return _module(loaded, out, json)
    target = _target(loaded, at)
    if target is None:
        return REFUSED
    document: dict[str, Any] = {"board": target.board.name, "pins": [row.model_dump() for row in pin_table(target)]}
    lines = list(_pins(target))
    if action == "build":
        try:
            chosen = compiler_of(compiler)
            image = built(target, chosen, Cache(cache_folder()))
        except FirmwareError as error:
            sys.stderr.write(f"{error}\n")
            return FAILED
        written = _write(image.files, out)
        write_project(target, chosen, out / "project")
        told = {name: image.sha256(name) for name in (BIN, HEX)}
        document |= {"compiler": str(chosen), "sizes": sizes(target, image.image), "sha256": told, "written": written}
        lines += ["", *_built(target, image, str(chosen)), *(f"wrote {path}" for path in written)]
    sys.stdout.write(f"{dumps(document, indent=2)}\n" if json else "\n".join([*lines, ""]))
    return OK


def _spec(path: Path) -> "Spec | None":
    from proofmark_spec import SpecError, load

    try:
        return load(path)
    except (SpecError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return None


def _target(spec: "Spec", at: At) -> Target | None:
    try:
        return target_of(spec.design, spec.files, at)
    except NoFirmware as error:
        sys.stderr.write(f"{error}\n")
        return None


def _module(spec: "Spec", out: Path, json: bool) -> int:
    """Write the controller for MicroPython."""
    try:
        written = _write(exported(spec.design, spec.files).files, out)
    except FirmwareError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    sys.stdout.write(f"{dumps({'written': written}, indent=2)}\n" if json else "".join(f"wrote {p}\n" for p in written))
    return OK


def _write(files: Mapping[str, bytes], folder: Path) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [str(folder / name) for name in files]


def _pins(target: Target) -> Iterator[str]:
    yield f"{target.board.title}, {target.board.part_name.upper()}, {target.board.clocks.core_hz / 1e6:g} MHz"
    rows = [HEADINGS, *(tuple(row.model_dump().values()) for row in pin_table(target))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    yield from (_padded(row, widths) for row in rows)


def _padded(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _built(target: Target, image: Built, compiler: str) -> Iterator[str]:
    yield f"compiled by {compiler}{', found in the cache' if image.cached else ''}"
    for memory, of in sizes(target, image.image).items():
        part = of["used"] / of["available"]
        filled = min(BAR, max(1, round(part * BAR)))
        bar = "#" * filled + "." * (BAR - filled)
        yield f"{memory:<5} [{bar}] {of['used']:,} of {of['available']:,} bytes, {part:.1%}"
    yield from (f"sha256 {name} {image.sha256(name)}" for name in (BIN, HEX))
