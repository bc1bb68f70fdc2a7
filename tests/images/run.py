"""Runs the pipeline from the images: the bus and every service in containers of this machine's network.

    make images test-images

Needs root and podman: the keys are handed to the user that the images run as.
"""

import asyncio
import contextlib
import os
import runpy
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from proofmark.home import ensure_keys, key_folder
from proofmark_chassis.server import EmbeddedServer
from proofmark_contracts.services import ON_ONE_MACHINE
from tests.compose.test_services import CONTAINERS, NAMED, ROOT
from tests.images.judging import judge_all

ROLES = runpy.run_path(str(ROOT / "deploy" / "make_secrets.py"))["ROLES"]
NOBODY = 65532
PATIENCE_S = 60.0
CONFINED = ("--read-only", "--cap-drop=all", "--security-opt=no-new-privileges")
RUN = ("podman", "run", "--detach", "--rm", "--network=host", *CONFINED)


def podman(*command: str) -> str:
    finished = subprocess.run(["podman", *command], capture_output=True, text=True, check=False)
    if finished.returncode:
        raise RuntimeError(f"podman {' '.join(command[:4])} …: exit {finished.returncode}\n{finished.stderr}")
    return finished.stdout.strip()


@contextlib.contextmanager
def container(image: str, *options: str, command: tuple[str, ...] = ()) -> Iterator[str]:
    """A running container that ends with the block; what it said is printed if the block fails."""
    started = podman(*RUN[1:], *options, image, *command)
    try:
        yield started
    except BaseException:
        subprocess.run(["podman", "logs", "--tail=20", started], check=False)
        raise
    finally:
        subprocess.run(["podman", "rm", "--force", "--time=5", started], stdout=subprocess.DEVNULL, check=False)


@contextlib.contextmanager
def bus(home: Path) -> Iterator[EmbeddedServer]:
    """nats-server from its image, with the configuration of an embedded one."""
    server = EmbeddedServer(home)
    serve = ("nats-server", "-c", str(home / "nats.json"))
    with container(CONTAINERS["nats"]["image"], "--tmpfs=/tmp", f"--volume={home}:{home}", command=serve):
        asyncio.run(server.provision())
        yield server


def options_of(service: str, server: EmbeddedServer, keys: Path, trust: Path) -> tuple[str, ...]:
    """What a service is told and shown: its own credentials, its own keys, whom it may believe."""
    told = server.environment(service) | {"PROOFMARK_HTTP_PORT": "0"}
    shown = [f"--tmpfs={mount}" for mount in CONTAINERS[service]["tmpfs"]]
    if "PROOFMARK_KEY_FOLDER" in CONTAINERS[service]["environment"]:
        own = keys / service
        own.mkdir()
        for role in ROLES[service]:
            (keys / f"{role}.pem").rename(own / f"{role}.pem")
            os.chown(own / f"{role}.pem", NOBODY, NOBODY)
        told["PROOFMARK_KEY_FOLDER"] = "/run/key"
        shown.append(f"--volume={own}:/run/key:ro")
    if "PROOFMARK_TRUST_FILE" in CONTAINERS[service]["environment"]:
        told["PROOFMARK_TRUST_FILE"] = "/run/trust.json"
        shown.append(f"--volume={trust}:/run/trust.json:ro")
    return (*(f"--env={name}={value}" for name, value in told.items()), *shown)


def wait_until_serving(started: dict[str, str]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    for service, identifier in started.items():
        while '"serving"' not in (said := _logs(identifier)):
            assert time.monotonic() < deadline, f"{service} does not serve: {said[-2000:]}"
            time.sleep(0.2)


def _logs(identifier: str) -> str:
    return subprocess.run(["podman", "logs", identifier], capture_output=True, text=True, check=True).stderr


def who_runs(identifier: str) -> str:
    """The user of a container, and whether it may write to its root."""
    probe = "id -u; touch /opt/proofmark/x 2>/dev/null && echo writable || echo read-only"
    return podman("exec", identifier, "sh", "-c", probe).replace("\n", ", ")


def main() -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch, contextlib.ExitStack() as stack:
        folder = Path(scratch)
        folder.chmod(0o755)
        os.environ["PROOFMARK_HOME"] = str(folder / "home")
        trust = ensure_keys()
        server = stack.enter_context(bus(folder / "bus"))
        started = {
            service: stack.enter_context(container(NAMED(service), *options_of(service, server, key_folder(), trust)))
            for service in ON_ONE_MACHINE
        }
        wait_until_serving(started)
        for service, identifier in started.items():
            found = who_runs(identifier)
            assert found == f"{NOBODY}, read-only", f"{service}: {found}"
        judge_all(server.url, server.passwords, trust, folder)
        print(f"by {len(started)} services from their images")
        print(f"each one runs as user {NOBODY}, its root read-only, without capabilities")


if __name__ == "__main__":
    main()
