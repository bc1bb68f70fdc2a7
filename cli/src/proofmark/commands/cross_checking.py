"""`proofmark thermal cross-check`: every engine that is here, on the same mesh."""

import sys
from pathlib import Path

from proofmark.exits import Exit
from proofmark_thermal.engine import Solution
from proofmark_thermal.engines.cross_check import WITHIN_K, cross_check, table, told
from proofmark_thermal.engines.known import PROGRAMS


def cross_checked(
    solution: Solution, folder: Path, within_k: float | None
) -> tuple[dict[str, object], list[str], Exit]:
    """Return what is told as data, lines for people, and the exit code."""
    print(f"solving by {', '.join(program.name for program in PROGRAMS)} ...", file=sys.stderr, flush=True)
    within_k = WITHIN_K if within_k is None else within_k
    found = cross_check(solution, PROGRAMS, folder)
    worst = found.worst_k
    if worst is None:
        verdict = "no other engine ran: nothing is confirmed"
    else:
        verdict = f"worst difference {worst:.2e} K, {within_k:g} K allowed"
    return told(found, within_k), [*table(found), verdict], _code(worst, within_k, failed=bool(found.failed))


def _code(worst_k: float | None, within_k: float, *, failed: bool) -> Exit:
    if failed:
        return Exit.RUN_FAILED
    if worst_k is None:
        return Exit.NOT_PROVEN
    return Exit.OK if worst_k <= within_k else Exit.REJECTED
