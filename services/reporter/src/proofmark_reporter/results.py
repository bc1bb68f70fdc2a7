"""`results.parquet`: every run of a study, for whoever wants to look again.

Values are SI, exactly as they were computed; each column's metadata says how the spec writes them. Equal runs give
equal bytes.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from proofmark_contracts.campaign import RUN_STATUS
from proofmark_contracts.design import Unit
from proofmark_contracts.tables import arrow_array
from proofmark_reporter.quantities import DIMENSIONLESS, of_differences
from proofmark_reporter.runs import ROLES, Codes, Runs

ROWS_IN_GROUP = 131_072

Named = tuple[pa.Field, pa.Array]


def results_parquet(runs: Runs) -> bytes:
    """Write one row for each run.

    Returns
    -------
    bytes
        A Parquet file with the columns `vector` (its index), `batch`, `role` (what the run counts for: plain, learning
        or final), `log_weight` (of the nominal density over the one drawn from; 0 for plain runs), `parameter.<name>`,
        `metric.<name>`, `margin.<requirement>` (negative is a violation), `status` (a name of `RUN_STATUS`) and
        `passed` (null where the run gave no answer). Metadata of a column in a unit: `unit`, and `factor` and `offset`
        such that SI value = factor * written value + offset.
    """
    named = list(_columns(runs))
    table = pa.Table.from_arrays([array for _, array in named], schema=pa.schema([field for field, _ in named]))
    floats = [field.name for field, _ in named if field.type == pa.float64()]
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        row_group_size=ROWS_IN_GROUP,
        compression="zstd",
        compression_level=1,
        use_dictionary=["status", "role"],
        use_byte_stream_split=floats,
    )
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _columns(runs: Runs) -> Iterator[Named]:
    units = runs.design.units
    yield pa.field("vector", pa.int64(), nullable=False), arrow_array(np.arange(len(runs)))
    yield pa.field("batch", pa.int64(), nullable=False), arrow_array(runs.batch)
    yield _named("role", runs.role, ROLES)
    yield pa.field("log_weight", pa.float64(), nullable=False), arrow_array(runs.log_weight)
    for name, column in runs.vectors.items():
        yield _in_unit(f"parameter.{name}", units.get(name, DIMENSIONLESS)), arrow_array(column)
    for name, column in runs.metrics.items():
        yield _in_unit(f"metric.{name}", units.get(name, DIMENSIONLESS)), arrow_array(column)
    for index, asked in enumerate(runs.design.requirements):
        unit = of_differences(units.get(asked.metric, DIMENSIONLESS))
        yield _in_unit(f"margin.{asked.name}", unit), arrow_array(runs.margins[:, index])
    yield _named("status", runs.status, RUN_STATUS)
    passed = np.logical_and.reduce(runs.margins >= 0, axis=1)
    yield (
        pa.field("passed", pa.bool_()),
        pa.Array.from_buffers(pa.bool_(), len(runs), [_bits(runs.answered), _bits(passed)]),
    )


def _in_unit(name: str, unit: Unit) -> pa.Field:
    metadata = {"unit": unit.symbol, "factor": repr(unit.factor), "offset": repr(unit.offset)}
    return pa.field(name, pa.float64(), nullable=False, metadata=metadata)


def _named(name: str, codes: Codes, names: tuple[str, ...]) -> Named:
    array = pa.DictionaryArray.from_arrays(arrow_array(codes), _strings(names))
    return pa.field(name, array.type, nullable=False), array


def _strings(words: tuple[str, ...]) -> pa.Array:
    encoded = [word.encode() for word in words]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), len(words), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))])


def _bits(flags: npt.NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))
