"""`firmware.json`: what is known of an image, for whoever loads it, verifies it or signs it."""

import hashlib
from collections.abc import Iterator, Mapping
from json import dumps
from typing import Any

import numpy as np

from proofmark_contracts.firmware import AnalogPin, PwmPin
from proofmark_controller.module import told
from proofmark_cosim import Adc
from proofmark_firmware.compilers import Compiler
from proofmark_firmware.elf import Image
from proofmark_firmware.layout import layout_of
from proofmark_firmware.placement import HEADER_SIZE, INFO_OFFSET, SLOT_OFFSET, SLOT_SIZE
from proofmark_firmware.platformio_run import tools
from proofmark_firmware.target import Read, Target, Written

PAINT = 0xC5C5C5C5
"""What `startup.c` paints the stack with."""


def statement_of(target: Target, image: Image, compiler: Compiler, files: Mapping[str, bytes]) -> bytes:
    """Write it; `files` are those that it states the digests of."""
    layout = layout_of(target.program)
    state_at = image.symbols["pm_controller"].address
    document = {
        "design": target.design_sha256,
        "version": target.firmware.version,
        "controller": {"name": target.program.name, "file": target.controller.file.model_dump(mode="json")},
        "board": target.board.name,
        "part": target.board.part_name,
        "compiler": str(compiler),
        "tools": tools(),
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
        "place": _place(target, image),
        "sizes": sizes(target, image),
        "clocks": _clocks(target),
        "tick": {
            "period_s": target.controller.period_s,
            "reached_s": target.tick.reached_s,
            "systick_reload": target.tick.reload,
            "systick_per_tick": target.tick.interrupts,
        },
        "watchdog": {"earliest_s": target.watchdog.earliest_s, "latest_s": target.watchdog.latest_s},
        "safe_within_s": target.controller.safe_within_s,
        "stack": {
            "base": image.symbols["pm_stack_base"].address,
            "top": image.symbols["pm_stack_top"].address,
            "paint": PAINT,
        },
        "log": target.board.log.model_dump(),
        "inputs": [_input(target, read) for read in target.inputs()],
        "outputs": [_output(target, written) for written in target.outputs()],
        "state": {
            "size": layout.size,
            "values": [
                {"name": slot.name, "type": slot.type, "address": state_at + slot.offset} for slot in layout.slots
            ],
        },
        "faults": {number: str(site) for number, site in enumerate(target.program.sites, 1)},
        "symbols": dict(_symbols(image)),
    }
    return (dumps(document, indent=2, sort_keys=True) + "\n").encode()


def sizes(target: Target, image: Image) -> dict[str, dict[str, int]]:
    """What the image takes of each memory, and what there is, in bytes."""
    return {
        "flash": {"used": len(image.data), "available": target.placement.size},
        "ram": {"used": image.ram_bytes, "available": target.placement.ram_size},
    }


def _place(target: Target, image: Image) -> dict[str, Any]:
    at = target.placement
    slot = {"start": target.board.part.flash.start + SLOT_OFFSET, "size": SLOT_SIZE, "header_size": HEADER_SIZE}
    return {
        "at": at.at,
        "start": image.start,
        "entry": image.symbols["Reset_Handler"].address,
        "info": image.start + INFO_OFFSET,
        "slot": slot if at.at == "slot" else None,
    }


def _clocks(target: Target) -> dict[str, Any]:
    clocks = target.board.clocks
    return {
        "source": "hse" if clocks.external else "hsi",
        "source_hz": clocks.source_hz,
        "core_hz": clocks.core_hz,
        "apb1_hz": clocks.apb1_hz,
        "apb2_hz": clocks.apb2_hz,
        "wait_states": clocks.wait_states,
    }


def _input(target: Target, read: Read) -> dict[str, Any]:
    known: dict[str, Any] = {"name": read.name, "pin_name": read.pin_name, **read.pin.model_dump(exclude={"input"})}
    if isinstance(read.pin, AnalogPin):
        of = target.controller.converters[read.name]
        converter = Adc(of.low, of.high, of.bits)
        known |= of.model_dump()
        known |= {"gain": float(np.float32(converter.step)), "offset": float(np.float32(converter.low))}
    return known


def _output(target: Target, written: Written) -> dict[str, Any]:
    known: dict[str, Any] = {
        "name": written.name,
        "type": told(written.type),
        "safe": written.safe.value,
        "first": written.first.value,
        "pin_name": written.pin_name,
    }
    if written.pin is not None:
        known |= written.pin.model_dump(exclude={"output"})
    if isinstance(written.pin, PwmPin):
        known |= {"top": target.top(written.name), "alternate": target.alternate(written.pin)}
        known["reached_hz"] = target.reached_hz(written.pin, written.name)
    return known


def _symbols(image: Image) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, symbol in image.symbols.items():
        if symbol.function or name.startswith("pm_"):
            yield name, {"address": symbol.address, "size": symbol.size}
