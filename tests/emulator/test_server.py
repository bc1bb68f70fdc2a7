"""The program: what it answers, and that it answers the same again."""

import subprocess
import sys
from array import array
from io import BytesIO
from typing import Any

import pytest

from proofmark_emulator.errors import WrongRequest
from proofmark_emulator.frames import Message, receive, send
from proofmark_emulator.server import Server

from .images import ALTERNATES, CONVERTERS, FLASH, RAM, RESULT, image
from .test_peripherals import ADC, PINS, SAMPLE

FOLLOWING = f"""{SAMPLE}
void Reset_Handler(void)
{{
    {PINS} {ADC} R(0x40020C00u) |= 1u << 24; SYSTICK(15999u);
    for (uint32_t seen = due;;) {{
        while (seen == due) SLEEP();
        seen += 1u;
        RESULT[0] = sample();
        R(0x40020C18u) = (RESULT[0] > 2000u) ? (1u << 12) : (1u << 28);
    }}
}}"""


def requests(chips: int = 1, **options: Any) -> tuple[Message, bytes]:
    firmware = image(FOLLOWING, "[15] = tick")
    board = {
        "part": "STM32F407VGT6",
        "hse_hz": 8_000_000,
        "memories": {"flash": [FLASH, 0x80000], "sram1": [RAM, 0x1C000]},
        "alternates": ALTERNATES,
        "converters": CONVERTERS,
    }
    given = {"entry": FLASH, "period_s": 1e-3} | options
    return {
        "do": "boot", "board": board, "options": given, "chips": chips, "image": [[FLASH, len(firmware)]],
    }, firmware  # fmt: skip


WATCH: Message = {"do": "watch", "analogue": ["PA1"], "digital": [], "outputs": ["PD12"], "memory": [[RESULT, 4]]}


def serving(chips: int = 1) -> Server:
    """With chips that await their first tick."""
    server = Server()
    assert server.answer(*requests(chips)) == ({"booted": [True] * chips}, b"")
    assert server.answer(WATCH, b"") == ({}, b"")
    return server


def ask_to_run(codes: list[list[int]]) -> tuple[Message, bytes]:
    message = {"do": "run", "ticks": len(codes[0]), "keep": True}
    return message, array("i", [code for chip in codes for code in chip]).tobytes()


def test_every_chip_of_a_process_has_its_own_inputs_and_outputs() -> None:
    server = serving(chips=2)
    codes = [[1000, 3000, 1000], [3000, 3000, 10]]
    told, payload = server.answer(*ask_to_run(codes))
    assert told["ticks"] == [3, 3]
    numbers = array("i", payload).tolist()
    assert (numbers[0::2], numbers[1::2]) == ([0, 1, 0, 1, 1, 0], codes[0] + codes[1])


def test_a_run_repeated_has_the_same_trace() -> None:
    codes = [[(i * 37) % 4096 for i in range(300)]]

    def digest(parts: int) -> str:
        server = serving()
        size = len(codes[0]) // parts
        for part in range(parts):
            server.answer(*ask_to_run([codes[0][part * size : (part + 1) * size]]))
        return str(server.answer({"do": "look"}, b"")[0]["trace"])

    assert digest(1) == digest(1) == digest(3)


def test_what_happened_can_be_looked_at() -> None:
    server = serving()
    server.answer(*ask_to_run([[1000, 3000]]))
    told, _ = server.answer({"do": "look", "pins": ["PD12"]}, b"")
    assert told["tick"] == 2
    assert told["clocks"]["core"] == 16_000_000
    assert [change[0::2] for change in told["changes"] if change[2] == "PD12"][-1:] == [[1, "PD12"]]
    assert told["waves"] == {"PD12": None}
    assert told["resets"] == [(0, "power-on")]


def test_a_broken_converter_and_a_brown_out_can_be_asked_for() -> None:
    server = serving()
    server.answer({"do": "break", "what": "adc-dead"}, b"")
    _, payload = server.answer(*ask_to_run([[5]]))
    assert array("i", payload).tolist()[1] == 0xFFFF
    assert server.answer({"do": "reset", "cause": "brown-out"}, b"")[0] == {"booted": True}
    assert server.answer({"do": "look"}, b"")[0]["resets"][-1][1] == "brown-out"


def test_memory_can_be_written_and_read_back() -> None:
    server = Server()
    server.answer(*requests())
    server.answer({"do": "write", "address": RESULT + 64}, b"proof")
    assert server.answer({"do": "read", "address": RESULT + 64, "size": 5}, b"") == ({}, b"proof")


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"do": "fly"}, "do: expected one of boot, watch, run, look, read, write, break, reset, got fly"),
        ({"do": "run"}, "do: expected boot before anything else, got run"),
        ({}, "do: expected one of boot, watch, run, look, read, write, break, reset, got None"),
    ],
)
def test_requests_without_a_meaning_are_refused(message: Message, said: str) -> None:
    with pytest.raises(WrongRequest, match="^" + said.replace("(", "\\(")):
        Server().answer(message, b"")


def test_nothing_runs_before_it_is_said_what_to_watch() -> None:
    server = Server()
    server.answer(*requests())
    with pytest.raises(WrongRequest, match=r"^do: expected watch before run, got run$"):
        server.answer(*ask_to_run([[1000]]))


def test_ticks_that_a_chip_did_not_do_are_rows_of_nothing() -> None:
    server = serving()
    server.chips[0].stopped = True
    told, payload = server.answer(*ask_to_run([[1000, 3000]]))
    assert (told["ticks"], array("i", payload).tolist()) == ([0], [-1, 0, -1, 0])


def test_an_unknown_part_is_refused() -> None:
    message, payload = requests()
    message["board"]["part"] = "ATMEGA328"
    with pytest.raises(WrongRequest, match="part: expected one of STM32F407"):
        Server().answer(message, payload)


@pytest.mark.parametrize("stream", [b"\x01", b"\x05\0\0\0\0\0\0\0{}", b"\x02\0\0\0\0\0\0\0[]", b"\x02\0\0\0\0\0\0\0xx"])
def test_what_is_no_frame_is_refused(stream: bytes) -> None:
    with pytest.raises(WrongRequest):
        receive(BytesIO(stream))


def test_the_program_answers_on_its_pipe_and_ends_with_it() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "proofmark_emulator"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        send(program.stdin, *requests())
        assert receive(program.stdout) == ({"booted": [True]}, b"")
        send(program.stdin, {"do": "nothing"})
        answer = receive(program.stdout)
        assert answer is not None
        assert answer[0]["error"].startswith("do: expected one of")
        program.stdin.close()
        assert program.wait(10) == 0
