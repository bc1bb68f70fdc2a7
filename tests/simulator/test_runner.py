"""A runner runs any model beside the event loop, and leaves no process behind."""

import asyncio
import os
from pathlib import Path

import numpy as np
import pytest

from proofmark_contracts.design import ExpressionModel
from proofmark_simulator.errors import InvalidChunk, Stopped
from proofmark_simulator.outcome import OK, Outcome
from proofmark_simulator.runner import PROCESSES, ModelRunner

from .models import ONE, assert_gone, model_of, pids_in, source_of

PID = source_of("import os\ndef evaluate_one(s): return {'y': os.getpid()}")


async def run(runner: ModelRunner, source: bytes, x: float = 1.0) -> Outcome:
    return await runner.run(model_of(source, ONE, time_limit_s=60.0), source, {"x": np.array([x])}, {}, ("y",), 1)


async def pid_of(runner: ModelRunner, source: bytes = PID) -> int:
    return int((await run(runner, source)).metrics["y"][0])


def hanging(started: Path) -> bytes:
    return source_of(f"""
        import os
        def evaluate_one(s):
            if s['x'] > 0:
                with open({str(started)!r}, 'w') as started:
                    print(os.getpid(), file=started)
                while True: pass
            return {{'y': os.getpid()}}
        """)


async def test_both_kinds_of_model_give_the_same_outcome() -> None:
    columns, constants = {"bore": np.array([3.0, 4.0])}, {"shaft": 1.5}
    text = source_of("def evaluate(s): return {'gap': s['bore'] - s['shaft'], 'sum': s['bore'] + s['shaft']}")
    expression = ExpressionModel(metrics={"sum": "bore + shaft", "gap": "bore - shaft"})
    async with ModelRunner() as runner:
        python = await runner.run(model_of(text, "evaluate"), text, columns, constants, ("gap", "sum"), 2)
        written = await runner.run(expression, None, columns, constants, ("gap", "sum"), 2)
    for outcome in (python, written):
        assert {name: values.tolist() for name, values in outcome.metrics.items()} == {
            "gap": [1.5, 2.5],
            "sum": [4.5, 5.5],
        }
        assert outcome.status.tolist() == [OK, OK]


async def test_a_models_process_serves_chunk_after_chunk_and_dies_with_the_runner() -> None:
    async with ModelRunner() as runner:
        pid = await pid_of(runner)
        assert await pid_of(runner) == pid
        os.kill(pid, 0)
    assert_gone(pid)


async def test_the_process_used_longest_ago_makes_room() -> None:
    sources = [PID + b"\n" * i for i in range(PROCESSES + 1)]
    async with ModelRunner() as runner:
        pids = [await pid_of(runner, source) for source in sources[:-1]]
        assert await pid_of(runner, sources[0]) == pids[0]
        await pid_of(runner, sources[-1])
        assert_gone(pids[1])
        assert await pid_of(runner, sources[0]) == pids[0]


async def test_the_event_loop_goes_on_while_a_model_runs() -> None:
    source = source_of("import time\ndef evaluate_one(s):\n    time.sleep(0.2)\n    return {'y': 1}")
    async with ModelRunner() as runner:
        task = asyncio.create_task(run(runner, source))
        beats = 0
        while not task.done():
            await asyncio.sleep(0.01)
            beats += 1
    assert beats > 10


async def test_a_cancelled_run_kills_its_process_and_the_next_run_gets_a_fresh_one(tmp_path: Path) -> None:
    source = hanging(tmp_path / "started")
    async with ModelRunner() as runner:
        task = asyncio.create_task(run(runner, source, 1.0))
        waiting = asyncio.create_task(run(runner, source, -1.0))
        (pid,) = await asyncio.to_thread(pids_in, tmp_path / "started")
        task.cancel()
        async with asyncio.timeout(10.0):
            with pytest.raises(asyncio.CancelledError):
                await task
        assert_gone(pid)
        assert (await waiting).status.tolist() == [OK]


async def test_closing_the_runner_stops_a_run_in_progress(tmp_path: Path) -> None:
    source = hanging(tmp_path / "started")
    runner = ModelRunner()
    task = asyncio.create_task(run(runner, source, 1.0))
    waiting = asyncio.create_task(run(runner, source, 1.0))
    (pid,) = await asyncio.to_thread(pids_in, tmp_path / "started")
    await runner.aclose()
    assert_gone(pid)
    for stopped in (task, waiting):
        with pytest.raises(Stopped):
            await stopped
    with pytest.raises(Stopped):
        await run(runner, source)


async def test_a_file_of_another_digest_is_refused() -> None:
    async with ModelRunner() as runner:
        for source, got in (
            (b"pass", "got sha256 d74ff0ee8da3b9806b18c877dbf29bbde50b5bd8e4dad7a3a725000feb82e8f1"),
            (None, "got none"),
        ):
            with pytest.raises(InvalidChunk, match=rf"^models/press.py: expected a file of sha256 .*, {got}$"):
                await runner.run(model_of(PID, ONE), source, {"x": np.ones(1)}, {}, ("y",), 1)


async def test_columns_of_another_length_are_refused() -> None:
    async with ModelRunner() as runner:
        with pytest.raises(InvalidChunk, match=r"^column 'x' of the vectors: expected shape \(2,\), got \(1,\)$"):
            await runner.run(model_of(PID, ONE), PID, {"x": np.ones(1)}, {}, ("y",), 2)
