"""Errors of this room: why there is no image, where, what was expected and what was found."""

from collections.abc import Sequence


class FirmwareError(RuntimeError):
    """Root of this room's errors."""


class NoFirmware(FirmwareError):
    """A design that asks for none, or for none of this kind."""

    def __init__(self, name: str, kind: str = "with a board") -> None:
        super().__init__(f"{name}: expected a section firmware {kind}, got none")


class NoCompiler(FirmwareError):
    """Nothing on this machine compiles for the part."""

    def __init__(self, wanted: str | None) -> None:
        what = wanted or "ziglang or arm-none-eabi-gcc"
        super().__init__(f"compiler: expected {what} on this machine, got none; `pip install ziglang` brings one")


class MissingTool(FirmwareError):
    """A package that a build needs and that is not installed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"build: expected the package {name}, got none; `pip install {name}` brings it")
        self.name = name


class BuildFailed(FirmwareError):
    """The build ended with an error."""

    def __init__(self, code: int, told: Sequence[str]) -> None:
        super().__init__("\n".join([f"build: expected exit code 0, got {code}", *told]))
        self.code, self.told = code, tuple(told)


class ImageTooLarge(FirmwareError):
    """A memory that the image does not fit into."""

    def __init__(self, memory: str, size: int, used: int) -> None:
        super().__init__(f"{memory}: expected at most {size} bytes, got {used}")
        self.memory, self.size, self.used = memory, size, used
