"""The fan's image on an emulated chip."""

import pytest

from proofmark_firmware.emulation import Loaded, installed

from ..conftest import Build

needs_emulator = pytest.mark.skipif(not installed(), reason="the extra proofmark-emulator[unicorn] is not installed")


@pytest.fixture(scope="session")
def loaded(image: Build) -> Loaded:
    return Loaded.of(image("stm32f4-discovery"))
