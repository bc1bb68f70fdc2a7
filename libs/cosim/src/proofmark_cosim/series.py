"""Time series of a run as files: JSON to read, Parquet for columns of any length, MCAP for tools that show logs.

The same series gives the same bytes whenever it is written; times in a log are those of the run.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from proofmark_cosim.errors import MissingExtra

Format = Literal["json", "parquet", "mcap"]

TOPIC = "samples"
NANOSECONDS = 1_000_000_000
KINDS = {"b": "boolean", "i": "integer", "f": "number"}
"""What JSON Schema calls types of numpy."""


@dataclass(frozen=True, eq=False)
class Series:
    """Samples of a run.

    Attributes
    ----------
    cycle_s : float
    columns : mapping of (m,) arrays
        `time_s`, ascending, among them.
    """

    cycle_s: float
    columns: Mapping[str, npt.NDArray[Any]]

    def samples(self) -> Iterator[dict[str, Any]]:
        """Each by itself."""
        lists = [column.tolist() for column in self.columns.values()]
        return (dict(zip(self.columns, row, strict=True)) for row in zip(*lists, strict=True))


def encoded(series: Series, as_: Format) -> bytes:
    """A series as the content of a file.

    Raises
    ------
    MissingExtra
        What writes this format is not installed.
    """
    match as_:
        case "json":
            document = {"cycle_s": series.cycle_s, "samples": list(series.samples())}
            return (json.dumps(document, indent=2) + "\n").encode()
        case "parquet":
            return _parquet(series)
        case "mcap":
            return _mcap(series)


def _parquet(series: Series) -> bytes:
    try:
        from pyarrow import BufferOutputStream, table
        from pyarrow.parquet import write_table
    except ImportError as error:
        raise MissingExtra("parquet") from error
    out = BufferOutputStream()
    found = table(dict(series.columns)).replace_schema_metadata({"cycle_s": repr(series.cycle_s)})
    write_table(found, out)
    return bytes(out.getvalue().to_pybytes())


def _mcap(series: Series) -> bytes:
    """A message for each sample, JSON by a schema; every chunk and the file carry their CRC."""
    try:
        from mcap.writer import Writer
    except ImportError as error:
        raise MissingExtra("mcap") from error
    out = BytesIO()
    writer = Writer(out, enable_crcs=True, enable_data_crcs=True)
    writer.start(library="proofmark")
    kinds = {name: {"type": KINDS[column.dtype.kind]} for name, column in series.columns.items()}
    shape = json.dumps({"type": "object", "properties": kinds}).encode()
    schema = writer.register_schema(TOPIC, "jsonschema", shape)
    channel = writer.register_channel(TOPIC, "json", schema, {"cycle_s": repr(series.cycle_s)})
    for number, sample in enumerate(series.samples()):
        at_ns = int(np.rint(sample["time_s"] * NANOSECONDS))
        writer.add_message(channel, at_ns, json.dumps(sample).encode(), at_ns, number)
    writer.finish()  # type: ignore[no-untyped-call]
    return out.getvalue()
