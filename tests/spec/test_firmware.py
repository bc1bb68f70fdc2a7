"""What a section `firmware` means, and that the co-simulation computes with the pins that it names."""

from typing import Any

import pytest

from proofmark_contracts.cosimulation import Converter, CosimModel, Drive
from proofmark_contracts.firmware import AnalogPin, Firmware, MicropythonModule, PwmPin
from proofmark_cosim import assumptions
from proofmark_spec import Spec, parse
from proofmark_systems import system_of

from .battery import LOOP

ADC = {"range": ["0 V", "3.3 V"], "scale": "10 mV/K", "zero": "500 mV"}
TEMPERATURE = {"pin": "PA1", "input": "temp_degc", "adc": ADC}
HEATER = {"pin": "PA8", "output": "duty", "frequency": "20 kHz"}


def spec(**firmware: Any) -> Spec:
    section = {"board": "stm32f4-discovery", "pins": {"Temperature": TEMPERATURE, "Heater": HEATER}, **firmware}
    text = (LOOP / "spec.yaml").read_text()
    files = {"controller.py": (LOOP / "controller.py").read_bytes()}
    return parse(f"{text}firmware: {section}\n", files)


def interface(of: Spec) -> dict[str, str]:
    assert isinstance(of.design.model, CosimModel)
    return assumptions(system_of(of.design.model, of.design.controller, of.files))


def test_pins_get_their_functions() -> None:
    firmware = spec().design.firmware
    assert isinstance(firmware, Firmware)
    assert firmware.version == "1.0.0"
    assert firmware.pins == {
        "Temperature": AnalogPin(pin="PA1", input="temp_degc", function="ADC1_IN1"),
        "Heater": PwmPin(pin="PA8", output="duty", function="TIM1_CH1", frequency_hz=20e3, prescaler=1),
    }


def test_pins_say_what_the_controller_takes_and_makes() -> None:
    controller = spec().design.controller
    assert controller is not None
    assert controller.converters == {"temp_degc": Converter(low=-50.0, high=280.0, bits=12)}
    assert controller.drives == {"duty": Drive(top=8399)}


@pytest.mark.parametrize(
    ("scale", "zero", "low", "high"),
    [
        ("10 mV/K", "500 mV", -50.0, 280.0),
        ("10 mV/mK", "0 V", 0.0, 330.0),
        ("2 V/nm", "1.65 V", -0.825, 0.825),
        ("0.1 V", "0 V", 0.0, 33.0),
        ("-10 mV/K", "500 mV", 50.0, -280.0),
    ],
)
def test_the_controllers_unit_is_the_one_behind_the_stroke(scale: str, zero: str, low: float, high: float) -> None:
    pin = {**TEMPERATURE, "adc": {"range": ["0 V", "3.3 V"], "scale": scale, "zero": zero}}
    controller = spec(pins={"Temperature": pin, "Heater": HEATER}).design.controller
    assert controller is not None
    assert controller.converters["temp_degc"] == Converter(low=low, high=high, bits=12)


def test_the_simulation_computes_with_the_pins() -> None:
    of = spec()
    assert interface(of) == {"temp_degc": "12 bits from -50 to 280", "duty": "PWM of 8400 steps"}


def test_without_firmware_the_interface_is_said_to_be_ideal() -> None:
    files = {"controller.py": (LOOP / "controller.py").read_bytes()}
    of = parse((LOOP / "spec.yaml").read_text(), files)
    assert interface(of) == {"temp_degc": "ideal, 12 significant bits", "duty": "PWM of 4096 steps"}
    assert of.design.firmware is None


def test_a_module_of_micropython_has_an_ideal_interface() -> None:
    files = {"controller.py": (LOOP / "controller.py").read_bytes()}
    of = parse(f"{(LOOP / 'spec.yaml').read_text()}firmware: {{target: micropython}}\n", files)
    assert of.design.firmware == MicropythonModule(version="1.0.0")
    assert interface(of) == {"temp_degc": "ideal, 12 significant bits", "duty": "PWM of 4096 steps"}


def test_another_pin_is_another_design() -> None:
    moved = spec(pins={"Temperature": {**TEMPERATURE, "pin": "PA3"}, "Heater": HEATER})
    assert moved.design.design_digest() != spec().design.design_digest()
