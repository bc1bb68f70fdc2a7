"""`proofmark firmware`: pins, image and verification of a design's firmware, without the bus."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from proofmark.commands.firmware_verifying import verify
from proofmark.exits import Exit
from proofmark.failures import Failure
from proofmark.specs import load_spec
from proofmark_firmware import commands
from proofmark_firmware.compilers import Name
from proofmark_firmware.placement import At

RUNS, WORST = 200, 3


def firmware(
    action: Literal["pins", "build", "verify"],
    spec: Path,
    *,
    out: Path = Path("firmware"),
    at: At | None = None,
    compiler: Name | None = None,
    runs: int | None = None,
    worst: int | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Show what the pins of a design are, build its image, or verify it on an emulated board.

    Parameters
    ----------
    action
        `pins` checks the pins and shows them; `build` makes the image; `verify` also runs it: in the loop with the
        nominal plant and with those of the worst runs, with random inputs, and with one thing broken after the other.
    spec : Path
        A spec with a section `firmware`.
    out : Path
        The folder for the image's files; `build` puts the PlatformIO project there, `verify` what was seen.
    at
        For `build` and `pins`: linked for its slot behind a loader, as by default, or alone at the start of the flash.
    compiler
        For `build`: the first that there is, unless one is named.
    runs : int
        For `verify`: how many runs of the study are simulated to find the worst; 200 by default.
    worst : int
        For `verify`: how many of them the chip repeats; 3 by default.
    as_json : bool
        Print one JSON document instead of text.

    Returns
    -------
    int
        Exit code: 0 done, 1 no image could be built, 2 the spec is wrong, 9 the image is not verified.
    """
    for option, given, wrong in (
        ("--at", at, action == "verify"),
        ("--compiler", compiler, action != "build"),
        ("--runs", runs, action != "verify"),
        ("--worst", worst, action != "verify"),
    ):
        if given is not None and wrong:
            raise Failure(f"firmware {action}: {option} does not go with it", Exit.USAGE)
    if action != "verify":
        return commands.firmware(action, spec, out, at or "slot", compiler, as_json)
    sampled, repeated = RUNS if runs is None else runs, WORST if worst is None else worst
    return verify(load_spec(spec), spec.parent, out, sampled, repeated, as_json)
