"""From a target to its image: built in a folder of its own, or found among those that were built before."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from json import dumps
from pathlib import Path
from tempfile import TemporaryDirectory

from proofmark_firmware.cache import Cache
from proofmark_firmware.compilers import Compiler
from proofmark_firmware.debug_information import without_debug_information
from proofmark_firmware.elf import Image, hex_text, image_of, map_of
from proofmark_firmware.errors import BuildFailed, ImageTooLarge
from proofmark_firmware.platformio_run import build, tools
from proofmark_firmware.project import environment, project
from proofmark_firmware.statement import statement_of
from proofmark_firmware.target import Target

ELF, BIN, HEX, MAP, STATEMENT = "firmware.elf", "firmware.bin", "firmware.hex", "firmware.map", "firmware.json"
KEPT_AS = 2
"""What is kept of an image has changed this often: what was kept otherwise is not found."""
OVERFLOWED = re.compile(r"region [`'](?P<memory>\w+)'?:? overflowed by (?P<bytes>\d+) bytes")


@dataclass(frozen=True)
class Built:
    """An image."""

    files: Mapping[str, bytes]
    """By name."""
    image: Image
    cached: bool

    def sha256(self, name: str) -> str:
        """Of a file."""
        return hashlib.sha256(self.files[name]).hexdigest()


def built(target: Target, compiler: Compiler, cache: Cache) -> Built:
    """Make the image, or find it.

    Raises
    ------
    FirmwareError
    """
    digest = digest_of(target, compiler)
    found = cache.find(digest)
    if found is not None:
        return Built(found, image_of(found[ELF]), cached=True)
    elf = without_debug_information(_linked(target, compiler))
    image = image_of(elf)
    _check_fits(target, image)
    files = {ELF: elf, BIN: image.data, HEX: hex_text({image.start: image.data}).encode(), MAP: map_of(image).encode()}
    files[STATEMENT] = statement_of(target, image, compiler, files)
    cache.keep(digest, files)
    return Built(files, image, cached=False)


def digest_of(target: Target, compiler: Compiler) -> str:
    """Of everything that an image is made of and by."""
    made_of = [KEPT_AS, project(target, compiler), target.design_sha256, str(compiler), tools()]
    return hashlib.sha256(dumps(made_of, sort_keys=True).encode()).hexdigest()


def write_project(target: Target, compiler: Compiler, folder: Path) -> None:
    """Write the PlatformIO project into a folder."""
    for name, text in project(target, compiler).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _linked(target: Target, compiler: Compiler) -> bytes:
    with TemporaryDirectory(prefix="proofmark-firmware-") as made:
        folder = Path(made)
        write_project(target, compiler, folder / "project")
        try:
            build(folder / "project", environment(target), folder / "core")
        except BuildFailed as error:
            _raise_if_too_large(target, error)
            raise
        return (folder / "project" / ".pio" / "build" / environment(target) / ELF).read_bytes()


def _raise_if_too_large(target: Target, error: BuildFailed) -> None:
    over = OVERFLOWED.search("\n".join(error.told))
    if over is not None:
        at = target.placement
        size = at.size if over["memory"] == "FLASH" else at.ram_size
        raise ImageTooLarge(over["memory"].lower(), size, size + int(over["bytes"])) from error


def _check_fits(target: Target, image: Image) -> None:
    """What the linker does not count: data lies in flash besides."""
    at = target.placement
    for memory, size, used in (("flash", at.size, len(image.data)), ("ram", at.ram_size, image.ram_bytes)):
        if used > size:
            raise ImageTooLarge(memory, size, used)
