"""Which peripheral does what is asked of each pin: one channel to a pin, one frequency to a timer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from proofmark_boards.board import Board
from proofmark_boards.errors import BoardError, NoFunction, OutOfReach, PinTaken, TimerShared
from proofmark_boards.parts import Function
from proofmark_boards.timing import PwmTiming, hertz, pwm_timing

ADC_BITS = 12
PWM_CHANNELS = ("CH1", "CH2", "CH3", "CH4")
MOST_TRIES = 10_000

Use = Literal["analog", "pwm", "input", "output"]


@dataclass(frozen=True)
class Asked:
    """What a pin is to do."""

    pin: str
    use: Use
    frequency_hz: float | None = None
    """Of a PWM."""
    function: str | None = None
    """Such as `TIM1_CH1`, where it is not to be chosen."""


@dataclass(frozen=True)
class Assigned:
    """What a pin does."""

    pin: str
    use: Use
    function: Function | None = None
    """Of PWM and analogue pins."""
    timing: PwmTiming | None = None
    """Of PWM pins."""


@dataclass(frozen=True)
class Wiring:
    """Every pin that is sound, and what is wrong with the others."""

    pins: Mapping[str, Assigned] = field(default_factory=dict)
    problems: Mapping[str, BoardError] = field(default_factory=dict)


def wired(board: Board, asked: Mapping[str, Asked]) -> Wiring:
    """Give each pin its peripheral.

    Parameters
    ----------
    asked
        By the name that a design gives a pin. Those named first are served first; where a later one finds nothing
        left, other choices are tried for the earlier.
    """
    problems: dict[str, BoardError] = {}
    choices: dict[str, list[Assigned]] = {}
    owners = dict(board.taken)
    for name, one in asked.items():
        try:
            if one.pin in owners:
                raise PinTaken(one.pin, owners[one.pin])
            choices[name] = _choices(board, one)
            owners[one.pin] = name
        except BoardError as error:
            problems[name] = error
    placed: dict[str, Assigned] = {}
    for name, candidates in choices.items():
        tries = iter(range(MOST_TRIES))
        found = next(_ways({**{earlier: choices[earlier] for earlier in placed}, name: candidates}, tries), None)
        if found is None:
            problems[name] = TimerShared(asked[name].pin, list(_conflicts(candidates, placed)))
        else:
            placed = found
    return Wiring(placed, problems)


def _choices(board: Board, one: Asked) -> list[Assigned]:
    functions = board.part.functions(one.pin)
    match one.use:
        case "input" | "output":
            if one.function is not None:
                raise NoFunction(one.pin, f"{one.function} as a plain {one.use}", [f"{one.use} without a function"])
            return [Assigned(one.pin, one.use)]
        case "analog":
            able = [f for f in functions if f.peripheral.startswith("ADC") and f.alternate is None]
            return [Assigned(one.pin, "analog", _wanted(one, "an analogue input", able)[0])]
    able = [f for f in functions if f.peripheral.startswith("TIM") and f.signal in PWM_CHANNELS]
    return _timed(board, one, _wanted(one, "a PWM output", able))


def _wanted(one: Asked, what: str, able: list[Function]) -> list[Function]:
    found = [function for function in able if one.function in (None, str(function))]
    if not found:
        raise NoFunction(one.pin, one.function or what, [str(function) for function in able])
    return found


def _timed(board: Board, one: Asked, functions: list[Function]) -> list[Assigned]:
    """The functions that reach the frequency."""
    found, out_of_reach = [], None
    for function in functions:
        timer_hz = board.clocks.timer_hz(timer_number(function) in board.family.apb2_timers)
        try:
            found.append(Assigned(one.pin, "pwm", function, pwm_timing(timer_hz, one.frequency_hz or 0.0)))
        except OutOfReach as error:
            out_of_reach = error
    if not found and out_of_reach is not None:
        raise out_of_reach
    return found


def timer_number(function: Function) -> int:
    """Of a timer's channel."""
    return int(function.peripheral.removeprefix("TIM"))


def _ways(choices: Mapping[str, list[Assigned]], tries: Iterator[int]) -> Iterator[dict[str, Assigned]]:
    """One choice for each, all compatible, as long as tries are left."""
    if not choices:
        yield {}
        return
    *before, last = choices
    for one in _ways({name: choices[name] for name in before}, tries):
        for candidate in choices[last]:
            if next(tries, None) is None:
                return
            if all(_agree(candidate, other) for other in one.values()):
                yield {**one, last: candidate}


def _agree(one: Assigned, other: Assigned) -> bool:
    if one.function is None or other.function is None or one.function.peripheral != other.function.peripheral:
        return True
    return one.function.signal != other.function.signal and one.timing == other.timing


def _conflicts(candidates: list[Assigned], placed: Mapping[str, Assigned]) -> Iterator[str]:
    for candidate in candidates:
        for name, other in placed.items():
            if not _agree(candidate, other):
                assert candidate.function is not None and other.function is not None
                if candidate.function.signal == other.function.signal:
                    yield f"{candidate.function} is {name}'s"
                else:
                    reached_hz = 0.0 if other.timing is None else other.timing.reached_hz
                    yield f"{candidate.function.peripheral} runs at {hertz(reached_hz)} for {name}"
