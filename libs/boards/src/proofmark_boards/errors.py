"""Errors of this room: what a board or its part cannot do, what was expected, what was asked."""

from collections.abc import Sequence


class BoardError(ValueError):
    """Root of this room's errors."""


class UnknownBoard(BoardError):
    """A board without a file here."""

    def __init__(self, known: Sequence[str], got: str) -> None:
        super().__init__(f"expected one of {', '.join(known)}, got {got!r}")
        self.known, self.got = tuple(known), got


class UnknownPart(BoardError):
    """A part that modm-devices does not describe."""

    def __init__(self, part: str) -> None:
        super().__init__(f"part {part}: expected one that modm-devices describes")
        self.part = part


class NoSuchPin(BoardError):
    """A pin that the package does not have."""

    def __init__(self, pin: str, part: str, near: Sequence[str]) -> None:
        known = f": port {pin[1:2]} has {near[0]} to {near[-1]}" if near else f": there is no port {pin[1:2]}"
        super().__init__(f"{part} has no pin {pin}{known if pin[:1] == 'P' else ', expected one such as PA8'}")
        self.pin, self.part = pin, part


class PinTaken(BoardError):
    """A pin that somebody else uses."""

    def __init__(self, pin: str, owner: str) -> None:
        super().__init__(f"{pin} is used already: {owner}")
        self.pin, self.owner = pin, owner


class NoFunction(BoardError):
    """A pin that cannot do what is asked of it."""

    def __init__(self, pin: str, wanted: str, there_are: Sequence[str]) -> None:
        super().__init__(f"{pin} cannot be {wanted}: it can be {', '.join(there_are) or 'neither PWM nor analogue'}")
        self.pin, self.wanted, self.there_are = pin, wanted, tuple(there_are)


class TimerShared(BoardError):
    """Two frequencies for one timer, or one channel on two pins."""

    def __init__(self, pin: str, told: Sequence[str]) -> None:
        super().__init__(f"{pin} has no timer left: {'; '.join(told)}")
        self.pin, self.told = pin, tuple(told)


class OutOfReach(BoardError):
    """A frequency or a period that the hardware does not reach."""

    def __init__(self, what: str, expected: str, got: str) -> None:
        super().__init__(f"{what}: expected {expected}, got {got}")
        self.what, self.expected, self.got = what, expected, got


class WrongClock(BoardError):
    """A clock that no setting of the part's PLL gives."""

    def __init__(self, part: str, source_hz: int, wanted_hz: int) -> None:
        super().__init__(f"{part}: no setting of the PLL makes {wanted_hz} Hz of {source_hz} Hz")
        self.part, self.source_hz, self.wanted_hz = part, source_hz, wanted_hz
