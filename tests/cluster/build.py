"""`make cluster`: builds the programs of a Kubernetes control plane once, outside the repository, by version.

Fifteen minutes on two cores, three gigabytes of compiler cache, 120 MB of result. The version is the module's.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

TOOLS = Path(__file__).with_name("tools")


def version() -> str:
    """Of Kubernetes, as tools/go.mod asks for it."""
    found = re.search(r"k8s\.io/kubernetes (v[\d.]+)", (TOOLS / "go.mod").read_text())
    assert found is not None
    return found[1]


def binary() -> Path:
    """Where the built programs stand, or would."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "proofmark" / "cluster" / f"kube-{version()}"


def build(target: Path) -> None:
    """Compile with one core at the lowest priority, as others may be measuring."""
    go = shutil.which("go")
    if go is None:
        sys.exit("make cluster: go: expected on PATH, found none; install Go 1.26 or newer")
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(".new")
    stamp = f"-s -w -X k8s.io/component-base/version.gitVersion={version()}"
    command = ["nice", "-n", "19", go, "build", "-p", "1", "-trimpath", "-ldflags", stamp, "-o", str(fresh), "."]
    subprocess.run(command, cwd=TOOLS, env={**os.environ, "GOMAXPROCS": "1"}, check=True)
    fresh.replace(target)


def main() -> None:
    """Build what is missing, and print where it stands; with `--where` print only."""
    if "--where" not in sys.argv and not binary().exists():
        began = time.monotonic()
        build(binary())
        print(f"built in {time.monotonic() - began:.0f} s")
    print(binary())
    if "--where" not in sys.argv and shutil.which("etcd") is None:
        sys.exit("make cluster: etcd: expected on PATH, found none; apt-get install etcd-server")


if __name__ == "__main__":
    main()
