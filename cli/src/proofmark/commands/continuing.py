"""Verbs that make a study go on from a closed one, and take over its runs."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from proofmark.bus_file import bus
from proofmark.client import OperatorClient
from proofmark.commands.running import Submission, continue_folder
from proofmark.embedded import TENANT
from proofmark.exits import Exit
from proofmark.failures import Failure
from proofmark.specs import load_spec
from proofmark_contracts.study import Continues, StudyOpened

Json = Annotated[bool, Parameter(name="--json", negative="")]


def extend(study: str, *, samples: int, tenant: str = TENANT, out: Path | None = None, as_json: Json = False) -> int:
    """Go on with a closed study under the sequence it was planned with: more samples, in a child study.

    Parameters
    ----------
    study
        A study on the running bus, or the output folder of `run`.
    samples
        Runs in all, those of the parent included.
    tenant
        On whose behalf.
    out
        For a folder: where the child's output goes; beside it by default.
    as_json
        Print one JSON document on stdout.
    """

    async def submission(client: OperatorClient, parent: str) -> str:
        document, files = await client.submission(await _opened(client, parent))
        plan: dict[str, Any] = document["reliability"]
        longer = {**document, "reliability": {**plan, "samples": samples}}
        return await client.submit(tenant, longer, files, Continues(parent=parent, purpose="extend"))

    return _go_on(study, submission, tenant, out, as_json)


def rerun_missing(study: str, spec: Path | None, checks: int, tenant: str, out: Path | None, as_json: bool) -> int:
    """Run again, in a child study, what had no answer; the good runs are taken over."""
    mended = load_spec(spec) if spec else None

    async def submission(client: OperatorClient, parent: str) -> str:
        opened = await _opened(client, parent)
        document, files = (mended.document, mended.files) if mended else await client.submission(opened)
        continues = Continues(parent=parent, purpose="rerun-missing", checks=checks)
        return await client.submit(tenant, document, files, continues)

    return _go_on(study, submission, tenant, out, as_json)


def _go_on(study: str, submission: Submission, tenant: str, out: Path | None, as_json: bool) -> int:
    if Path(study).is_dir():
        return continue_folder(Path(study), submission, out, as_json)
    print(asyncio.run(_child(study, submission, tenant)))
    return Exit.OK


async def _child(parent: str, submission: Submission, tenant: str) -> str:
    async with bus() as client:
        answer = await client.answer(tenant, await submission(client, parent))
        if answer.study is None:
            raise Failure("the submission was refused\n" + "\n".join(answer.reasons), Exit.USAGE)
        return answer.study


async def _opened(client: OperatorClient, study: str) -> StudyOpened:
    opened = await client.read(StudyOpened, study)
    if opened is None:
        raise Failure(f"no study {study}; `proofmark ls` lists them", Exit.USAGE)
    return opened
