"""`proofmark run`: one command from a spec to a signed verdict, on this machine alone."""

import asyncio
import json
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from rich.console import Console

from proofmark.client import OperatorClient, operator
from proofmark.embedded import TENANT, running, worker_count
from proofmark.environment import environment
from proofmark.exits import Exit
from proofmark.failures import Failure
from proofmark.folder import BUS, claim, write_release, write_run
from proofmark.progress import bar, follow
from proofmark.result import Result
from proofmark.specs import load_spec
from proofmark_contracts.frozen import FileRef
from proofmark_contracts.study import study_stem
from proofmark_spec import Spec

OWN_FILES = {"PROOFMARK_ALLOW_PYTHON_MODELS": "true"}
"""The spec and its model are files of the person who runs them."""
STUDY = "study.json"
Submission = Callable[[OperatorClient, str], Awaitable[str]]
"""Submits what goes on from a study, and returns the event that the answer will carry."""


def run(
    spec: Path,
    *,
    out: Path | None = None,
    on: Literal["machine", "kubernetes"] = "machine",
    context: str = "",
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Judge a design, on this machine unless told otherwise: sample, simulate, estimate, decide, report, sign.

    Parameters
    ----------
    spec
        The spec file.
    out
        Folder for the release, the report and run.json; ./out/<name>-<study>/ by default.
    on
        `kubernetes`: by the Proofmark of a cluster.
    context
        With --on kubernetes: kubectl's context; its current one by default.
    as_json
        Print one JSON document on stdout.
    """
    loaded = load_spec(spec)
    folder = out or Path("out") / f"{loaded.design.name}-{_first_study(loaded)}"
    claim(folder)
    if on == "kubernetes":
        from proofmark.commands.on_cluster import run_on_cluster

        return run_on_cluster(loaded, folder, context, as_json)
    return asyncio.run(_run(loaded, folder, as_json))


def resume_folder(folder: Path, as_json: bool) -> int:
    """Finish a study that an interrupted `run` left in its output folder."""
    note = folder / BUS / STUDY
    if not note.exists():
        raise Failure(f"{folder}: nothing was interrupted here", Exit.USAGE)
    return asyncio.run(_resume(str(json.loads(note.read_text())["study"]), folder, as_json))


def continue_folder(parent: Path, submission: Submission, out: Path | None, as_json: bool) -> int:
    """Judge what goes on from the study of an output folder, on a copy of what its bus holds."""
    note = parent / BUS / STUDY
    if not note.exists():
        raise Failure(f"{parent}: every run has its answer and the verdict is settled: nothing goes on", Exit.USAGE)
    folder = out or parent.with_name(f"{parent.name}-continued")
    claim(folder)
    shutil.copytree(parent / BUS, folder / BUS)
    study = str(json.loads(note.read_text())["study"])

    async def begin(client: OperatorClient) -> str:
        return await _submitted(client, await submission(client, study), folder)

    try:
        return asyncio.run(_judge(begin, folder, as_json))
    except Failure:
        shutil.rmtree(folder)
        raise


async def _run(spec: Spec, folder: Path, as_json: bool) -> int:
    console = Console(stderr=True)
    for warning in spec.warnings:
        console.print(f"[yellow]warning:[/] {warning}", highlight=False, soft_wrap=True)

    async def begin(client: OperatorClient) -> str:
        return await _submitted(client, await client.submit(TENANT, spec.document, spec.files), folder)

    return await _judge(begin, folder, as_json)


async def _submitted(client: OperatorClient, event: str, folder: Path) -> str:
    """The study that a submission became, noted where an interrupted run is looked for."""
    answer = await client.answer(TENANT, event)
    if answer.study is None:
        raise Failure("\n".join(answer.reasons), Exit.USAGE)
    (folder / BUS / STUDY).write_text(json.dumps({"study": answer.study}))
    return answer.study


async def _resume(study: str, folder: Path, as_json: bool) -> int:
    async def begin(_client: OperatorClient) -> str:
        return study

    return await _judge(begin, folder, as_json)


async def _judge(begin: Callable[[OperatorClient], Awaitable[str]], folder: Path, as_json: bool) -> int:
    """Start everything, follow one study to its end, write the folder, say how it went."""
    console = Console(stderr=True)
    started = time.monotonic()
    try:
        async with running(folder / BUS, extra=OWN_FILES) as plant:
            ready = time.monotonic()
            async with operator(plant.server.url, plant.server.passwords) as client:
                study = await begin(client)
                with bar(console) as show:
                    closed = await follow(client, study, show)
                result = await Result.read(client, closed)
                release = await write_release(client, result.sealed, folder) if result.sealed else None
    except asyncio.CancelledError:
        if (folder / BUS / STUDY).exists():
            console.print(
                f"the study is kept; finish it with: proofmark resume {folder}", highlight=False, soft_wrap=True
            )
        raise
    document = result.document(str(release) if release else None)
    seconds = {"start": ready - started, "study": time.monotonic() - ready}
    write_run(folder, {**document, **_unsigned(result, seconds)})
    if not result.may_go_on:
        shutil.rmtree(folder / BUS)
    _tell(console, result)
    print(json.dumps(document, indent=2, ensure_ascii=False) if as_json else release or folder)
    return result.exit


def _first_study(spec: Spec) -> str:
    """The id that an empty store gives to this spec."""
    refs = tuple(FileRef.of(*file) for file in sorted(spec.files.items()))
    return f"{study_stem(TENANT, spec.design, refs)}-r1"


def _unsigned(result: Result, seconds: dict[str, float]) -> dict[str, Any]:
    """What `run.json` says beyond the result: times, costs, the machine, what failing runs said."""
    live = result.live
    return {
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
        "workers": worker_count(),
        "cpu_s": live.cpu_s if live else None,
        "engine": result.opened.engine,
        "environment": environment(),
        "logs": [log.model_dump() for log in live.logs] if live else [],
    }


def _tell(console: Console, result: Result) -> None:
    """The verdict in words, on stderr."""
    colour = {"released": "green", "rejected": "red", "failed": "red"}.get(result.closed.outcome, "yellow")
    console.print(f"[bold {colour}]{result.verdict}[/]", highlight=False, soft_wrap=True)
    for reason in result.closed.reasons:
        console.print(f"  {reason}", highlight=False, soft_wrap=True, markup=False)
    for told in result.sentences():
        console.print(f"  {told}", highlight=False, soft_wrap=True, markup=False)
    if result.live is not None and result.live.logs:
        first = result.live.logs[0]
        console.print(
            f"  run {first.vector} has no answer ({first.status}):", highlight=False, soft_wrap=True, markup=False
        )
        console.print(first.text.rstrip(), highlight=False, soft_wrap=True, markup=False, style="dim")
