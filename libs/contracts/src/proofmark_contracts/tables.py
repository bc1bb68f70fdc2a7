"""Tables on the bus: named columns as Arrow IPC streams. Equal content gives equal bytes.

Needs pyarrow, which the rooms that read tables depend on; the others carry tables as bytes. Arrays pass to and from
Arrow by their buffers: pyarrow's own conversions import pandas where it is installed, a second at every cold start.
"""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Column = npt.NDArray[np.float64] | npt.NDArray[np.int8]
STATUS = "status"
"""The column of `RUN_STATUS` codes beside the metrics of an outcome."""


class InvalidTable(ValueError):
    """Bytes that are no table of the kind expected."""


def encode_table(columns: Mapping[str, Column]) -> bytes:
    """Write columns in their order: one record batch, no metadata, no compression."""
    batch = pa.record_batch([arrow_array(column) for column in columns.values()], names=list(columns))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def arrow_array(values: npt.NDArray[Any]) -> pa.Array:
    """Numbers as an Arrow array without nulls."""
    contiguous = np.ascontiguousarray(values)
    type_ = pa.from_numpy_dtype(contiguous.dtype)
    return pa.Array.from_buffers(type_, len(contiguous), [None, pa.py_buffer(contiguous)])


def decode_table(data: bytes) -> dict[str, Column]:
    """Read the columns of a table: float64, or int8 for a status.

    Raises
    ------
    InvalidTable
        The bytes are no Arrow IPC stream, or a column repeats a name, holds nulls, or has another type.
    """
    try:
        with pa.ipc.open_stream(data) as reader:
            table = reader.read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise InvalidTable(f"expected an Arrow IPC stream, got {len(data)} bytes that are none: {error}") from error
    if len(set(table.column_names)) != table.num_columns:
        raise InvalidTable(f"expected distinct columns, got {', '.join(table.column_names)}")
    return {name: _array(name, table.column(name)) for name in table.column_names}


def floats(column: Column) -> npt.NDArray[np.float64]:
    """A column that is known to hold quantities."""
    return column.astype(np.float64, copy=False)


def outcome_columns(
    data: bytes, metrics: tuple[str, ...], rows: int
) -> tuple[dict[str, npt.NDArray[np.float64]], npt.NDArray[np.int8]]:
    """Read an outcome table: the metrics asked for, and the status of each run.

    Raises
    ------
    InvalidTable
        The table is not one, lacks a metric or the status, or has another number of rows.
    """
    columns = decode_table(data)
    if list(columns) != [*metrics, STATUS]:
        raise InvalidTable(f"expected columns {', '.join([*metrics, STATUS])}, got {', '.join(columns)}")
    status = columns.pop(STATUS)
    if len(status) != rows:
        raise InvalidTable(f"expected {rows} rows, got {len(status)}")
    if status.dtype != np.int8:
        raise InvalidTable(f"status: expected int8, got {status.dtype}")
    return {name: floats(column) for name, column in columns.items()}, status.astype(np.int8, copy=False)


def _array(name: str, column: pa.ChunkedArray) -> Column:
    if column.null_count or column.type not in (pa.float64(), pa.int8()):
        got = f"{column.null_count} nulls" if column.null_count else str(column.type)
        raise InvalidTable(f"column {name!r}: expected float64 or int8 without nulls, got {got}")
    return cast("Column", np.from_dlpack(column.combine_chunks()))
