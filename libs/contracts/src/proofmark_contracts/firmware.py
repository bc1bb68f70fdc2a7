"""The board a controller runs on, and what each pin means to it."""

from typing import Annotated, Literal

from pydantic import Field

from proofmark_contracts.frozen import Frozen


class AnalogPin(Frozen):
    """A voltage that the controller takes for a number."""

    kind: Literal["analog"] = "analog"
    pin: str
    input: str
    """Of the controller."""
    function: str
    """The converter and its channel, such as `ADC1_IN1`. What a code means is among the controller's `converters`."""


class InputPin(Frozen):
    """A level that the controller takes for a truth."""

    kind: Literal["input"] = "input"
    pin: str
    input: str


class PwmPin(Frozen):
    """A duty that the controller makes."""

    kind: Literal["pwm"] = "pwm"
    pin: str
    output: str
    """Of the controller."""
    function: str
    """The timer and its channel, such as `TIM1_CH1`."""
    frequency_hz: float
    """As asked for."""
    prescaler: int
    """Clocks of the timer for each count. How many counts there are is among the controller's `drives`."""


class OutputPin(Frozen):
    """A truth that the controller makes."""

    kind: Literal["output"] = "output"
    pin: str
    output: str


Pin = Annotated[AnalogPin | InputPin | PwmPin | OutputPin, Field(discriminator="kind")]


class Firmware(Frozen):
    """What the controller becomes."""

    board: str
    version: str = "1.0.0"
    """Major, minor and patch."""
    pins: dict[str, Pin]
    """By the name that the design gives them."""


class MicropythonModule(Frozen):
    """The controller alone, for whoever runs it in MicroPython."""

    target: Literal["micropython"] = "micropython"
    version: str = "1.0.0"
    """Major, minor and patch."""
