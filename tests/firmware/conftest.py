"""One design, and its image built once for each family and session."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from proofmark_firmware.building import Built, built
from proofmark_firmware.cache import Cache
from proofmark_firmware.compilers import compiler_of
from proofmark_firmware.emulation import EmbeddedEmulator
from proofmark_firmware.placement import At
from proofmark_firmware.target import Target, target_of
from proofmark_spec import load, parse

FAN = Path(__file__).with_name("fan")
needs_zig = pytest.mark.skipif(find_spec("ziglang") is None, reason="ziglang, the compiler, is not installed")
Build = Callable[[str], Built]


def fan(board: str = "stm32f4-discovery", at: At = "slot") -> Target:
    """The fan's controller on a board."""
    spec = load(FAN / "spec.yaml")
    if board != "stm32f4-discovery":
        text = (FAN / "spec.yaml").read_text().replace("stm32f4-discovery", board)
        spec = parse(text, {"controller.py": (FAN / "controller.py").read_bytes()})
    return target_of(spec.design, spec.files, at)


@pytest.fixture(scope="session")
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`$XDG_CACHE_HOME` of whoever is to find what was built before."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def cache(cache_home: Path) -> Cache:
    return Cache(cache_home / "proofmark" / "firmware")


@pytest.fixture(scope="session")
def image(cache: Cache) -> Build:
    """The fan's image for a board."""
    return lambda board: built(fan(board), compiler_of("zig"), cache)


@pytest.fixture(scope="session")
def emulator() -> Iterator[EmbeddedEmulator]:
    """One program for all tests: whoever boots has new chips."""
    with EmbeddedEmulator() as started:
        yield started
