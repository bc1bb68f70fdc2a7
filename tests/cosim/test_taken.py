"""What a controller takes in its loop is kept, whoever computes the loop."""

from collections.abc import Mapping

import numpy as np

from proofmark_controller import Interpreter
from proofmark_controller.evaluation import Column, Columns
from proofmark_cosim import Simulator
from proofmark_cosim.component import FloatArray
from proofmark_cosim.numbers import controller_start
from proofmark_cosim.numpy_engine import NumpyEngine
from proofmark_cosim.simulation import Runs

from .systems import closed_loop, columns

VECTORS = np.array([3, 7, 8])
PARAMETERS = columns(3)


class Noted(Interpreter):
    """An interpreter that notes what it is given."""

    def run(self, inputs: Mapping[str, Column]) -> Columns:
        noted.append(inputs)
        return super().run(inputs)


noted: list[Mapping[str, Column]] = []


class Noting(Simulator):
    def engine(self, columns: Mapping[str, FloatArray], vectors: int) -> NumpyEngine:
        assert self.plan.sampling is not None
        begin = controller_start(self.system, columns, vectors)
        return NumpyEngine(self.plan, columns, vectors, Noted(self.plan.sampling.program, vectors, begin))


def taken(kind: type[Simulator], runs: Runs) -> Columns:
    system = closed_loop(200)
    group = kind(system, frozenset(PARAMETERS), 5, runs=runs, taken=True).group(PARAMETERS, VECTORS)
    group.advance(system.cycles)
    group.result()
    return group.taken()


def test_what_is_kept_is_what_the_controller_was_given_bit_for_bit() -> None:
    noted.clear()
    kept = [taken(Noting, "numpy"), taken(Simulator, "auto"), taken(Simulator, "numpy")]
    given = {name: np.concatenate([each[name] for each in noted]) for name in kept[0]}
    assert len(noted) > 10
    for each in kept:
        for name, column in given.items():
            assert each[name].dtype == column.dtype
            np.testing.assert_array_equal(each[name].view(np.uint8), column.view(np.uint8), strict=True)
