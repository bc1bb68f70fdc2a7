"""What can be asked, of chips that all have the same board and image."""

from array import array
from collections.abc import Callable
from dataclasses import asdict
from typing import IO, Any

from proofmark_emulator.board import Board
from proofmark_emulator.chip import Chip, Options
from proofmark_emulator.errors import EmulatorError, WrongRequest
from proofmark_emulator.frames import Message, receive, send
from proofmark_emulator.running import Watched, boot, run

BREAKABLE = ("adc-dead", "hse-dead", "pll-dead", "systick-dead")
CAUSES = ("power-on", "brown-out", "pin")
Answer = tuple[Message, bytes]


class Server:
    """Answers requests, one after the other."""

    def __init__(self) -> None:
        self.chips: list[Chip] = []
        self._answers: dict[str, Callable[[Message, bytes], Answer]] = {
            "boot": self._boot,
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
        return self._answers[asked](message, payload)

    def _boot(self, message: Message, payload: bytes) -> Answer:
        board, image, start = message["board"], {}, 0
        for address, size in message["image"]:
            image[int(address)] = payload[start : start + size]
            start += size
        options = Options(**message["options"])
        broken = [str(what) for what in message.get("break", [])]
        self.chips = [Chip(Board.from_request(board), image, options) for _ in range(int(message.get("chips", 1)))]
        booted = []
        for chip in self.chips:
            for what in broken:
                chip.inject(_one_of("break", what, BREAKABLE))
            booted.append(boot(chip, float(message.get("limit_s", 1.0))))
        return {"booted": booted}, b""

    def _run(self, message: Message, payload: bytes) -> Answer:
        inputs = array("i", payload)
        watched = Watched(
            tuple(message["analogue"]),
            tuple(message["digital"]),
            tuple(message["outputs"]),
            tuple((int(start), int(size)) for start, size in message["memory"]),
        )
        ticks = int(message["ticks"])
        width = len(watched.analogue) + len(watched.digital)
        if len(inputs) != len(self.chips) * ticks * width:
            expected = f"{len(self.chips)} chips x {ticks} ticks x {width} inputs"
            raise WrongRequest("run", expected, f"{len(inputs)} numbers")
        told, made = [], []
        for number, chip in enumerate(self.chips):
            chip.trace.keep(bool(message.get("keep", False)))
            own = inputs[number * ticks * width : (number + 1) * ticks * width]
            seen = run(chip, watched, ticks, own)
            told.append(
                {
                    "ticks": seen.done,
                    "overruns": seen.overruns,
                    "most_instructions": seen.most_instructions,
                    "longest": seen.longest,
                    "faults": len(chip.faults),
                    "stopped": chip.stopped,
                }
            )
            missing = ticks - seen.done
            seen.outputs.extend([-1] * len(watched.outputs) * missing)
            seen.memory += bytes(sum(size for _, size in watched.memory) * missing)
            made += [seen.outputs.tobytes(), bytes(seen.memory)]
        return {"chips": told}, b"".join(made)

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
