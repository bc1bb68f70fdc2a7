"""Designs through a running Proofmark, whoever runs it: submitted, released, fetched and verified offline."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proofmark.client import operator
from proofmark.folder import write_release
from proofmark_contracts.custody import ReleaseSealed
from proofmark_contracts.study import StudyClosed
from proofmark_custody.commands import verify
from proofmark_spec.document import read_yaml
from tests.firmware.conftest import FAN
from tests.system.specs import expression_spec

TENANT = "local"
PATIENCE_S = 180.0


@dataclass(frozen=True)
class Asked:
    """A design as it is submitted."""

    document: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)


DESIGNS = {
    "fit": Asked(expression_spec(minimum="-1 mm")),
    "fan, with its firmware": Asked(
        read_yaml((FAN / "spec.yaml").read_bytes(), "spec.yaml")[0],
        {"controller.py": (FAN / "controller.py").read_bytes()},
    ),
}


async def judge(url: str, passwords: Mapping[str, str], trust: Path, folder: Path, asked: Asked) -> str:
    """Have a design judged and return its study; what was sealed verifies by the keys that `trust` names.

    The release is written into `folder`, which exists.
    """
    async with asyncio.timeout(PATIENCE_S), operator(url, passwords) as client:
        answer = await client.answer(TENANT, await client.submit(TENANT, asked.document, asked.files))
        assert answer.study is not None, answer.reasons
        closed = await client.wait(StudyClosed, answer.study)
        assert closed.outcome == "released", closed
        sealed = await client.wait(ReleaseSealed, answer.study)
        await write_release(client, sealed, folder)
    assert verify(folder / "release", trust) == 0
    assert (folder / "release" / "firmware" / "firmware.elf").exists() is ("firmware" in asked.document)
    return answer.study


def judge_all(url: str, passwords: Mapping[str, str], trust: Path, folder: Path) -> None:
    """Have each design judged, one after the other, and print how long it took."""
    for name, asked in DESIGNS.items():
        began = time.monotonic()
        out = folder / str(asked.document["name"])
        out.mkdir()
        study = asyncio.run(judge(url, passwords, trust, out, asked))
        print(f"{study}, {name}: released in {time.monotonic() - began:.1f} s", flush=True)
