"""Models as bytes: a zip of arrays in numpy's format, readable by `numpy.load`, and of the plain rest as JSON.

Nothing in it depends on when or where it was written, and nothing is compressed, so that equal models are equal bytes.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeAlias

import numpy as np

from proofmark_thermal.arrays import FloatArray, IntArray
from proofmark_thermal.reduced.errors import BadBytes

_EPOCH = (1980, 1, 1, 0, 0, 0)
_REST = "model.json"
_TYPES = {"f": "<f8", "i": "<i8"}

Array: TypeAlias = FloatArray | IntArray


def packed(kind: str, model: object) -> bytes:
    """Return a dataclass of dataclasses, mappings, sequences, arrays and plain values as bytes."""
    arrays: list[Array] = []
    rest = {"kind": kind, "model": _plain(model, arrays)}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_entry(_REST), json.dumps(rest, sort_keys=True, separators=(",", ":")))
        for number, array in enumerate(arrays):
            content = io.BytesIO()
            np.lib.format.write_array(
                content, np.ascontiguousarray(array, _TYPES[array.dtype.kind]), allow_pickle=False
            )
            archive.writestr(_entry(f"{number}.npy"), content.getvalue())
    return stream.getvalue()


def kind_of(data: bytes) -> str:
    """Return what kind of model bytes say they are; empty if they say none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return str(json.loads(archive.read(_REST))["kind"])
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError):
        return ""


def unpacked(kind: str, data: bytes, classes: tuple[type, ...]) -> Any:
    """Return what was packed.

    Raises
    ------
    BadBytes
        They are something else.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            rest = json.loads(archive.read(_REST))
            if rest["kind"] != kind:
                raise BadBytes(kind, str(rest["kind"]))
            names = [name for name in archive.namelist() if name != _REST]
            arrays = [
                np.lib.format.read_array(io.BytesIO(archive.read(f"{number}.npy")), allow_pickle=False)
                for number in range(len(names))
            ]
        return _rebuilt(rest["model"], arrays, {each.__name__: each for each in classes})
    except (zipfile.BadZipFile, KeyError, IndexError, TypeError, ValueError) as error:
        if isinstance(error, BadBytes):
            raise
        raise BadBytes(kind, f"{len(data)} bytes that are none ({error})") from error


def _plain(value: object, arrays: list[Array]) -> object:
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if is_dataclass(value):
        parts = {each.name: _plain(getattr(value, each.name), arrays) for each in fields(value)}
        return {"class": type(value).__name__, "fields": parts}
    if isinstance(value, Mapping):
        return {"keys": list(value), "values": [_plain(each, arrays) for each in value.values()]}
    if isinstance(value, tuple | list):
        return [_plain(each, arrays) for each in value]
    return value


def _rebuilt(value: Any, arrays: list[Array], classes: Mapping[str, type]) -> Any:
    if isinstance(value, list):
        return tuple(_rebuilt(each, arrays, classes) for each in value)
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return arrays[value["array"]]
    if "class" in value:
        parts = {name: _rebuilt(each, arrays, classes) for name, each in value["fields"].items()}
        return classes[value["class"]](**parts)
    return dict(zip(value["keys"], (_rebuilt(each, arrays, classes) for each in value["values"]), strict=True))


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, _EPOCH)
