"""Provenance: who made the design, and the hashes of what they were told. The texts themselves never travel."""

import re
from typing import Any

from proofmark_contracts.design import Provenance
from proofmark_spec.files import Files
from proofmark_spec.problems import Report, Wrong, below
from proofmark_spec.reading import kind, line, mapping

LONGEST_AGENT = 128
SHA256 = re.compile(r"^[0-9a-f]{64}\Z")


def read_provenance(document: Any, files: Files, report: Report) -> tuple[Provenance, dict[str, Any]]:
    """Read `provenance`, and the same as it may travel: every file replaced by its hash.

    Raises
    ------
    Wrong
    """
    given = mapping(document, ("provenance",), report, [], ["agent", "prompt", "context"])
    found: dict[str, str] = {}
    travelling: dict[str, Any] = {}
    if "agent" in given:
        with report.catching("provenance", "agent"):
            found["agent"] = travelling["agent"] = line(given["agent"], LONGEST_AGENT)
    for key in ("prompt", "context"):
        if key in given:
            with report.catching("provenance", key):
                found[f"{key}_sha256"] = digest = _digest(given[key], key, files, report)
                travelling[key] = {"sha256": digest}
    return Provenance.model_validate(found), travelling


def _digest(entry: Any, key: str, files: Files, report: Report) -> str:
    given = mapping(entry, ("provenance", key), report, [], ["file", "sha256"])
    if ("file" in given) == ("sha256" in given):
        raise Wrong("expected either file or sha256")
    if "file" in given:
        with below("file"):
            return files.digest(kind(given["file"], str))
    with below("sha256"):
        digest = kind(given["sha256"], str)
        if not SHA256.match(digest):
            raise Wrong("expected 64 hexadecimal digits in lower case")
    return digest
