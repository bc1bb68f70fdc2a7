"""Edges of pins, and the dump that other tools read."""

from io import BytesIO
from xml.etree import ElementTree

import numpy as np
from vcd.reader import TokenKind, tokenize

from proofmark_firmware.emulation.protocol import Change, Wave
from proofmark_firmware.verification.picture import CLOSE, FAST, closer, picture
from proofmark_firmware.verification.waveforms import Signal, levels_in, signals, vcd, worth_drawing

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


def test_the_share_of_time_is_that_of_the_edges_wherever_it_is_cut() -> None:
    _, motor = signals(CHANGES, PINS, WAVES, 500)
    np.testing.assert_allclose(levels_in(motor, 200, 400, 2), [0.25, 0.25], rtol=0, atol=1e-12)
    np.testing.assert_allclose(levels_in(motor, 0, 500, 5), [0, 0, 0.25, 0.25, 1], rtol=0, atol=1e-12)
    np.testing.assert_allclose(levels_in(motor, 200, 250, 4), [1, 1, 0, 0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(levels_in(Signal("off", []), 0, 100, 2), [0, 0], rtol=0, atol=0)


def test_a_few_periods_of_the_slowest_pwm_are_seen_one_by_one() -> None:
    end = 1000 * (FAST + 1) + 1
    fast = Signal("fast", [(cycle + rise, 1 - rise) for cycle in range(0, end, 100) for rise in (0, 1)])
    slow = Signal("slow", [(cycle + 250 * (1 - high), high) for cycle in range(0, end, 1000) for high in (1, 0)])
    still = Signal("still", [(0, 1), (700, 0), (900, 1)])
    assert closer([still], 0, end) is None
    assert closer([still, fast, slow], 0, end) == (end - 1 - 1000 * CLOSE, end - 1)
    drawn = picture([still, fast, slow], 100_000_000, 0, end, "pins")
    assert ElementTree.fromstring(drawn).tag.endswith("svg")
    assert drawn == picture([still, fast, slow], 100_000_000, 0, end, "pins")


def test_what_is_drawn_shows_the_first_move_of_the_pin_that_moves_last() -> None:
    pins = np.zeros((100, 3), np.int32)
    pins[10:, 0], pins[60:, 1] = 5, np.arange(40)
    first = worth_drawing(pins, 20)
    assert first < 60 < first + 20
    assert worth_drawing(pins[:62], 20) == 42
    assert worth_drawing(pins[:, 2:], 20) == 1
