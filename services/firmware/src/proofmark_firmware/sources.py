"""All the text that an image is compiled from."""

from collections.abc import Iterator
from importlib.resources import files

from proofmark_controller.c_source import c_source
from proofmark_firmware.config_source import config_source
from proofmark_firmware.image_source import linker_script, vectors_source
from proofmark_firmware.interface_source import interface_source
from proofmark_firmware.target import Target

COMMON = (
    "fault.c",
    "log.c",
    "main.c",
    "memory.c",
    "pins.c",
    "pm.h",
    "registers.h",
    "startup.c",
    "wait.c",
    "watchdog.c",
)
OF_FAMILY = ("{}.h", "clock_{}.c", "adc_{}.c")


def sources(target: Target) -> dict[str, str]:
    """By file name; the same target gives the same text."""
    controller = c_source(target.program)
    generated = {
        "config.h": config_source(target),
        "interface.c": interface_source(target),
        "vectors.c": vectors_source(target),
        controller.header_name: controller.header,
        controller.source_name: controller.source,
    }
    return dict(sorted({**dict(_runtime(target.board.family.name)), **generated}.items()))


def script(target: Target) -> str:
    """The linker's."""
    return linker_script(target)


def _runtime(family: str) -> Iterator[tuple[str, str]]:
    folder = files("proofmark_firmware") / "runtime"
    for name in (*COMMON, *(pattern.format(family) for pattern in OF_FAMILY)):
        yield name, (folder / name).read_text(encoding="utf-8")
