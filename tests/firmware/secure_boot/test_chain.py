"""The loader on the emulated board: what it starts, what it refuses, what it remembers."""

from collections.abc import Callable

import pytest

from proofmark_firmware.building import Built
from proofmark_firmware.elf import Image
from proofmark_firmware.emulation import EmbeddedEmulator, Loaded
from proofmark_firmware.secure_boot import behind_loader, loader_result, signed
from proofmark_firmware.secure_boot.chain import LoaderResult, stored

from ..conftest import needs_zig
from ..emulation.conftest import needs_emulator
from .conftest import key

pytestmark = [needs_zig, needs_emulator]
Boot = Callable[..., tuple[bool, LoaderResult, bytes]]
RECORD = 16
COUNTER = slice(8, 12)


@pytest.fixture
def boot(fan_image: Built, loader: Image, emulator: EmbeddedEmulator) -> Boot:
    def booting(slot: bytes, storage: bytes = b"") -> tuple[bool, LoaderResult, bytes]:
        firmware = Loaded.of(fan_image)
        booted = emulator.boot(behind_loader(firmware, loader, slot, storage))[0]
        return booted, loader_result(loader, emulator), stored(firmware, emulator)

    return booting


def sign(built: Built, counter: int, seed: int = 1) -> bytes:
    return signed(built.image.data, key(seed), "1.2.3", counter)


def test_a_signed_image_is_started_and_its_counter_stored(fan_image: Built, boot: Boot) -> None:
    booted, result, storage = boot(sign(fan_image, 7))
    assert (booted, result) == (True, LoaderResult.ACCEPTED)
    assert int.from_bytes(storage[COUNTER], "little") == 7
    assert storage[:8] == bytes([1, 2, 3, 0, 0, 0, 0, 0])
    assert storage[RECORD:] == b"\xff" * (len(storage) - RECORD)


def test_an_older_counter_is_refused_and_an_equal_one_stored_once(fan_image: Built, boot: Boot) -> None:
    _, _, storage = boot(sign(fan_image, 7))
    assert boot(sign(fan_image, 6), storage)[:2] == (False, LoaderResult.ROLLED_BACK)
    assert boot(sign(fan_image, 7), storage) == (True, LoaderResult.ACCEPTED, storage)


def test_a_newer_counter_is_stored_behind_the_older(fan_image: Built, boot: Boot) -> None:
    _, _, first = boot(sign(fan_image, 7))
    _, result, second = boot(sign(fan_image, 9), first)
    assert (result, second[:RECORD]) == (LoaderResult.ACCEPTED, first[:RECORD])
    assert boot(sign(fan_image, 8), second)[1] is LoaderResult.ROLLED_BACK


def test_a_record_whose_writing_was_interrupted_counts_for_nothing(fan_image: Built, boot: Boot) -> None:
    torn = bytes([1, 2, 3, 0, 0, 0, 0, 0]) + (99).to_bytes(4, "little") + b"\xff" * 4
    booted, result, storage = boot(sign(fan_image, 7), torn)
    assert (booted, result) == (True, LoaderResult.ACCEPTED)
    assert int.from_bytes(storage[RECORD:][COUNTER], "little") == 7


def test_a_full_storage_takes_no_newer_counter(fan_image: Built, boot: Boot) -> None:
    record = bytes(8) + (7).to_bytes(4, "little") + (7 ^ 0xFFFFFFFF).to_bytes(4, "little")
    full = record * (0x8000 // RECORD)
    assert boot(sign(fan_image, 8), full)[:2] == (False, LoaderResult.STORAGE)
    assert boot(sign(fan_image, 7), full)[:2] == (True, LoaderResult.ACCEPTED)


def test_an_image_of_another_key_is_refused(fan_image: Built, boot: Boot) -> None:
    assert boot(sign(fan_image, 7, seed=2))[:2] == (False, LoaderResult.WRONG_SIGNATURE)


@pytest.mark.parametrize(
    ("place", "result"),
    [
        (0, LoaderResult.NO_IMAGE),  # the magic
        (8, LoaderResult.NO_IMAGE),  # the size of the header
        (14, LoaderResult.WRONG_SIZE),  # the size of the image
        (10, LoaderResult.WRONG_SIZE),  # that of the protected fields
        (20, LoaderResult.WRONG_HASH),  # the version
        (0x300, LoaderResult.WRONG_HASH),  # the image
        (-1, LoaderResult.WRONG_SIGNATURE),  # the last byte of the signature
    ],
)
def test_a_flipped_bit_anywhere_is_refused(fan_image: Built, boot: Boot, place: int, result: LoaderResult) -> None:
    slot = bytearray(sign(fan_image, 7))
    slot[place] ^= 1
    assert boot(bytes(slot))[:2] == (False, result)


def test_an_empty_slot_is_no_image(boot: Boot) -> None:
    assert boot(b"\xff" * 64)[:2] == (False, LoaderResult.NO_IMAGE)


def test_a_refused_image_leaves_the_pins_as_the_reset_left_them(
    fan_image: Built, loader: Image, emulator: EmbeddedEmulator
) -> None:
    firmware = Loaded.of(fan_image)
    emulator.boot(behind_loader(firmware, loader, sign(fan_image, 7, seed=2)))
    state = emulator.look()
    assert (state.log, state.faults) == ("", [])
    assert {change.name for change in state.changes} <= {"PA13", "PA14", "PA15", "PB3", "PB4"}
