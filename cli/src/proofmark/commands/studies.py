"""Verbs about studies on a running Proofmark."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from proofmark.bus_file import bus
from proofmark.client import OperatorClient
from proofmark.embedded import TENANT
from proofmark.exits import Exit
from proofmark.failures import Failure
from proofmark.folder import claim, write_release
from proofmark.progress import SIMULATING, bar, doing, follow, interval, told
from proofmark.result import Result
from proofmark.specs import load_spec
from proofmark_contracts.assessment import ReliabilityUpdated
from proofmark_contracts.study import StudyClosed, StudyOpened

T = TypeVar("T")
Json = Annotated[bool, Parameter(name="--json", negative="")]
Tenant = Annotated[str, Parameter(help="On whose behalf.")]
Action = Literal["cancel", "pause", "resume", "delete"]


def submit(spec: Path, *, tenant: Tenant = TENANT, as_json: Json = False) -> int:
    """Submit a spec and print the id of its study."""
    loaded = load_spec(spec)

    async def ask(client: OperatorClient) -> str:
        answer = await client.answer(tenant, await client.submit(tenant, loaded.document, loaded.files))
        if answer.study is None:
            raise Failure("the submission was refused\n" + "\n".join(answer.reasons), Exit.USAGE)
        return answer.study

    study = _with_bus(ask)
    print(json.dumps({"study": study}) if as_json else study)
    return Exit.OK


def watch(study: str, *, as_json: Json = False) -> int:
    """Follow a study until it is closed; with --json one line of JSON for each update."""

    async def ask(client: OperatorClient) -> Result:
        await _known(client, study)
        if as_json:
            return await Result.read(client, await follow(client, study, _ndjson))
        with bar(Console(stderr=True)) as show:
            return await Result.read(client, await follow(client, study, show))

    result = _with_bus(ask)
    if not as_json:
        print(result.closed.outcome)
    return result.exit


def wait(study: str, *, timeout: float | None = None, as_json: Json = False) -> int:
    """Wait until a study is closed; the exit code is its outcome.

    Parameters
    ----------
    timeout
        Seconds to wait; then the exit code is 7.
    """

    async def ask(client: OperatorClient) -> Result:
        await _known(client, study)
        try:
            async with asyncio.timeout(timeout):
                closed = await client.wait(StudyClosed, study)
        except TimeoutError:
            raise Failure(f"{study} is still open after {timeout:g} s", Exit.TIMED_OUT) from None
        return await Result.read(client, closed)

    result = _with_bus(ask)
    print(json.dumps(result.document(None), indent=2) if as_json else result.closed.outcome)
    return result.exit


def ls(*, as_json: Json = False) -> int:
    """List studies, oldest first."""

    async def ask(client: OperatorClient) -> list[dict[str, Any]]:
        return [await _row(client, opened) for opened in await client.studies()]

    rows = _with_bus(ask)
    if as_json:
        print(json.dumps(rows, indent=2))
        return Exit.OK
    table = Table(box=None, header_style="bold")
    for column in ("study", "name", "tenant", "state", "runs", "R"):
        table.add_column(column)
    for row in rows:
        between = interval(row["r_low"], row["r_high"]) if row["r_low"] is not None else ""
        table.add_row(row["study"], row["name"], row["tenant"], row["state"], str(row["runs"]), escape(between))
    Console().print(table)
    return Exit.OK


def show(study: str, *, as_json: Json = False) -> int:
    """Show what is known of a study."""

    async def ask(client: OperatorClient) -> Result | ReliabilityUpdated | None:
        await _known(client, study)
        closed = await client.read(StudyClosed, study)
        return await Result.read(client, closed) if closed else await client.read(ReliabilityUpdated, study)

    found = _with_bus(ask)
    if as_json:
        document = found.document(None) if isinstance(found, Result) else {"study": study, "outcome": None}
        print(json.dumps(document, indent=2))
        return Exit.OK
    if isinstance(found, Result):
        print(found.verdict)
        for line in (*found.closed.reasons, *found.sentences()):
            print(f"  {line}")
    else:
        print(f"open: {doing(found, SIMULATING)}: {told(found)}" if found else "open: planning")
    return Exit.OK


def report(study: str, *, out: Path | None = None) -> int:
    """Fetch the sealed folder of a study, its report in it, and print where it lies."""
    folder = out or Path("out") / study
    claim(folder)

    async def ask(client: OperatorClient) -> Path:
        await _known(client, study)
        closed = await client.read(StudyClosed, study)
        result = await Result.read(client, closed) if closed else None
        if result is None or result.sealed is None:
            state = closed.outcome if closed else "open"
            raise Failure(f"{study} has no report: it is {state}", Exit.USAGE)
        return await write_release(client, result.sealed, folder)

    print(_with_bus(ask) / "report.html")
    return Exit.OK


def cancel(study: str, *, tenant: Tenant = TENANT) -> int:
    """Cancel a study."""

    async def ask(client: OperatorClient) -> StudyClosed:
        await _open(client, study)
        await client.command(tenant, study, "cancel")
        return await client.wait(StudyClosed, study)

    print(_with_bus(ask).outcome)
    return Exit.OK


def delete(study: str, *, tenant: Tenant = TENANT) -> int:
    """Cancel a study if it is open, and remove its results and reports from the bus; signed decisions stay."""

    async def ask(client: OperatorClient) -> None:
        await _known(client, study)
        await client.command(tenant, study, "delete")
        await client.wait(StudyClosed, study)

    _with_bus(ask)
    print("deleted")
    return Exit.OK


def pause(study: str, *, tenant: Tenant = TENANT) -> int:
    """Keep workers from a study; its deadline waits too."""
    return _ask_for(study, tenant, "pause")


def resume(
    study: str,
    *,
    failed: Annotated[bool, Parameter(negative="")] = False,
    spec: Path | None = None,
    checks: int = 20,
    tenant: Tenant = TENANT,
    out: Path | None = None,
    as_json: Json = False,
) -> int:
    """Go on with a study that was paused, or, given an output folder, with a run that was interrupted.

    Parameters
    ----------
    study
        A study on the running bus, or the output folder of `run`.
    failed
        Of a closed study, run again what had no answer, in a child study that takes over the good runs.
    spec
        With --failed: the spec with its model mended; the one the study was opened for by default.
    checks
        With --failed and another model: how many good runs are repeated to see whether it still says the same.
    out
        With --failed and a folder: where the child's output goes; beside it by default.
    """
    if failed:
        from proofmark.commands.continuing import rerun_missing

        return rerun_missing(study, spec, checks, tenant, out, as_json)
    if Path(study).is_dir():
        from proofmark.commands.running import resume_folder

        return resume_folder(Path(study), as_json)
    return _ask_for(study, tenant, "resume")


def _ask_for(study: str, tenant: str, action: Action) -> int:
    async def ask(client: OperatorClient) -> None:
        await _open(client, study)
        await client.command(tenant, study, action)

    _with_bus(ask)
    return Exit.OK


def _with_bus(ask: Callable[[OperatorClient], Awaitable[T]]) -> T:
    async def go() -> T:
        async with bus() as client:
            return await ask(client)

    return asyncio.run(go())


async def _known(client: OperatorClient, study: str) -> StudyOpened:
    opened = await client.read(StudyOpened, study)
    if opened is None:
        raise Failure(f"no study {study}; `proofmark ls` lists them", Exit.USAGE)
    return opened


async def _open(client: OperatorClient, study: str) -> None:
    await _known(client, study)
    closed = await client.read(StudyClosed, study)
    if closed is not None:
        raise Failure(f"{study} is closed already: {closed.outcome}", Exit.USAGE)


async def _row(client: OperatorClient, opened: StudyOpened) -> dict[str, Any]:
    closed = await client.read(StudyClosed, opened.study)
    live = await client.read(ReliabilityUpdated, opened.study)
    return {
        "study": opened.study,
        "name": opened.design.name,
        "tenant": opened.tenant,
        "state": closed.outcome if closed else "open",
        "runs": live.samples if live else 0,
        "r_low": live.r_low if live else None,
        "r_high": live.r_high if live else None,
    }


def _ndjson(live: ReliabilityUpdated | None, stage: str) -> None:
    update = live.model_dump(mode="json", exclude={"logs"}) if live else {}
    print(json.dumps({"stage": stage, **update}), flush=True)
