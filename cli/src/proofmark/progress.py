"""Live progress of a study on stderr, from the bus's own events."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from math import floor, log10

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from proofmark.client import LOOK_S, OperatorClient
from proofmark_contracts.assessment import ReliabilityAssessed, ReliabilityUpdated
from proofmark_contracts.custody import ReportCompiled
from proofmark_contracts.study import StudyClosed, StudyOpened

Show = Callable[[ReliabilityUpdated | None, str], None]
QUIET_S = 5.0
SIMULATING = "simulating"


async def follow(client: OperatorClient, study: str, show: Show) -> StudyClosed:
    """Call `show` whenever something is new, until the study is closed."""
    last: tuple[ReliabilityUpdated | None, str] = None, ""
    while True:
        live = await client.read(ReliabilityUpdated, study)
        closed = await client.read(StudyClosed, study)
        stage = f"closed: {closed.outcome}" if closed else await _stage(client, study, live)
        if (live, stage) != last:
            last = live, stage
            show(live, stage)
        if closed is not None:
            return closed
        await asyncio.sleep(LOOK_S)


async def _stage(client: OperatorClient, study: str, live: ReliabilityUpdated | None) -> str:
    if await client.read(ReportCompiled, study) is not None:
        return "signing"
    if await client.read(ReliabilityAssessed, study) is not None:
        opened = await client.read(StudyOpened, study)
        firmware = "building and verifying firmware, " if opened and opened.design.firmware else ""
        return f"deciding, {firmware}writing the report"
    return SIMULATING if live else "planning"


def doing(live: ReliabilityUpdated, stage: str) -> str:
    """The stage, or what the algorithm does in it."""
    return live.reason if stage == SIMULATING and live.reason else stage


@contextlib.contextmanager
def bar(console: Console) -> Iterator[Show]:
    """A progress bar on a terminal; on anything else a line now and then."""
    if not console.is_terminal:
        yield _lines(console)
        return
    columns = (
        TextColumn("{task.description:<30}"),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting", total=None, told="")

        def show(live: ReliabilityUpdated | None, stage: str) -> None:
            if live is None:
                progress.update(task, description=stage)
            else:
                what = escape(doing(live, stage))
                progress.update(task, description=what, total=live.planned, completed=live.samples, told=told(live))

        yield show


def told(live: ReliabilityUpdated) -> str:
    """One line: runs, failures, missing, and the interval as it stands."""
    missing = f", {live.missing} missing" if live.missing else ""
    between = interval(live.r_low, live.r_high)
    return f"{live.samples:,} of {live.planned:,} runs, {live.failures:,} failed{missing}, R in {between}"


def interval(r_low: float, r_high: float) -> str:
    """Both ends with as many decimals as tell the lower one from 1."""
    decimals = max(5, 1 - floor(log10(1 - r_low))) if r_low < 1 else 5
    return f"[{r_low:.{decimals}f}, {r_high:.{decimals}f}]"


def _lines(console: Console) -> Show:
    clock = asyncio.get_running_loop().time
    said_at, said = -QUIET_S, ""

    def show(live: ReliabilityUpdated | None, stage: str) -> None:
        nonlocal said_at, said
        what = doing(live, stage) if live else stage
        if what != said or clock() - said_at >= QUIET_S:
            said_at, said = clock(), what
            line = f"{what}: {told(live)}" if live else what
            console.print(line, highlight=False, soft_wrap=True, markup=False)

    return show
