"""How long it takes from a spec to a verified image: with nothing in the caches, and with the image in them.

`python -m bench.firmware`; prints JSON, and exits with 1 if a promise is missed.
"""

import os
import sys
from json import dumps
from pathlib import Path
from statistics import median
from subprocess import DEVNULL, run
from tempfile import TemporaryDirectory
from time import perf_counter

FAN = Path(__file__).parents[1] / "tests" / "firmware" / "fan" / "spec.yaml"
RUNS = 3
ALLOWED_S = {"cold": 10.0, "warm": 3.0}


def main() -> int:
    found: dict[str, list[float]] = {"cold": [], "warm": []}
    for _ in range(RUNS):
        with TemporaryDirectory() as folder:
            found["cold"].append(verified_s(Path(folder)))
            found["warm"].append(verified_s(Path(folder)))
    told = {name: {"seconds": [round(s, 2) for s in each], "allowed": ALLOWED_S[name]} for name, each in found.items()}
    missed = [name for name, each in found.items() if median(each) > ALLOWED_S[name]]
    print(dumps({**told, "missed": missed}, indent=2))
    return int(bool(missed))


def verified_s(folder: Path) -> float:
    """Seconds of the whole command, with caches and results in a folder."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    verb = [sys.executable, "-m", "proofmark", "firmware", "verify", str(FAN), "--out", str(folder / "out")]
    begin = perf_counter()
    run(verb, env=environment, stdout=DEVNULL, stderr=DEVNULL, check=True)
    return perf_counter() - begin


if __name__ == "__main__":
    sys.exit(main())
