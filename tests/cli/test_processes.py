"""Services as processes: none outlives the command that started it."""

import signal
import subprocess
import sys
import time
from pathlib import Path

STARTS = """
import asyncio, os, signal, time
from pathlib import Path
from proofmark.processes import ServiceProcesses
from proofmark_chassis.server import EmbeddedServer

if __name__ == "__main__":
    home = Path({home!r})
    server = EmbeddedServer(home)
    server.start()
    asyncio.run(server.provision())
    services = ServiceProcesses({{"aggregator": server.environment("aggregator")}}, home / "log")
    services.start("aggregator")
    while not (home / "log").exists() or '"serving"' not in (home / "log").read_text():
        time.sleep(0.05)
    (home / "pid").write_text(str(services.running["aggregator"].pid))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_service_ends_with_the_process_that_started_it_however_that_ends(tmp_path: Path) -> None:
    script = tmp_path / "starts.py"
    script.write_text(STARTS.format(home=str(tmp_path / "home")))
    assert subprocess.run([sys.executable, str(script)], check=False).returncode == -signal.SIGKILL
    service, deadline = Path("/proc", (tmp_path / "home" / "pid").read_text()), time.monotonic() + 30
    while service.exists() and "Z" not in (service / "stat").read_text().split()[2]:
        assert time.monotonic() < deadline, "it is still there"
        time.sleep(0.05)
