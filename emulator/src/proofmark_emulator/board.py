"""What is around the chip: a crystal, wires, and what they carry at the moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from proofmark_emulator.errors import WrongRequest


@dataclass
class Board:
    """A part on a board, as the first request tells it."""

    part: str
    hse_hz: int
    """Of crystal or external clock; 0 without."""
    memories: Mapping[str, tuple[int, int]]
    """From name to start and size; the one called flash is not writable."""
    alternates: Mapping[str, Mapping[int, tuple[str, ...]]]
    """From pin to the signals of each alternate function, such as TIM1_CH1."""
    converters: Mapping[str, str]
    """From converter and channel, such as ADC1_IN1, to its pin."""
    baud: int = 115_200
    codes: dict[str, int] = field(default_factory=dict)
    """What converters find at analogue pins."""

    def carries(self, pin: str, number: int | None, signal: str) -> bool:
        """Whether a pin's alternate function is this signal."""
        return number is not None and signal in self.alternates.get(pin, {}).get(number, ())

    @classmethod
    def from_request(cls, told: Mapping[str, object]) -> "Board":
        """From a request.

        Raises
        ------
        WrongRequest
        """
        try:
            memories, alternates, converters = told["memories"], told["alternates"], told["converters"]
            assert isinstance(memories, dict) and isinstance(alternates, dict) and isinstance(converters, dict)
            return cls(
                part=str(told["part"]),
                hse_hz=int(str(told["hse_hz"])),
                memories={name: (int(start), int(size)) for name, (start, size) in memories.items()},
                alternates={
                    pin: {int(number): tuple(signals) for number, signals in functions.items()}
                    for pin, functions in alternates.items()
                },
                converters={str(channel): str(pin) for channel, pin in converters.items()},
                baud=int(str(told.get("baud", 115_200))),
            )
        except (KeyError, ValueError, AssertionError, AttributeError, TypeError) as error:
            raise WrongRequest("board", "part, hse_hz, memories, alternates, converters", repr(error)) from error
