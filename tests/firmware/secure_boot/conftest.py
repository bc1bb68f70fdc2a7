"""Keys that anyone may know, and a loader for one of them."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from proofmark_firmware.building import Built
from proofmark_firmware.cache import Cache
from proofmark_firmware.compilers import compiler_of
from proofmark_firmware.elf import Image
from proofmark_firmware.secure_boot import loader_of, public_bytes

from ..conftest import Build


def key(seed: int) -> bytes:
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture(scope="session")
def fan_image(image: Build) -> Built:
    return image("stm32f4-discovery")


@pytest.fixture(scope="session")
def loader(cache: Cache) -> Image:
    return loader_of("stm32f4", public_bytes(key(1)), compiler_of("zig"), cache)
