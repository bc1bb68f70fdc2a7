"""What is deployed follows from the contracts."""

import os
import runpy
import subprocess
from pathlib import Path

from proofmark_chassis.server import find_server

NATS = Path(__file__).parents[2] / "deploy" / "nats"
RENDER = runpy.run_path(str(NATS / "render.py"))


def test_the_bus_configuration_is_current() -> None:
    assert (NATS / "nats.conf").read_text() == RENDER["text"](), "run: python deploy/nats/render.py"


def test_nats_server_reads_the_bus_configuration_and_asks_for_every_password() -> None:
    command = [find_server(), "-t", "-c", str(NATS / "nats.conf")]
    refused = subprocess.run(command, capture_output=True, text=True, check=False, env={})
    assert refused.returncode != 0
    assert "PM_ADMIN_EDGE" in refused.stderr
    users = [user for zone in RENDER["Zone"] for user in RENDER["users_of"](zone)]
    environment = {RENDER["variable"](user): "secret" for user in users}
    read = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})
    assert read.returncode == 0, read.stderr
