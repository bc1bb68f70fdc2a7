"""The service's side of the emulator's pipe."""

from typing import Literal

import numpy as np
import pytest

from proofmark_firmware.emulation import Breakage, EmbeddedEmulator, Loaded, NotInstalled, program
from proofmark_firmware.emulation.errors import EmulatorFailed

from ..conftest import needs_zig
from .conftest import needs_emulator

pytestmark = [needs_zig, needs_emulator]
TICKS = 40


def wandering(chips: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    codes = (np.arange(chips * TICKS).reshape(chips, TICKS) * 101) % 4096
    return np.stack([codes, np.ones_like(codes)], axis=-1).astype(np.int32)


def test_chips_do_the_same_however_many_processes_share_them(loaded: Loaded) -> None:
    found = []
    for processes in (1, 2):
        with EmbeddedEmulator(processes) as emulator:
            assert emulator.boot(loaded, 3) == [True] * 3
            seen = emulator.run(wandering(3))
            found.append(
                (seen.record.tobytes(), seen.state.tobytes(), [emulator.look(i).trace_sha256 for i in range(3)])
            )
    assert found[0] == found[1]


def test_what_was_sampled_are_the_codes_that_were_given(loaded: Loaded, emulator: EmbeddedEmulator) -> None:
    emulator.boot(loaded)
    seen = emulator.run(wandering(1))
    np.testing.assert_array_equal(seen.record[0, :, 0], np.arange(TICKS))
    np.testing.assert_array_equal(seen.record[0, :, 1:3], wandering(1)[0])
    assert seen.status[0, -1].tolist() == [1, TICKS, 0, 0]


def test_state_is_where_the_statement_says(loaded: Loaded, emulator: EmbeddedEmulator) -> None:
    emulator.boot(loaded)
    seen = emulator.run(wandering(1))
    np.testing.assert_array_equal(seen.state["ticks"][0], np.arange(1, TICKS + 1))
    np.testing.assert_array_equal(seen.state["led"][0], np.arange(TICKS) % 2 == 0)


def test_what_a_debugger_writes_the_controller_reads(loaded: Loaded, emulator: EmbeddedEmulator) -> None:
    emulator.boot(loaded)
    address, _ = loaded.state
    emulator.write(address, np.float32(0.0125).tobytes())
    assert emulator.read(address, 4) == np.float32(0.0125).tobytes()
    assert emulator.run(wandering(1)).state["gain"][0, 0] == np.float32(0.0125)


@pytest.mark.parametrize("part", ["hse", "pll"])
def test_a_clock_that_does_not_start_is_told(
    loaded: Loaded, emulator: EmbeddedEmulator, part: Literal["hse", "pll"]
) -> None:
    dead: dict[str, Breakage] = {"hse": "hse-dead", "pll": "pll-dead"}
    assert emulator.boot(loaded, broken=(dead[part],)) == [False]
    assert emulator.look().log.splitlines()[1:] == [f"fault clock {part}"]


def test_a_program_that_ended_is_told(loaded: Loaded) -> None:
    emulator = EmbeddedEmulator()
    emulator._programs[0]._process.kill()
    emulator._programs[0]._process.wait()
    with pytest.raises(EmulatorFailed, match="it ended with status -9"):
        emulator.boot(loaded)
    emulator.close()


def test_nothing_runs_before_it_is_booted() -> None:
    with EmbeddedEmulator() as fresh, pytest.raises(EmulatorFailed, match="nothing is booted"):
        fresh.run(wandering(1))


def test_a_machine_without_the_emulator_says_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "installed", lambda: False)
    with pytest.raises(NotInstalled, match=r"proofmark-emulator\[unicorn\]"):
        EmbeddedEmulator()
