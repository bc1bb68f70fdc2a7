"""Malformed specs and the exact errors that each one gets: sound specs, and a change that spoils one of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

SOUND = """\
apiVersion: proofmark/v1
name: fit
tolerances: {sigma_level: 3}
parameters:
  bore: 10.05 mm +/- 0.03
  shaft: {distribution: normal, mean: 10.0 mm, std: 0.01 mm}
  load: 100 N
model:
  kind: expression
  metrics: {clearance: "bore - shaft"}
requirements:
  - {metric: clearance, min: 5 um}
reliability: {target: 0.99, samples: 1000}
"""
PLACES = {
    "version": "apiVersion: proofmark/v1\n",
    "name": "name: fit",
    "tolerances": "tolerances: {sigma_level: 3}\n",
    "parameters": SOUND[SOUND.index("parameters:") : SOUND.index("model:")],
    "parameter": "load: 100 N",
    "model": SOUND[SOUND.index("model:") : SOUND.index("requirements:")],
    "metrics": 'metrics: {clearance: "bore - shaft"}',
    "requirements": SOUND[SOUND.index("requirements:") : SOUND.index("reliability:")],
    "requirement": "{metric: clearance, min: 5 um}",
    "reliability": "reliability: {target: 0.99, samples: 1000}\n",
}
"""What a case replaces in the sound spec."""
CASES = Path(__file__).with_name("battery.yaml")
LOOP = Path(__file__).with_name("loop")
"""A sound spec of a system that runs in time, with its controller."""
HEATED = Path(__file__).with_name("heated")
"""One whose heat is a plant."""


@dataclass(frozen=True)
class Case:
    section: str
    wrong: str
    """What is wrong, in words."""
    written: str
    """How it is written, for people."""
    text: bytes
    errors: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Those that the spec needs."""
    shown: tuple[str, ...] = ()
    """Of these, the ones that matter here."""


def cases() -> Iterator[Case]:
    """Every case, in the order of the reference page."""
    for section, entries in YAML(typ="safe", pure=True).load(CASES.read_text()).items():
        for entry in entries:
            yield _case(section, entry)
        if section == "Text":
            yield from _bytes_that_are_no_text()
    for folder in (LOOP, HEATED):
        for section, entries in YAML(typ="safe", pure=True).load((folder / CASES.name).read_text()).items():
            for entry in entries:
                yield _case_of_system(folder, section, entry)


def _case(section: str, entry: dict[str, Any]) -> Case:
    files = {path: content.encode() for path, content in entry.get("files", {}).items()}
    text = _text(entry).encode()
    return Case(section, entry["wrong"], entry["written"], text, tuple(entry["errors"]), files, tuple(files))


def _case_of_system(folder: Path, section: str, entry: dict[str, Any]) -> Case:
    """A change of the spec, or of its controller."""
    texts = {path.name: path.read_text() for path in folder.iterdir() if path.name in ("spec.yaml", "controller.py")}
    changed = entry.get("file", "spec.yaml")
    for old, new in entry["changes"].items():
        assert texts[changed].count(old) == 1, old
        texts[changed] = texts[changed].replace(old, new)
    added = entry.get("files", {})
    spec = texts.pop("spec.yaml")
    files = {path: content.encode() for path, content in (texts | added).items()}
    written = "\n".join(entry["changes"].values())
    return Case(section, entry["wrong"], written, spec.encode(), tuple(entry["errors"]), files, tuple(added))


def _text(entry: Mapping[str, str]) -> str:
    written = entry["written"]
    match entry["place"]:
        case "whole":
            return written
        case "end":
            return f"{SOUND}{written}\n"
        case place:
            old = PLACES[place]
            assert SOUND.count(old) == 1
            return SOUND.replace(old, written + "\n" if old.endswith("\n") and written else written)


def _bytes_that_are_no_text() -> Iterator[Case]:
    """What a data file of text cannot hold, or not in a reasonable size."""
    sound = SOUND.encode()
    for wrong, written, text, error in (
        (
            "not UTF-8",
            "name: f\\xfct",
            sound.replace(b"fit", b"f\xfct"),
            "1:1: expected UTF-8, got byte 0xfc at offset 32",
        ),
        ("UTF-16", "the whole file", SOUND.encode("utf-16"), "1:1: expected UTF-8, got byte 0xff at offset 0"),
        (
            "a control character",
            "name: f\\x07t",
            sound.replace(b"fit", b"f\x07t"),
            "2:8: not valid YAML: character '\\x07' is not printable",
        ),
        ("10 MB", "10 MB of comments", sound + b"# filler\n" * 1_200_000, "1:1: expected at most 256 KiB, got more"),
        ("nested without end", "`[`, 200,000 times", b"[" * 200_000, "1:34: expected at most 32 levels of nesting"),
        (
            "nested too deeply",
            "a: " + "[" * 33 + "]" * 33,
            b"a: " + b"[" * 33 + b"]" * 33,
            "1:36: expected at most 32 levels of nesting",
        ),
        (
            "more values than any spec needs",
            "a: [1, 1, 1, …]",
            b"a: [" + b"1," * 30_000 + b"]",
            "1:40001: expected at most 20,000 values",
        ),
    ):
        yield Case("Text", wrong, written, text, (f"spec.yaml:{error}",))
