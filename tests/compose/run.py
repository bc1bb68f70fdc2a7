"""Runs docker-compose.dev.yml by podman-compose on the images built here, and judges a design through it.

    make images test-compose

An image that is neither here nor to be pulled is left out, and named.
"""

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from proofmark_contracts.services import ON_ONE_MACHINE
from tests.compose.test_services import CONTAINERS, ROOT
from tests.images.judging import judge_all

PODMAN_COMPOSE = "podman-compose==1.6.0"
PROJECT, PROFILE = "proofmark-test", "observability"
PATIENCE_S = 120.0


class Compose:
    """The compose file with fresh secrets, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secrets = folder / "out" / "compose"
        shutil.copy(ROOT / "docker-compose.dev.yml", folder)
        shutil.copytree(ROOT / "deploy", folder / "deploy")
        subprocess.run([sys.executable, "deploy/make_secrets.py", "--compose", self.secrets], cwd=ROOT, check=True)

    def __call__(self, *command: str) -> None:
        uv = Path(sys.executable).with_name("uv")
        options = ["--in-pod=false", "-p", PROJECT, "--env-file", str(self.secrets / "env")]
        options += ["-f", "docker-compose.dev.yml"]
        subprocess.run([uv, "tool", "run", "--quiet", PODMAN_COMPOSE, *options, *command], cwd=self.folder, check=True)


@contextlib.contextmanager
def up(folder: Path, profiles: tuple[str, ...]) -> Iterator[Compose]:
    """Everything running, and taken down with its volumes at the end of the block."""
    compose = Compose(folder)
    chosen = [option for profile in profiles for option in ("--profile", profile)]
    try:
        # Podman before 4.6 waits for no condition and starts no chain of dependencies: what comes too early, restarts.
        compose(*chosen, "up", "--detach", "--no-deps")
        yield compose
    except BaseException:
        compose("logs", "--tail=20")
        raise
    finally:
        compose(*chosen, "down", "--volumes")


def wait_until_healthy(names: tuple[str, ...]) -> None:
    """Ask each container by the health check that the file gives it."""
    deadline = time.monotonic() + PATIENCE_S
    for name in names:
        check = ["podman", "healthcheck", "run", f"{PROJECT}_{name}_1"]
        while subprocess.run(check, capture_output=True, check=False).returncode:
            assert time.monotonic() < deadline, f"{name} is not healthy"
            time.sleep(1)


def there(image: str) -> bool:
    """Whether an image is here, or comes when it is asked for."""
    asked = (["podman", "image", "exists", image], ["podman", "pull", "--quiet", image])
    return any(subprocess.run(command, capture_output=True, check=False).returncode == 0 for command in asked)


def main() -> None:
    extra = CONTAINERS["lgtm"]["image"]
    profiles = (PROFILE,) if there(extra) else ()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch, up(Path(scratch), profiles) as compose:
        began = time.monotonic()
        wait_until_healthy(("nats", *ON_ONE_MACHINE))
        bus = json.loads((compose.secrets / "bus.json").read_text())
        print(f"{len(ON_ONE_MACHINE)} services healthy in {time.monotonic() - began:.1f} s", flush=True)
        judge_all(bus["url"], bus["passwords"], compose.secrets / "trust.json", Path(scratch))
    print(f"run with {extra}" if profiles else f"left out, for its image cannot be pulled here: lgtm ({extra})")


if __name__ == "__main__":
    main()
