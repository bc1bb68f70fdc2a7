"""The PlatformIO project of an image: whoever has PlatformIO can build it, with or without a network."""

from importlib.resources import files
from json import dumps

from proofmark_controller.c_source import FLAGS as OF_CONTROLLERS
from proofmark_firmware.compilers import Compiler
from proofmark_firmware.sources import script, sources
from proofmark_firmware.target import Target

PLATFORM = ("platform.json", "builder/main.py")
SCRIPT = "image.ld"
NO_CONTRACTION = "-ffp-contract=off"
"""A fused multiply-add rounds once where the simulation rounded twice."""
FLAGS = (
    *(flag for flag in OF_CONTROLLERS if flag != "-O2"),
    "-Os",
    "-g",
    "-ffreestanding",
    "-fno-common",
    "-fno-strict-aliasing",
    "-Wall",
    "-Wextra",
    "-Wshadow",
    "-Wundef",
    "-Werror",
)


def project(target: Target, compiler: Compiler) -> dict[str, str]:
    """Every file of it, by path."""
    platform = {f"platform/{name}": _packaged(name) for name in PLATFORM}
    return {
        "platformio.ini": _settings(target, compiler),
        **platform,
        f"platform/boards/{target.board.platformio}.json": _board(target),
        **{f"src/{name}": text for name, text in sources(target).items()},
        SCRIPT: script(target),
    }


def environment(target: Target) -> str:
    """What PlatformIO calls the build: `stm32f4`, or another family."""
    return target.board.family.name


def _packaged(name: str) -> str:
    return (files("proofmark_firmware") / "platform" / name).read_text(encoding="utf-8")


def _settings(target: Target, compiler: Compiler) -> str:
    name, board = environment(target), target.board.platformio
    flags = " ".join((*compiler.machine, *FLAGS))
    official = " ".join(("-ffreestanding -nostartfiles -mfpu=fpv4-sp-d16 -mfloat-abi=hard", NO_CONTRACTION))
    return f"""\
[platformio]
default_envs = {name}

[env:{name}]
platform = symlink://./platform
board = {board}
custom_compiler = {" ".join(compiler.command)}
custom_flags = {flags}
custom_libraries = {" ".join(compiler.libraries)}
custom_script = {SCRIPT}

; the same sources by the platform of the PlatformIO registry, where there is a network
[env:{name}_official]
platform = ststm32@^19
board = {board}
board_build.ldscript = {SCRIPT}
build_flags = {official}
"""


def _board(target: Target) -> str:
    part, board = target.board.part, target.board
    document = {
        "name": board.title,
        "vendor": "",
        "url": "",
        "frameworks": [],
        "build": {"cpu": part.core, "f_cpu": f"{board.clocks.core_hz}L", "mcu": part.name},
        "upload": {"maximum_size": part.flash.size, "maximum_ram_size": part.ram.size},
    }
    return dumps(document, indent=2) + "\n"
