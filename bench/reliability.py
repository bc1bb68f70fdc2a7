"""`make bench-reliability`: ours and OpenTURNS side by side, over problems whose answer is known.

Prints a table, then what the promises come to, then one line of JSON. Errors are root mean square, relative to the true
probability of failure; a study that refuses to certify counts as one that found nothing.
"""

import argparse
import fnmatch
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench import attribution, overhead, watching
from bench.figures import Figures, PeerFigures, figures, peer_figures
from bench.problems import Problem, all_problems
from bench.promises import samples, verdicts
from bench.solving import Result, solve
from proofmark_reliability.errors import OutOfRange, TooFewSamples

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
EXPLICIT = ("cross-entropy", "kriging", "subset")
PEER_METHODS = ("form", "subset", "cross-entropy", "monte-carlo")
PEER = ("openturns==1.27", "numpy", "scipy")
AUTO_REPLICATIONS = 5
"""Times the replications of the other methods: coverage takes more of them than errors."""
STUDIES_AT_ONCE = 10


def main() -> int:
    arguments = _arguments()
    os.environ["OMP_NUM_THREADS"] = "1"  # read by the processes to come: as many as jobs are enough
    problems = {n: p for n, p in all_problems().items() if fnmatch.fnmatch(n, arguments.problems)}
    ours = _ours(problems, arguments.replications, arguments.jobs)
    theirs = _theirs(problems, arguments.replications, arguments.jobs)
    print(_table(problems, ours, theirs))
    lines = {**verdicts(problems, ours), **_others(arguments.replications, arguments.jobs)}
    for line, verdict in lines.items():
        print(f"line {line}: {'holds' if verdict['holds'] else 'missed'} {json.dumps(verdict)}")
    print(
        json.dumps(
            {
                "bench": "reliability",
                "ours": _nested(ours),
                "openturns": _nested(theirs),
                "lines": lines,
                "missed": [line for line, verdict in lines.items() if not verdict["holds"]],
            }
        )
    )
    return 0 if all(verdict["holds"] for verdict in lines.values()) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=40, help="of each method; auto has five times as many")
    parser.add_argument("--problems", default="*", help="which, as a glob")
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


def _ours(problems: dict[str, Problem], replications: int, jobs: int) -> dict[tuple[str, str], Figures]:
    """Return the figures of every problem by every method that suits it."""
    tasks = []
    for name, problem in problems.items():
        for method in ("auto", *EXPLICIT):
            if method == "kriging" and 3 not in problem.lines:
                continue
            studies = replications * (AUTO_REPLICATIONS if method == "auto" else 1)
            tasks += [
                (name, method, range(first, min(first + STUDIES_AT_ONCE, studies)))
                for first in range(0, studies, STUDIES_AT_ONCE)
            ]
    found: dict[tuple[str, str], list[Result]] = defaultdict(list)
    with get_context("spawn").Pool(jobs) as pool:
        for done, (name, method, results) in enumerate(pool.imap(_study, tasks), start=1):
            found[name, method] += results
            _progress("ours", done, len(tasks), f"{name} {method}")
    return {key: figures(results, problems[key[0]].pf) for key, results in found.items() if results}


@cache
def _problems() -> dict[str, Problem]:
    return all_problems()


def _study(task: tuple[str, str, range]) -> tuple[str, str, list[Result]]:
    name, method, seeds = task
    problem = _problems()[name]
    try:
        return name, method, [solve(problem, method, seed, samples(problem, method)) for seed in seeds]
    except (OutOfRange, TooFewSamples):
        return name, method, []


def _theirs(problems: dict[str, Problem], replications: int, jobs: int) -> dict[tuple[str, str], PeerFigures]:
    found = {}
    total = len(problems) * len(PEER_METHODS)
    for done, answer in enumerate(_openturns(tuple(problems), replications, jobs), start=1):
        name, method = answer["problem"], answer["method"]
        found[name, method] = peer_figures(answer["results"], problems[name].pf)
        _progress("OpenTURNS", done, total, f"{name} {method}")
    return found


def _openturns(problems: tuple[str, ...], replications: int, jobs: int) -> Iterator[dict[str, Any]]:
    """Yield what OpenTURNS finds, in an environment of its own."""
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "proofmark-bench" / "openturns"
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([BIN / "uv", "venv", "--quiet", "--python", sys.executable, home], check=True)
        subprocess.run([BIN / "uv", "pip", "install", "--quiet", "--python", python, *PEER], check=True)
    script = Path(__file__).with_name("openturns_study.py")
    request = json.dumps({"problems": problems, "replications": replications, "jobs": jobs})
    path = os.pathsep.join([str(ROOT), str(ROOT / "libs" / "reliability" / "src")])
    environment = {**os.environ, "PYTHONPATH": path}
    with subprocess.Popen([python, script, request], stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        yield from map(json.loads, process.stdout)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)


def _others(replications: int, jobs: int) -> dict[int, dict[str, Any]]:
    """Return the verdicts on lines 6 to 8, which stand on problems of their own."""
    many = AUTO_REPLICATIONS * replications
    with get_context("spawn").Pool(jobs) as pool:
        watched = pool.apply_async(watching.watched, (many,))
        attributed = pool.apply_async(attribution.attributed, (many,))
        errors = pool.apply(attribution.index_errors)
        lines = {
            6: {"holds": watching.holds(watched.get()), **watched.get()},
            7: {"holds": attribution.holds(attributed.get(), errors), "index_errors": errors, **attributed.get()},
        }
        _progress("lines 6 to 8", 2, 3, "")
        cost = pool.apply(overhead.overhead)
    _progress("lines 6 to 8", 3, 3, "")
    return {**lines, 8: {"holds": overhead.holds(cost), **cost}}


def _table(
    problems: dict[str, Problem], ours: dict[tuple[str, str], Figures], theirs: dict[tuple[str, str], PeerFigures]
) -> str:
    """Error / evaluations / rounds for each method; of `auto` also coverage and the share certified."""
    header = f"{'problem':25}{'d':>4}{'pf':>9}  {'auto':19}{'cover':>6}{'cert':>5}  {'best of the others':33}"
    rows = [header + "".join(f"{f'OpenTURNS {method}':26}" for method in PEER_METHODS)]
    for name, problem in problems.items():
        auto = ours[name, "auto"]
        certified = auto.exact + auto.conditional
        cover = f"{(auto.exact_covering + auto.conditional_covering) / certified:.3f}" if certified else "-"
        others = {method: ours[name, method] for method in EXPLICIT if (name, method) in ours}
        best = min(others, key=lambda method: others[method].rmse ** 2 * others[method].evaluations, default="")
        rows.append(
            f"{name:25}{problem.dimensions:4}{problem.pf:9.1e}  {_cell(auto)}{cover:>6}{auto.certified:5.0%}  "
            + f"{(f'{best:14}' + _cell(others[best])) if best else '':33}"
            + "".join(f"{_cell(theirs[name, method]):26}" for method in PEER_METHODS)
        )
    return "\n".join(rows)


def _cell(found: Figures | PeerFigures) -> str:
    return f"{found.rmse:5.0%}{found.evaluations:8,.0f}{found.batches:6.1f}"


def _nested(found: dict[tuple[str, str], Any]) -> dict[str, dict[str, Any]]:
    nested: dict[str, dict[str, Any]] = defaultdict(dict)
    for (name, method), figures_ in found.items():
        nested[name][method] = figures_.told()
    return nested


def _progress(what: str, done: int, total: int, name: str) -> None:
    print(f"\r{what}: {done} of {total} {name:50}", end="" if done < total else "\n", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
