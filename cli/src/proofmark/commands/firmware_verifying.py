"""From a spec to what was seen of its firmware: on our emulated board, and by other emulators that are installed."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from proofmark.closest_runs import closest_runs
from proofmark.exits import Exit
from proofmark.failures import Failure
from proofmark.heat_plant import heat_plant
from proofmark_contracts.firmware import MicropythonModule
from proofmark_contracts.verification import FirmwareResult
from proofmark_custody.keys import SigningKey
from proofmark_firmware.building import built
from proofmark_firmware.cache import Cache, cache_folder
from proofmark_firmware.compilers import compiler_of
from proofmark_firmware.emulation import Loaded
from proofmark_firmware.errors import FirmwareError
from proofmark_firmware.judging import FOLDER, Judged, judge, judge_module
from proofmark_firmware.placement import At
from proofmark_firmware.target import target_of
from proofmark_firmware.verification.checks import Checked
from proofmark_firmware.verification.verifying import Seen, unseen
from proofmark_firmware.verification.witnesses import by_qemu, by_renode
from proofmark_spec import Spec
from proofmark_systems import heat_of

PLACES: tuple[At, At] = ("flash", "slot")


def verify(spec: Spec, folder: Path, out: Path, runs: int, worst: int, as_json: bool) -> int:
    """Build the firmware of a spec and look at what it does; see `proofmark firmware`.

    Parameters
    ----------
    folder
        Where the spec is.
    """
    seen = unseen if as_json else _say
    judged, witnesses = _judged(spec, folder, runs, worst, seen)
    written = _write(judged, out)
    verified = judged.result.outcome == "verified" and all(check.outcome != "failed" for check in witnesses)
    if as_json:
        told = [check.record.model_dump() for check in witnesses]
        print(json.dumps({**judged.result.model_dump(mode="json"), "verified": verified, "witnesses": told}, indent=2))
    else:
        print(_summary(judged.result, verified), *(f"wrote {path}" for path in written), sep="\n")
    return Exit.OK if verified else Exit.FIRMWARE_FAILED


def _judged(spec: Spec, folder: Path, runs: int, worst: int, seen: Seen) -> tuple[Judged, tuple[Checked, ...]]:
    wanted = spec.design.firmware
    if isinstance(wanted, MicropythonModule):
        _doing("asking MicroPython")
        return judge_module(spec.design, spec.files, wanted, seen), ()
    return _judged_image(spec, folder, runs, worst, seen)


def _judged_image(spec: Spec, folder: Path, runs: int, worst: int, seen: Seen) -> tuple[Judged, tuple[Checked, ...]]:
    """What our emulator finds, signed by a key of this process alone, and what others say."""
    try:
        target_of(spec.design, spec.files)
    except FirmwareError as error:
        raise Failure(str(error), Exit.USAGE) from error
    plant = heat_plant(spec.design, folder)
    _doing(f"simulating {runs} runs")
    vectors = closest_runs(spec, plant, runs, worst)
    _doing("building, and looking at what the image does")
    heat = None if plant is None else heat_of(plant.told, plant.content)
    judged = judge(spec.design, spec.files, vectors, SigningKey.generate().to_pem(), heat, seen)
    witnesses = () if judged.result.problem else tuple(_witnessed(spec))
    for check in witnesses:
        seen(check)
    return judged, witnesses


def _doing(what: str) -> None:
    print(f"{what} ...", file=sys.stderr, flush=True)


def _say(check: Checked) -> None:
    print(f"{check.outcome:<8}{check.name}: {check.told}", flush=True)


def _summary(result: FirmwareResult, verified: bool) -> str:
    if result.problem:
        return f"NOT VERIFIED: {result.problem}"
    image = f"{result.part.upper()} on {result.board}, image {result.image_sha256}"
    what = image if result.image_sha256 else f"{result.version} for {result.board}"
    return f"VERIFIED: {what}" if verified else f"NOT VERIFIED: {what}"


def _witnessed(spec: Spec) -> Iterator[Checked]:
    """What other emulators say, where they are installed."""
    try:
        compiler, cache = compiler_of(), Cache(cache_folder())
        alone, slot = (Loaded.of(built(target_of(spec.design, spec.files, at), compiler, cache)) for at in PLACES)
        yield by_qemu(alone)
        yield by_renode(slot)
    except FirmwareError as error:
        raise Failure(str(error), Exit.FIRMWARE_FAILED) from error


def _write(judged: Judged, folder: Path) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    placed = {**judged.files, **judged.images}
    paths = {folder / path.removeprefix(f"{FOLDER}/"): data for path, data in placed.items()}
    for path, data in paths.items():
        path.write_bytes(data)
    return [str(path) for path in paths]
