"""Recorded profiles: from the bytes of a CSV or Parquet file to a scenario."""

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO

from proofmark_cosim.errors import UnreadableProfile
from proofmark_cosim.scenarios import Profile

TIME = "time_s"


def read_profile(name: str, data: bytes, column: str = "value") -> Profile:
    """Read a profile.

    Parameters
    ----------
    name
        Of the file; what comes behind its last dot says which format it is.
    data
        Its bytes. Parquet needs the extra `parquet`.
    column
        The column of the values, in SI; `time_s` is that of the times.

    Raises
    ------
    CosimError
        It holds no such profile.
    """
    match name.rpartition(".")[2]:
        case "csv":
            times, values = _csv(name, data, column)
        case "parquet":
            times, values = _parquet(name, data, column)
        case _:
            raise UnreadableProfile(name, "a file called .csv or .parquet")
    return Profile(times_s=tuple(times), values=tuple(values))


def _csv(name: str, data: bytes, column: str) -> tuple[list[float], list[float]]:
    try:
        rows = list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as exc:
        raise UnreadableProfile(name, "a table of text in UTF-8") from exc
    header = rows[0] if rows else []
    chosen = _columns(name, header, column)
    times: list[float] = []
    values: list[float] = []
    for line, row in enumerate(rows[1:], 2):
        try:
            time_s, value = (float(row[at]) for at in chosen)
        except (ValueError, IndexError) as exc:
            raise UnreadableProfile(f"{name}:{line}", "numbers", ", ".join(row)) from exc
        times.append(time_s)
        values.append(value)
    return times, values


def _parquet(name: str, data: bytes, column: str) -> tuple[list[float], list[float]]:
    from pyarrow import ArrowException
    from pyarrow.parquet import read_table

    try:
        table = read_table(BytesIO(data))
        _columns(name, table.column_names, column)
        times, values = (table[each].cast("double").to_pylist() for each in (TIME, column))
    except ArrowException as exc:
        raise UnreadableProfile(name, "a Parquet file of numbers") from exc
    if None in times or None in values:
        raise UnreadableProfile(name, "a Parquet file of numbers", "an empty cell")
    return times, values


def _columns(name: str, header: Sequence[str], column: str) -> tuple[int, int]:
    if TIME not in header or column not in header:
        raise UnreadableProfile(name, f"the columns {TIME} and {column}", ", ".join(header) or "none")
    return list(header).index(TIME), list(header).index(column)
