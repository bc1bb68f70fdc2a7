"""Edges of pins, and the dump that other tools read."""

from io import BytesIO
from xml.etree import ElementTree

from vcd.reader import TokenKind, tokenize

from proofmark_firmware.emulation.protocol import Change, Wave
from proofmark_firmware.verification.picture import picture
from proofmark_firmware.verification.waveforms import signals, vcd

CHANGES = [
    Change(0, 0, "PD12", 2), Change(0, 10, "PD12", 0), Change(0, 100, "TIM1_CH1", 0), Change(1, 200, "TIM1_CH1", 25),
    Change(1, 300, "PD12", 1), Change(2, 400, "TIM1_CH1", 100),
]  # fmt: skip
WAVES = {"TIM1_CH1": Wave(period_cycles=100, steps=100, compare=100)}
PINS = {"LED": "PD12", "Motor": "TIM1_CH1"}


def test_a_pwm_is_high_until_its_compare_value_in_every_period() -> None:
    led, motor = signals(CHANGES, PINS, WAVES, 500)
    assert list(led.edges) == [(0, None), (10, 0), (300, 1)]
    assert list(motor.edges) == [(100, 0), (200, 1), (225, 0), (300, 1), (325, 0), (400, 1)]


def test_the_dump_holds_every_edge_at_its_time() -> None:
    text = vcd(signals(CHANGES, PINS, WAVES, 500), 100_000_000, "design 7")
    tokens = list(tokenize(BytesIO(text.encode())))
    names = {token.var.id_code: token.var.reference for token in tokens if token.kind is TokenKind.VAR}
    now, found = 0, []
    for token in tokens:
        if token.kind is TokenKind.CHANGE_TIME:
            now = token.time_change
        elif token.kind is TokenKind.CHANGE_SCALAR:
            found.append((now, names[token.scalar_change.id_code], token.scalar_change.value))
    assert found[:2] == [(0, "LED", "z"), (0, "Motor", "z")]
    assert found[2:] == [
        (100, "LED", "0"), (1000, "Motor", "0"), (2000, "Motor", "1"), (2250, "Motor", "0"), (3000, "LED", "1"),
        (3000, "Motor", "1"), (3250, "Motor", "0"), (4000, "Motor", "1"),
    ]  # fmt: skip


def test_the_picture_names_every_pin_and_is_the_same_again() -> None:
    found = signals(CHANGES, PINS, WAVES, 500)
    drawn = picture(found, 100_000_000, 0, 500, "pins")
    assert ElementTree.fromstring(drawn).tag.endswith("svg")
    assert drawn == picture(found, 100_000_000, 0, 500, "pins")
