"""One design through a running Proofmark, whoever runs it: submitted, released, fetched and verified offline."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from proofmark.client import operator
from proofmark.folder import write_release
from proofmark_contracts.custody import ReleaseSealed
from proofmark_contracts.study import StudyClosed
from proofmark_custody.commands import verify
from tests.system.specs import expression_spec

TENANT = "local"
PATIENCE_S = 120.0


async def judge(url: str, passwords: Mapping[str, str], trust: Path, folder: Path) -> str:
    """Have a fit judged and return its study; what was sealed verifies by the keys that `trust` names.

    The release is written into `folder`, which exists.
    """
    async with asyncio.timeout(PATIENCE_S), operator(url, passwords) as client:
        answer = await client.answer(TENANT, await client.submit(TENANT, expression_spec(minimum="-1 mm"), {}))
        assert answer.study is not None, answer.reasons
        closed = await client.wait(StudyClosed, answer.study)
        assert closed.outcome == "released", closed
        sealed = await client.wait(ReleaseSealed, answer.study)
        await write_release(client, sealed, folder)
    assert verify(folder / "release", trust) == 0
    return answer.study
