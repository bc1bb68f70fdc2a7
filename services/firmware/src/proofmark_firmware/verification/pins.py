"""Pins: what comes out, when, and at which frequency."""

from typing import Any

import numpy as np

from proofmark_firmware.emulation import Loaded, Observed, State
from proofmark_firmware.verification.checks import Checked, checked
from proofmark_firmware.verification.interface import PWM, IntArray, first_pins, made_in, pins_of

FREQUENCY_ERROR = 1e-3
"""Of what the timer was meant to reach."""


def pins(firmware: Loaded, seen: Observed, state: State) -> Checked:
    """Every pin shows what was made a tick before, and every PWM runs at its frequency.

    Parameters
    ----------
    state
        Of the first chip, at the end.
    """
    problems = []
    shown, expected = seen.pins, expected_pins(firmware, seen)
    changes: dict[str, int] = {}
    for index, told in enumerate(_driven(firmware)):
        name = f"{told['pin_name']} ({told['pin']})"
        wrong = np.argwhere(shown[:, :, index] != expected[:, :, index])
        if wrong.size:
            chip, tick = wrong[0]
            wanted, got = expected[chip, tick, index], shown[chip, tick, index]
            problems.append(
                f"{name}, tick {tick}: expected {wanted}, got {got}{' (nothing comes out)' if got < 0 else ''}"
            )
        changes[told["pin"]] = int((np.diff(shown[:, :, index]) != 0).sum())
        if told["kind"] == PWM:
            problems += _frequency(name, told["reached_hz"], told["top"] + 1, state, told["pin"])
    told_of = ", ".join(f"{told['pin_name']} {_summary(told, changes)}" for told in _driven(firmware))
    return checked("declared pins toggle", problems, told_of, {f"changes {pin}": n for pin, n in changes.items()})


def expected_pins(firmware: Loaded, seen: Observed) -> IntArray:
    """(n, m, p) what pins have to show: in the first tick what stands there before any, then what was made."""
    made = pins_of(firmware, made_in(firmware, seen.record))
    first = np.broadcast_to(first_pins(firmware), (made.shape[0], 1, made.shape[2]))
    return np.concatenate([first, made[:, :-1]], axis=1)


def _driven(firmware: Loaded) -> list[dict[str, Any]]:
    return [dict(told) for told in firmware.outputs if "pin" in told]


def _frequency(name: str, wanted_hz: float, steps: int, state: State, pin: str) -> list[str]:
    wave = state.waves.get(pin)
    if wave is None:
        return [f"{name}: no PWM comes out"]
    hz = state.core_hz / wave.period_cycles
    problems = []
    if abs(hz / wanted_hz - 1) > FREQUENCY_ERROR:
        problems.append(f"{name}: expected {wanted_hz:g} Hz, got {hz:g} Hz")
    if wave.steps != steps:
        problems.append(f"{name}: expected {steps} steps of duty, got {wave.steps}")
    return problems


def _summary(told: dict[str, Any], changes: dict[str, int]) -> str:
    at = f"{told['reached_hz']:g} Hz, " if told["kind"] == PWM else ""
    return f"{at}{changes[str(told['pin'])]} changes"
