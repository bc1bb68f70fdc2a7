"""Models as bytes."""

import io
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from proofmark_thermal.reduced.errors import BadBytes
from proofmark_thermal.reduced.model import ReducedModel
from proofmark_thermal.reduced.steady import reduce_steady
from tests.thermal.reduced.designs import driver, vectors, wall

WITHOUT = """
import sys
for name in ("scipy", "skfem", "pyamg", "meshio", "matplotlib"):
    sys.modules[name] = None
import numpy as np
from proofmark_thermal.reduced.model import ReducedModel
model = ReducedModel.from_bytes(sys.stdin.buffer.read())
given = {name: np.array([low]) for name, (low, high) in model.ranges.items()}
print(model.evaluate(given).hottest.values[0].hex())
"""


def test_models_made_alike_are_equal_bytes() -> None:
    first, second = (reduce_steady(*driver()).model.to_bytes() for _ in range(2))
    assert first == second


def test_a_model_comes_back_from_its_bytes() -> None:
    model = reduce_steady(*driver()).model
    data = model.to_bytes()
    again = ReducedModel.from_bytes(data)
    drawn = vectors(driver()[1], 40, seed=21)
    assert again.to_bytes() == data
    assert again.evaluate(drawn).hottest.bounds.tobytes() == model.evaluate(drawn).hottest.bounds.tobytes()
    assert again.coefficients == model.coefficients


def test_bytes_tell_no_time() -> None:
    with zipfile.ZipFile(io.BytesIO(reduce_steady(*wall()).model.to_bytes())) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_model_is_loaded_and_evaluated_by_numpy_alone() -> None:
    model = reduce_steady(*wall()).model
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT], input=model.to_bytes(), stdout=subprocess.PIPE, check=True, timeout=60
    )
    low = {name: np.array([ends[0]]) for name, ends in model.ranges.items()}
    assert run.stdout.decode().strip() == float(model.evaluate(low).hottest.values[0]).hex()


@pytest.mark.parametrize("spoil", [lambda data: b"", lambda data: data[:-40], lambda data: b"PK" + data])
def test_bytes_that_are_no_model_are_refused(spoil) -> None:  # type: ignore[no-untyped-def]
    data = spoil(reduce_steady(*wall()).model.to_bytes())
    if data[2:4] == b"PK":
        data = data.replace(b"thermal steady 1", b"thermal steady 9")
    with pytest.raises(BadBytes, match="expected proofmark thermal steady 1"):
        ReducedModel.from_bytes(data)
