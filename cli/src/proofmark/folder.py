"""The output folder of a study: the sealed evidence, and beside it what is not evidence."""

import json
import shutil
from pathlib import Path
from typing import Any

from proofmark.client import OperatorClient
from proofmark.exits import Exit
from proofmark.failures import Failure
from proofmark_contracts.custody import ReleaseSealed

BUS, RUN, RELEASE, EVIDENCE = "bus", "run.json", "release", "evidence"


def claim(out: Path) -> None:
    """Make the folder, or empty it of an earlier run's output.

    Raises
    ------
    Failure
        It holds something that is not ours.
    """
    if out.exists() and not out.is_dir():
        raise Failure(f"--out {out}: expected a folder, found a file", Exit.USAGE)
    out.mkdir(parents=True, exist_ok=True)
    foreign = sorted(entry.name for entry in out.iterdir() if entry.name not in (BUS, RUN, RELEASE, EVIDENCE))
    if foreign:
        raise Failure(f"--out {out}: expected an empty folder or an earlier run's, found {foreign[0]}", Exit.USAGE)
    for name in (BUS, RELEASE, EVIDENCE):
        shutil.rmtree(out / name, ignore_errors=True)
    (out / RUN).unlink(missing_ok=True)


async def write_release(client: OperatorClient, sealed: ReleaseSealed, out: Path) -> Path:
    """Write a sealed folder whole or not at all: `release` for what may ship, `evidence` for all else."""
    final = out / (RELEASE if sealed.verdict == "approved" and sealed.firmware != "failed" else EVIDENCE)
    partial = out / f".{final.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    for ref in sealed.files:
        path = partial / ref.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(await client.object(ref.sha256))
    shutil.rmtree(final, ignore_errors=True)
    partial.rename(final)
    return final


def write_run(out: Path, document: dict[str, Any]) -> None:
    """Write `run.json`: times, costs and logs, which no signature covers."""
    partial = out / f".{RUN}.partial"
    partial.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    partial.replace(out / RUN)
