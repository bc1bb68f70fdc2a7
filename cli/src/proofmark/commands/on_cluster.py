"""`proofmark run --on kubernetes`: the same from spec to release, on a cluster's Proofmark."""

import asyncio
import json
from pathlib import Path

from rich.console import Console

from proofmark.cluster import cluster_bus
from proofmark.embedded import TENANT
from proofmark.exits import OF_OUTCOME, Exit
from proofmark.failures import Failure
from proofmark.folder import write_release, write_run
from proofmark.progress import bar, follow
from proofmark.result import Result
from proofmark_spec import Spec


def run_on_cluster(spec: Spec, folder: Path, context: str, as_json: bool) -> int:
    """Submit, follow to the end, fetch what is sealed; an interrupted study goes on without us."""
    return asyncio.run(_run(spec, folder, context, as_json))


async def _run(spec: Spec, folder: Path, context: str, as_json: bool) -> int:
    console = Console(stderr=True)
    async with cluster_bus(context) as client:
        answer = await client.answer(TENANT, await client.submit(TENANT, spec.document, spec.files))
        if answer.study is None:
            raise Failure("\n".join(answer.reasons), Exit.USAGE)
        with bar(console) as show:
            closed = await follow(client, answer.study, show)
        result = await Result.read(client, closed)
        release = await write_release(client, result.sealed, folder) if result.sealed else None
    document = result.document(str(release) if release else None)
    write_run(folder, {**document, "context": context})
    for line in (closed.outcome, *closed.reasons, *result.sentences()):
        console.print(line, highlight=False, soft_wrap=True, markup=False)
    print(json.dumps(document, indent=2, ensure_ascii=False) if as_json else release or folder)
    return OF_OUTCOME[closed.outcome]
