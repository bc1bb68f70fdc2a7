"""What can be wrong with a request; what is wrong with firmware is a `Fault` in the answer."""


class EmulatorError(Exception):
    """The emulator cannot do what it is asked."""


class WrongRequest(EmulatorError):
    """A request says something that has no meaning."""

    def __init__(self, what: str, expected: object, got: object) -> None:
        super().__init__(f"{what}: expected {expected}, got {got}")


class EngineFailed(EmulatorError):
    """Unicorn did something that no firmware can make it do."""

    def __init__(self, what: str, expected: object, got: object) -> None:
        super().__init__(f"unicorn, {what}: expected {expected}, got {got}")


class NoCompiler(EmulatorError):
    """What counts instructions could not be compiled."""

    def __init__(self, returned: int, said: str) -> None:
        super().__init__(f"compiling the counter of instructions: expected status 0, got {returned}: {said.strip()}")
