"""What can be asked, of chips that all have the same board and image."""

from array import array
from collections.abc import Callable
from dataclasses import asdict
from typing import IO, Any

from proofmark_emulator.board import Board
from proofmark_emulator.chip import Chip, Options
from proofmark_emulator.errors import EmulatorError, WrongRequest
from proofmark_emulator.frames import Message, receive, send
from proofmark_emulator.running import Surroundings, Ticks, Watched, boot

BREAKABLE = ("adc-dead", "hse-dead", "pll-dead", "systick-dead")
CAUSES = ("power-on", "brown-out", "pin")
NOTHING = Watched((), (), (), ())
Answer = tuple[Message, bytes]


class Server:
    """Answers requests, one after the other."""

    def __init__(self) -> None:
        self.chips: list[Chip] = []
        self._watched = NOTHING
        self._surroundings: list[Surroundings] = []
        self._answers: dict[str, Callable[[Message, bytes], Answer]] = {
            "boot": self._boot,
            "watch": self._watch,
            "run": self._run,
            "look": self._look,
            "read": self._read,
            "write": self._write,
            "break": self._break,
            "reset": self._reset,
        }

    def serve(self, requests: IO[bytes], answers: IO[bytes]) -> None:
        """Until the stream of requests ends."""
        while (message := receive(requests)) is not None:
            try:
                answer, payload = self.answer(*message)
            except EmulatorError as error:
                answer, payload = {"error": str(error)}, b""
            except (KeyError, TypeError, ValueError) as error:
                answer, payload = {"error": f"{message[0].get('do')}: malformed, {error!r}"}, b""
            send(answers, answer, payload)

    def answer(self, message: Message, payload: bytes) -> Answer:
        """To one request.

        Raises
        ------
        EmulatorError
        """
        asked = str(message.get("do"))
        if asked not in self._answers:
            raise WrongRequest("do", f"one of {', '.join(self._answers)}", asked)
        if asked != "boot" and not self.chips:
            raise WrongRequest("do", "boot before anything else", asked)
        if asked == "run" and not self._surroundings:
            raise WrongRequest("do", "watch before run", asked)
        return self._answers[asked](message, payload)

    def _boot(self, message: Message, payload: bytes) -> Answer:
        board, image, start = message["board"], {}, 0
        for address, size in message["image"]:
            image[int(address)] = payload[start : start + size]
            start += size
        options = Options(**message["options"])
        broken = [str(what) for what in message.get("break", [])]
        self.chips = [Chip(Board.from_request(board), image, options) for _ in range(int(message.get("chips", 1)))]
        self._surroundings = []
        booted = []
        for chip in self.chips:
            for what in broken:
                chip.inject(_one_of("break", what, BREAKABLE))
            booted.append(boot(chip, float(message.get("limit_s", 1.0))))
        return {"booted": booted}, b""

    def _watch(self, message: Message, _payload: bytes) -> Answer:
        watched = Watched(
            tuple(message["analogue"]),
            tuple(message["digital"]),
            tuple(message["outputs"]),
            tuple((int(start), int(size)) for start, size in message["memory"]),
        )
        self._watched, self._surroundings = watched, [Surroundings(chip, watched) for chip in self.chips]
        return {}, b""

    def _run(self, message: Message, payload: bytes) -> Answer:
        ticks, keep, inputs = int(message["ticks"]), bool(message.get("keep", False)), array("i", payload)
        each = ticks * self._watched.inputs
        if len(inputs) != len(self.chips) * each:
            expected = f"{len(self.chips)} chips x {ticks} ticks x {self._watched.inputs} inputs"
            raise WrongRequest("run", expected, f"{len(inputs)} numbers")
        seen, rows = list[Ticks](), bytearray()
        for number, around in enumerate(self._surroundings):
            around.chip.trace.keep(keep)
            seen.append(around.run(ticks, inputs[number * each : (number + 1) * each]))
            rows += seen[-1].rows + self._watched.nothing * (ticks - seen[-1].done)
        told: Message = {
            "ticks": [one.done for one in seen],
            "overruns": [one.overruns for one in seen],
            "most_instructions": [one.most_instructions for one in seen],
            "longest": [one.longest for one in seen],
            "faults": [len(chip.faults) for chip in self.chips],
            "stopped": [chip.stopped for chip in self.chips],
        }
        return told, bytes(rows)

    def _chip(self, message: Message) -> Chip:
        number = message.get("chip", 0)
        if not isinstance(number, int) or not 0 <= number < len(self.chips):
            raise WrongRequest("chip", f"0 to {len(self.chips) - 1}", number)
        return self.chips[number]

    def _look(self, message: Message, _payload: bytes) -> Answer:
        chip = self._chip(message)
        waves: dict[str, Any] = {}
        for pin in message.get("pins", []):
            channel = chip.channel(pin)
            wave = None if channel is None else channel[0].wave(channel[1])
            waves[pin] = None if wave is None else asdict(wave)
        told = {
            "tick": chip.trace.tick,
            "cycle": chip.time.now,
            "time_s": chip.time.now_s,
            "clocks": asdict(chip.clocks),
            "log": chip.log.decode(errors="replace"),
            "faults": [fault.told() for fault in chip.faults],
            "resets": chip.resets,
            "waves": waves,
            "trace": chip.trace.digest,
            "changes": [[c.tick, c.cycle, c.name, c.value] for c in chip.trace.taken()],
            "stopped": chip.stopped,
        }
        return told, b""

    def _read(self, message: Message, _payload: bytes) -> Answer:
        return {}, self._chip(message).read(int(message["address"]), int(message["size"]))

    def _write(self, message: Message, payload: bytes) -> Answer:
        self._chip(message).view(int(message["address"]), len(payload))[:] = payload
        return {}, b""

    def _break(self, message: Message, _payload: bytes) -> Answer:
        self._chip(message).inject(_one_of("what", message["what"], BREAKABLE), bool(message.get("on", True)))
        return {}, b""

    def _reset(self, message: Message, _payload: bytes) -> Answer:
        chip = self._chip(message)
        chip.reset(_one_of("cause", message["cause"], CAUSES))
        return {"booted": boot(chip, float(message.get("limit_s", 1.0)))}, b""


def _one_of(what: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise WrongRequest(what, f"one of {', '.join(known)}", value)
    return value
