"""Tables on the bus: what is written is read, equal content gives equal bytes, and a cold start stays cheap."""

import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from proofmark_contracts.tables import Column, arrow_array, decode_table, encode_table

FLOATS = arrays(np.float64, st.shared(st.integers(0, 50), key="rows"))
CODES = arrays(np.int8, st.shared(st.integers(0, 50), key="rows"))


@given(quantity=FLOATS, status=CODES)
def test_what_is_written_is_read_to_the_last_bit(quantity: Column, status: Column) -> None:
    found = decode_table(encode_table({"quantity": quantity, "status": status}))
    assert list(found) == ["quantity", "status"]
    assert found["quantity"].tobytes() == quantity.tobytes()
    assert found["status"].dtype == np.int8
    assert found["status"].tobytes() == status.tobytes()


def test_a_column_with_gaps_between_its_numbers_is_written_as_its_values() -> None:
    table = np.arange(12.0).reshape(4, 3)
    assert encode_table({"x": table[:, 1]}) == encode_table({"x": table[:, 1].copy()})
    np.testing.assert_array_equal(arrow_array(table[::-2, 2]).to_pylist(), [11.0, 5.0])


def test_tables_do_without_pandas_which_takes_a_second_to_import() -> None:
    script = """
import sys
import numpy as np
from proofmark_contracts.tables import decode_table, encode_table
decode_table(encode_table({"x": np.ones(3)}))
print("pandas" in sys.modules)
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"
