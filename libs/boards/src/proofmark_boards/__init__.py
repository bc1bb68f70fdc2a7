"""Boards and their microcontrollers: pins, functions, clocks and timers, and what a design may ask of them."""

from proofmark_boards.board import Board, board_of, boards
from proofmark_boards.errors import BoardError, NoFunction, OutOfReach
from proofmark_boards.timing import PwmTiming, TickTiming, Watchdog, pwm_timing, tick_timing, watchdog
from proofmark_boards.wiring import ADC_BITS, Asked, Assigned, Wiring, wired

__all__ = [
    "ADC_BITS",
    "Asked",
    "Assigned",
    "Board",
    "BoardError",
    "NoFunction",
    "OutOfReach",
    "PwmTiming",
    "TickTiming",
    "Watchdog",
    "Wiring",
    "board_of",
    "boards",
    "pwm_timing",
    "tick_timing",
    "watchdog",
    "wired",
]
