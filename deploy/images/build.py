"""Builds the image of every deployed service and prints their sizes: python deploy/images/build.py [SERVICE ...]

`$CONTAINER_ENGINE` is podman where it says nothing else; `$IMAGE_BUILD_ARGS` are more arguments of its `build`.
"""

import os
import shlex
import subprocess
import sys
import time
import tomllib
from pathlib import Path

from proofmark_contracts.services import SERVICES

ROOT = Path(__file__).parents[2]
ENGINE = os.environ.get("CONTAINER_ENGINE", "podman")
MEGABYTE = 1e6
EXTRAS = {"firmware": "proofmark-firmware[compiler] proofmark-emulator[unicorn]"}
"""What an image holds beside its service and what that depends on."""


def named(service: str) -> str:
    """The name of a service's image."""
    return f"proofmark-{service.replace('_', '-')}"


def deployed() -> tuple[str, ...]:
    """The services that have an image."""
    return tuple(name for name, role in SERVICES.items() if role.deployed)


def build_args(service: str) -> dict[str, str]:
    """What the Dockerfile is told."""
    return {"SERVICE": service} | ({"EXTRAS": EXTRAS[service]} if service in EXTRAS else {})


def version(service: str) -> str:
    told = tomllib.loads((ROOT / "services" / service / "pyproject.toml").read_text())
    found: str = told["project"]["version"]
    return found


def build(service: str) -> None:
    """Build one image, tagged by its version and as the latest."""
    name = named(service)
    tags = [f"--tag={name}:{version(service)}", f"--tag={name}:latest"]
    more = shlex.split(os.environ.get("IMAGE_BUILD_ARGS", ""))
    arguments = [f"--build-arg={name}={value}" for name, value in build_args(service).items()]
    command = [ENGINE, "build", "--quiet", "--timestamp=0", *arguments, *tags, *more, str(ROOT)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def size_bytes(image: str) -> int:
    command = [ENGINE, "image", "inspect", "--format", "{{.Size}}", image]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def base() -> str:
    """The base that the Dockerfile asks for where nobody gives another."""
    (line,) = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("ARG BASE=")]
    return line.partition("=")[2]


def main(asked: list[str]) -> None:
    for service in asked or deployed():
        start = time.monotonic()
        build(service)
        size = size_bytes(named(service)) / MEGABYTE
        own = size - size_bytes(base()) / MEGABYTE
        told = f"{size:6.0f} MB, of them {own:4.0f} MB its own, {time.monotonic() - start:4.0f} s"
        sys.stdout.write(f"{named(service):<24} {told}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
