"""Python models in real processes: whatever they do, each row gets an answer or the reason why it has none."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofmark_contracts.design import Unit
from proofmark_simulator.child import Limits
from proofmark_simulator.outcome import ERROR, LOG_BYTES, NOT_A_NUMBER, OK, TIMEOUT, Outcome
from proofmark_simulator.process import ModelProcess
from proofmark_simulator.python_model import evaluate_python

from .models import ALL, LIMITS, ONE, assert_gone, model_of, process_of, source_of

Run = Callable[..., Outcome]


@pytest.fixture
def run() -> Iterator[Run]:
    processes: list[ModelProcess] = []

    def run_model(
        text: str,
        entry: Literal["evaluate", "evaluate_one"],
        x: Sequence[float],
        *,
        limit_s: float = 20.0,
        limits: Limits = LIMITS,
        metrics: tuple[str, ...] = ("y",),
        units: dict[str, Unit] | None = None,
        constants: dict[str, float] | None = None,
    ) -> Outcome:
        source = source_of(text)
        process = process_of(source, entry, limits)
        processes.append(process)
        columns = {"x": np.array(x, dtype=float)}
        return evaluate_python(
            process, model_of(source, entry, limit_s, units), columns, constants or {}, metrics, len(x)
        )

    yield run_model
    for process in processes:
        process.close()


def test_evaluate_one_answers_row_by_row(run: Run) -> None:
    outcome = run(
        "def evaluate_one(s): return {'y': s['x'] * s['k'], 'z': 1}",
        ONE,
        [1, 2, 3],
        constants={"k": 2.5},
        metrics=("z", "y"),
    )
    assert list(outcome.metrics) == ["z", "y"]
    assert outcome.metrics["y"].tolist() == [2.5, 5.0, 7.5]
    assert outcome.metrics["z"].tolist() == [1.0, 1.0, 1.0]
    assert outcome.status.tolist() == [OK] * 3
    assert outcome.logs == {}
    assert 0.0 < outcome.cpu_s < 20.0


def test_evaluate_gets_every_row_and_every_constant_as_an_array(run: Run) -> None:
    outcome = run(
        """
        def evaluate(s):
            assert s['x'].shape == s['k'].shape and s['x'].dtype == float
            s['x'] += s['k']  # its own copy
            return {'y': s['x']}
        """,
        ALL,
        [1, 2, 3],
        constants={"k": 0.5},
    )
    assert outcome.metrics["y"].tolist() == [1.5, 2.5, 3.5]


def test_a_study_without_random_parameters_is_run() -> None:
    for entry, text in (
        (ONE, "def evaluate_one(s): return {'y': 7}"),
        (ALL, "import numpy\ndef evaluate(s): return {'y': numpy.full(1, 7.0)}"),
    ):
        process = process_of(source_of(text), entry)
        outcome = evaluate_python(process, model_of(source_of(text), entry), {}, {}, ("y",), 1)
        process.close()
        assert outcome.metrics["y"].tolist() == [7.0]


def test_a_chunk_without_rows_gives_an_empty_outcome(run: Run) -> None:
    outcome = run("def evaluate(s): return {'y': s['x']}", ALL, [])
    assert outcome.metrics["y"].shape == outcome.status.shape == (0,)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12), st.data())
def test_the_outcome_does_not_depend_on_how_rows_are_chunked(
    elementwise: dict[str, ModelProcess], x: list[float], data: st.DataObject
) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(x)), max_size=3).map(sorted))
    pieces = [np.array(x[a:b]) for a, b in zip([0, *cuts], [*cuts, len(x)], strict=True)]

    def outcome(entry: Literal["evaluate", "evaluate_one"], rows: np.ndarray) -> Outcome:
        model = model_of(ELEMENTWISE, entry)
        return evaluate_python(elementwise[entry], model, {"x": rows}, {"k": 3.0}, ("y",), len(rows))

    whole = outcome(ALL, np.array(x))
    for entry in (ALL, ONE):
        parts = [outcome(entry, piece) for piece in pieces]
        assert np.concatenate([part.metrics["y"] for part in parts]).tobytes() == whole.metrics["y"].tobytes()
        assert np.concatenate([part.status for part in parts]).tobytes() == whole.status.tobytes()


ELEMENTWISE = source_of("""
    import numpy as np
    def evaluate(s):
        with np.errstate(all='ignore'):
            return {'y': np.sqrt(s['x']) / s['k'] + np.exp(-s['x'] ** 2)}
    def evaluate_one(s):
        return {'y': evaluate({name: np.float64(value) for name, value in s.items()})['y']}
    """)


@pytest.fixture(scope="module")
def elementwise() -> Iterator[dict[str, ModelProcess]]:
    processes: dict[str, ModelProcess] = {entry: process_of(ELEMENTWISE, entry) for entry in (ALL, ONE)}
    yield processes
    for process in processes.values():
        process.close()


def test_units_are_converted_as_the_spec_converts_them(run: Run) -> None:
    millimetre, fahrenheit = Unit(symbol="mm", factor=0.001), Unit(symbol="degF", factor=5 / 9, offset=2298.35 / 9)
    for entry in (ONE, ALL):
        outcome = run(
            f"def {entry}(s): return {{'y': s['x'], 'echo': s['x'], 't': s['t']}}",
            entry,
            [0.01, 0.0105],
            units={"x": millimetre, "y": fahrenheit, "t": fahrenheit},
            constants={"t": 300.0},
            metrics=("y", "echo", "t"),
        )
        written = [millimetre.from_si(0.01), millimetre.from_si(0.0105)]
        assert written == [10.0, 10.5]
        assert outcome.metrics["echo"].tolist() == written
        assert outcome.metrics["y"].tolist() == [fahrenheit.to_si(10.0), fahrenheit.to_si(10.5)]
        assert outcome.metrics["t"].tolist() == [fahrenheit.to_si(fahrenheit.from_si(300.0))] * 2


@pytest.mark.parametrize("result", ["3", "3.0", "True", "np.float32(3)", "np.int64(3)", "np.array(3.0)", "np.array(3)"])
def test_any_real_number_is_an_answer(run: Run, result: str) -> None:
    outcome = run(f"import numpy as np\ndef evaluate_one(s): return {{'y': {result}}}", ONE, [0.0])
    assert outcome.metrics["y"].tolist() == [float(eval(result, {"np": np}))]


@pytest.mark.parametrize(
    ("entry", "result", "reason"),
    [
        (ONE, "{'y': '3'}", "metric 'y': expected a real number, got str of <U1"),
        (ONE, "{'y': 1j}", "metric 'y': expected a real number, got complex of complex128"),
        (ONE, "{'y': None}", "metric 'y': expected a real number, got NoneType of object"),
        (ONE, "{'y': [1.0]}", "metric 'y': expected a real number, got shape (1,)"),
        (ONE, "{'why': 1.0}", "metric 'y': expected in the result, got 'why'"),
        (ONE, "{}", "metric 'y': expected in the result, got nothing"),
        (ONE, "1.0", "evaluate_one: expected a dict of metrics, got float"),
        (ALL, "{'y': s['x'][:-1]}", "metric 'y': expected real numbers of shape (1,), got shape (0,)"),
        (ALL, "{'y': 1.0}", "metric 'y': expected real numbers of shape (1,), got shape ()"),
        (ALL, "[s['x']]", "evaluate: expected a dict of metrics, got list"),
    ],
)
def test_a_result_of_the_wrong_kind_is_an_error_that_says_so(
    run: Run, entry: Literal["evaluate", "evaluate_one"], result: str, reason: str
) -> None:
    outcome = run(f"def {entry}(s): return {result}", entry, [1.0, 2.0])
    assert outcome.status.tolist() == [ERROR, ERROR]
    assert outcome.logs == {0: reason, 1: reason}


def test_an_exception_costs_its_own_row_only_and_shows_where_it_was_raised(run: Run) -> None:
    for entry, test in ((ONE, "s['x']"), (ALL, "s['x'].all()")):
        outcome = run(
            f"def {entry}(s):\n    if not {test}:\n        raise ZeroDivisionError('no load')\n"
            "    return {'y': 1 / s['x']}",
            entry,
            [4, 0, 2],
        )
        assert outcome.status.tolist() == [OK, ERROR, OK]
        np.testing.assert_array_equal(outcome.metrics["y"], [0.25, np.nan, 0.5])
        assert list(outcome.logs) == [1]
        assert outcome.logs[1].endswith("ZeroDivisionError: no load\n")


def test_the_log_names_files_relative_to_the_model(run: Run) -> None:
    outcome = run(
        """
        import os, json
        def evaluate_one(s):
            print('looking into', os.getcwd() + '/data.csv')
            json.loads('{')
        """,
        ONE,
        [1.0],
    )
    lines = outcome.logs[0].splitlines()
    assert lines[0] == "looking into data.csv"
    assert lines[2:4] == ['  File "press.py", line 5, in evaluate_one', "    json.loads('{')"]
    assert '  File "json/decoder.py", line' in outcome.logs[0]
    assert lines[-1].startswith("json.decoder.JSONDecodeError: ")
    assert "worker.py" not in outcome.logs[0]


def test_nan_is_missing_and_leaves_the_other_rows_alone(run: Run) -> None:
    outcome = run(
        "import numpy as np\ndef evaluate(s): return {'y': np.where(s['x'] > 0, s['x'], np.nan)}", ALL, [1, -1, 2]
    )
    assert outcome.status.tolist() == [OK, NOT_A_NUMBER, OK]


def test_a_row_that_hangs_times_out_and_the_next_one_is_run(run: Run) -> None:
    outcome = run(
        """
        import os
        def evaluate_one(s):
            print('about to', 'hang')
            while s['x'] < 0: pass
            return {'y': os.getpid()}
        """,
        ONE,
        [1, -1, 2],
        limit_s=0.3,
    )
    assert outcome.status.tolist() == [OK, TIMEOUT, OK]
    assert outcome.logs == {1: "about to hang\nno answer within 0.3 s"}
    assert outcome.metrics["y"][0] != outcome.metrics["y"][2], "the process that hung is replaced"
    assert_gone(int(outcome.metrics["y"][0]))
    assert outcome.cpu_s > 0.15, "what the killed process spent is counted"


def test_a_vectorised_call_that_hangs_on_one_row_answers_the_others(run: Run) -> None:
    outcome = run(
        """
        def evaluate(s):
            while (s['x'] < 0).any(): pass
            return {'y': s['x']}
        """,
        ALL,
        [1, -1, 2],
        limit_s=0.3,
    )
    assert outcome.status.tolist() == [OK, TIMEOUT, OK]


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "model process died with signal 11 (Segmentation fault)"),
        ("ctypes.string_at(0)", "model process died with signal 11 (Segmentation fault)"),
        ("os._exit(3)", "model process exited with status 3"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "model process died with signal 9 (Killed)"),
    ],
)
def test_a_process_that_dies_costs_its_own_row_only(run: Run, act: str, reason: str) -> None:
    for entry, test in ((ONE, "s['x'] < 0"), (ALL, "(s['x'] < 0).any()")):
        outcome = run(
            f"import ctypes, os, signal\ndef {entry}(s):\n    if {test}: {act}\n    return {{'y': s['x']}}",
            entry,
            [1, -1, 2],
        )
        assert outcome.status.tolist() == [OK, ERROR, OK]
        assert outcome.logs == {1: reason}


def test_a_kill_from_outside_is_not_an_attempt(run: Run, tmp_path: Path) -> None:
    marker = tmp_path / "killed"
    outcome = run(
        f"""
        import os, signal
        def evaluate_one(s):
            if not os.path.exists({str(marker)!r}):
                open({str(marker)!r}, 'w').close()
                os.kill(os.getpid(), signal.SIGKILL)
            return {{'y': s['x']}}
        """,
        ONE,
        [1, 2],
    )
    assert marker.exists()
    assert outcome.status.tolist() == [OK, OK]


def test_sys_exit_is_an_exception_like_any_other(run: Run) -> None:
    outcome = run("import sys\ndef evaluate_one(s): sys.exit('enough')", ONE, [1.0])
    assert outcome.status.tolist() == [ERROR]
    assert outcome.logs[0].endswith("SystemExit: enough\n")


def test_a_memory_bomb_meets_the_limit(run: Run) -> None:
    outcome = run(
        """
        def evaluate_one(s):
            return {'y': len(bytearray(int(s['x'])))}
        """,
        ONE,
        [10, 2 * 1024**3, 20],
    )
    assert outcome.status.tolist() == [OK, ERROR, OK]
    assert outcome.logs[1].endswith("MemoryError\n")


@pytest.mark.parametrize(
    "act",
    [
        "print('F' * 100_000)",
        "os.write(1, b'A' * 100_000)",
        "os.close(1)",
        "os.close(0)",
        "sys.stdin.read()",
        "sys.stdout.close()",
        "os.close(1); os.close(2)",
        "os.dup2(os.open('/dev/null', os.O_RDWR), 1)",
    ],
)
def test_standard_streams_are_not_the_protocol(run: Run, act: str) -> None:
    outcome = run(
        f"import os, sys\ndef evaluate_one(s):\n    if s['x'] == 1: {act}\n    return {{'y': s['x']}}", ONE, [1, 2]
    )
    assert outcome.status.tolist() == [OK, OK], outcome.logs


def test_a_model_that_never_stops_printing_is_timed_out_and_its_log_bounded(run: Run) -> None:
    text = "import os\nblock = b'babble' * 100_000\ndef evaluate_one(s):\n    while True: os.write(1, block)"
    outcome = run(text, ONE, [1.0], limit_s=0.3)
    assert outcome.status.tolist() == [TIMEOUT]
    assert outcome.logs[0].endswith("no answer within 0.3 s")
    assert LOG_BYTES - 10 < len(outcome.logs[0].encode()) <= LOG_BYTES


def test_a_model_that_closes_every_descriptor_is_an_error(run: Run) -> None:
    outcome = run(
        "import os\ndef evaluate_one(s):\n    if s['x'] < 0: os.closerange(3, 100)\n    return {'y': 1}",
        ONE,
        [1, -1, 2],
    )
    assert outcome.status.tolist() == [OK, ERROR, OK]
    assert "Bad file descriptor" in outcome.logs[1]


def test_a_child_that_outlives_its_call_holds_nothing_up_and_dies_with_the_model(run: Run) -> None:
    outcome = run(
        """
        import os, time
        def evaluate_one(s):
            child = os.fork()
            if child == 0:
                time.sleep(60)
                os._exit(0)
            if s['x'] < 0: os._exit(1)
            return {'y': child}
        """,
        ONE,
        [1, -1],
        limit_s=5.0,
    )
    assert outcome.status.tolist() == [OK, ERROR]
    assert outcome.logs == {1: "model process exited with status 1"}
    assert_gone(int(outcome.metrics["y"][0]))


def test_a_fork_that_returns_does_not_answer_a_second_time(run: Run) -> None:
    outcome = run("import os\ndef evaluate_one(s): return {'y': s['x'] if os.fork() else -1}", ONE, list(range(20)))
    assert outcome.metrics["y"].tolist() == list(range(20))


def test_frames_forged_by_the_model_end_its_process(run: Run) -> None:
    outcome = run(
        """
        import os
        def evaluate_one(s):
            if s['x'] < 0:
                for descriptor in range(3, 20):
                    try: os.write(descriptor, b'A' + (2**31).to_bytes(4, 'little'))
                    except OSError: pass
            return {'y': s['x']}
        """,
        ONE,
        [1, -1, 2],
    )
    assert outcome.status.tolist() == [OK, ERROR, OK]
    assert outcome.logs == {1: "model process broke the protocol: got a frame b'A' of 2147483648 bytes"}


@pytest.mark.parametrize(
    "text",
    [
        "y = 1 /",
        "import nonexistent_module",
        "raise SystemExit(1)",
        "pass",
        "import os; os._exit(7)",
        "evaluate_one = 3",
    ],
)
def test_a_file_that_cannot_be_loaded_is_an_error_for_every_row(run: Run, text: str) -> None:
    outcome = run(text, ONE, list(range(7)))
    assert outcome.status.tolist() == [ERROR] * 7
    assert len(outcome.logs) == 5 and all(outcome.logs.values())


def test_a_file_that_never_finishes_loading_times_out_once_for_all_rows(run: Run) -> None:
    started = time.monotonic()
    outcome = run("while True: pass", ONE, [1, 2, 3], limits=Limits(load_s=0.5))
    assert outcome.status.tolist() == [TIMEOUT] * 3
    assert outcome.logs[0] == "no answer within 0.5 s"
    assert time.monotonic() - started < 1.4


@pytest.mark.parametrize(
    "body", ["s['x'] - s['x'].mean()", "np.cumsum(s['x'])", "np.sort(s['x'])", "np.full(len(s['x']), len(s['x']))"]
)
def test_a_model_whose_rows_depend_on_each_other_is_refused(run: Run, body: str) -> None:
    outcome = run(f"import numpy as np\ndef evaluate(s): return {{'y': {body}}}", ALL, [3, 1, 2, 5])
    assert outcome.status.tolist() == [ERROR] * 4
    assert outcome.logs[0].startswith("evaluate is not row-invariant: metric 'y' of row ")


def test_rounding_that_depends_on_the_shape_is_not_a_dependence_between_rows(run: Run) -> None:
    rows = np.linspace(0.1, 1.0, 500)
    outcome = run(
        """
        import numpy as np
        W = np.random.default_rng(0).normal(size=(60, 1))
        def evaluate(s): return {'y': (np.sin(np.outer(s['x'], np.arange(60))) @ W)[:, 0]}
        """,
        ALL,
        rows.tolist(),
    )
    assert outcome.status.tolist() == [OK] * 500


def test_nothing_of_the_environment_is_handed_down(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATS_NKEY_SEED", "SUACSECRET")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    outcome = run("import os\ndef evaluate_one(s): raise ValueError(sorted(os.environ))", ONE, [1.0])
    allowed = {
        "HOME",
        "TMPDIR",
        "LANG",
        "PATH",
        "PYTHONHASHSEED",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "NPY_DISABLE_CPU_FEATURES",
        "OPENBLAS_CORETYPE",
        "LC_CTYPE",
    }
    names = set(eval(outcome.logs[0].splitlines()[-1].removeprefix("ValueError: ")))
    assert {"HOME", "PATH"} < names <= allowed


def test_a_model_starts_in_a_folder_that_holds_only_its_file(run: Run) -> None:
    outcome = run(
        """
        import os, sys
        def evaluate_one(s): raise ValueError(os.listdir(), os.getcwd() in sys.path)
        """,
        ONE,
        [1.0],
    )
    assert outcome.logs[0].endswith("ValueError: (['press.py'], False)\n")


def test_a_call_uses_one_thread_of_linear_algebra(run: Run) -> None:
    outcome = run(
        """
        import os
        import numpy as np
        A = np.ones((300, 300))
        def evaluate_one(s):
            A @ A
            return {'y': len(os.listdir('/proc/self/task'))}
        """,
        ONE,
        [1.0],
    )
    assert outcome.metrics["y"].tolist() == [1.0]


def test_a_vectorised_chunk_takes_one_call_and_two_to_check_it(run: Run, tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    outcome = run(
        f"""
        def evaluate(s):
            with open({str(calls)!r}, 'a') as calls:
                print(len(s['x']), file=calls)
            return {{'y': s['x'] * 2}}
        """,
        ALL,
        range(10_000),
    )
    assert outcome.metrics["y"].tolist() == list(range(0, 20_000, 2))
    assert calls.read_text().split() == ["10000", "1", "1"]
