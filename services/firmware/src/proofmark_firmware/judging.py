"""From an approved design to all that is said of its firmware."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from json import dumps

import numpy as np

from proofmark_contracts.cosimulation import CosimModel
from proofmark_contracts.design import Design
from proofmark_contracts.firmware import MicropythonModule
from proofmark_contracts.verification import FirmwareResult, Memory, SecureBoot
from proofmark_controller import ControllerError
from proofmark_cosim import CosimError, System
from proofmark_firmware.building import BIN, Built, built
from proofmark_firmware.cache import Cache, cache_folder
from proofmark_firmware.compilers import Compiler, compiler_of
from proofmark_firmware.emulation import EmbeddedEmulator, Loaded
from proofmark_firmware.errors import FirmwareError
from proofmark_firmware.micropython_module import BOARD, agreement, exported, module_result
from proofmark_firmware.pin_table import pin_table
from proofmark_firmware.secure_boot import Chain, chain_of, flash_files, loader_of, public_bytes
from proofmark_firmware.secure_boot.protection import READ, write_protection
from proofmark_firmware.statement import sizes
from proofmark_firmware.target import Target, target_of
from proofmark_firmware.verification.picture import picture
from proofmark_firmware.verification.verifying import Seen, Vectors, Verification, unseen, verified
from proofmark_firmware.verification.waveforms import vcd
from proofmark_systems import Heat, system_of

FOLDER = "firmware"
CHECKS, CODES, DUMP, PICTURE = "checks.json", "codes.npz", "waveforms.vcd", "waveforms.svg"
MOST_PROCESSES = 4
"""Of the emulator: no check has more chips that take long."""


@dataclass(frozen=True)
class Judged:
    """What came of it."""

    result: FirmwareResult
    files: Mapping[str, bytes]
    """By path in a release: the record of the checks at least. The same whichever key signs the image."""
    images: Mapping[str, bytes] = field(default_factory=dict)
    """By path in a release: what is flashed. All of it depends on that key."""


def judge(
    design: Design,
    files: Mapping[str, bytes],
    vectors: Vectors,
    image_key: bytes,
    heat: Heat | None = None,
    seen: Seen = unseen,
) -> Judged:
    """Build the image, sign it, and look at everything through the boot stage; whatever stands in the way is the
    problem that the result tells.

    Parameters
    ----------
    files
        By path, those that a run of the design reads.
    vectors
        The runs that the chip repeats.
    image_key
        Signs the image: an Ed25519 private key, PKCS #8.
    heat
        The plant that the design's heat is, if it is one.
    seen
        Called with each check when it is made.
    """
    if isinstance(design.firmware, MicropythonModule):
        return judge_module(design, files, design.firmware, seen)
    target = target_of(design, files)
    told = _told(target)
    try:
        compiler, cache = compiler_of(), Cache(cache_folder())
        told = told.model_copy(update={"compiler": str(compiler)})
        with EmbeddedEmulator(min(MOST_PROCESSES, os.cpu_count() or 1)) as emulator, ThreadPoolExecutor(1) as beside:
            loader = beside.submit(loader_of, target.board.family.name, public_bytes(image_key), compiler, cache)
            image = built(target, compiler, cache)
            chain = chain_of(loader.result(), image.image.data, target.firmware.version, image_key)
            system = _system(design, files, heat)
            found = verified(target, Loaded.of(image), emulator, system, vectors, chain, seen)
    except (FirmwareError, CosimError, ControllerError) as error:
        return _judged(told.model_copy(update={"problem": str(error)}), {}, {})
    made = _about(target, compiler, image, chain)
    result = told.model_copy(update={**made, "checks": tuple(check.record for check in found.checks)})
    return _judged(result, {**image.files, **_recorded(target, found)}, flash_files(chain))


def judge_module(design: Design, files: Mapping[str, bytes], wanted: MicropythonModule, seen: Seen) -> Judged:
    """The controller for MicroPython, which no key signs and no chip repeats."""
    try:
        module = exported(design, files)
        check = agreement(module)
    except (FirmwareError, ControllerError) as error:
        return _judged(FirmwareResult(board=BOARD, part="", version=wanted.version, problem=str(error)), {}, {})
    seen(check)
    return _judged(module_result(check, wanted.version), module.files, {})


def _told(target: Target) -> FirmwareResult:
    """What is known before anything is built."""
    return FirmwareResult(
        board=target.board.title,
        part=target.board.part_name,
        version=target.firmware.version,
        pins=pin_table(target),
    )


def _about(target: Target, compiler: Compiler, image: Built, chain: Chain) -> dict[str, object]:
    memories = tuple(Memory(name=name, **of) for name, of in sizes(target, image.image).items())
    boot = SecureBoot(
        counter=chain.counter,
        read_protection=READ,
        write_protection=write_protection(target.board.family.name),
    )
    return {
        "compiler": str(compiler),
        "image_sha256": image.sha256(BIN),
        "memories": memories,
        "secure_boot": boot,
    }


def _system(design: Design, files: Mapping[str, bytes], heat: Heat | None) -> System:
    assert isinstance(design.model, CosimModel)
    return system_of(design.model, design.controller, files, heat)


def _recorded(target: Target, found: Verification) -> dict[str, bytes]:
    """Inputs for whoever wants to give them to a chip again, and what the pins did."""
    codes = BytesIO()
    np.savez_compressed(codes, codes=found.codes, made=found.made)
    files = {CODES: codes.getvalue()}
    if found.waveforms:
        end = max((cycle for signal in found.waveforms for cycle, _ in signal.edges), default=0) + 1
        at_s = found.drawn_from * target.controller.period_s
        title = f"{target.board.title}: the nominal run from {1e3 * at_s:.6g} ms on"
        files[DUMP] = vcd(found.waveforms, found.core_hz, target.design_sha256).encode()
        files[PICTURE] = picture(found.waveforms, found.core_hz, 0, end, title)
    return files


def _judged(result: FirmwareResult, files: Mapping[str, bytes], images: Mapping[str, bytes]) -> Judged:
    record = dumps(result.model_dump(mode="json"), indent=2, sort_keys=True) + "\n"
    return Judged(result, _placed({**files, CHECKS: record.encode()}), _placed(images))


def _placed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{FOLDER}/{name}": data for name, data in files.items()}
