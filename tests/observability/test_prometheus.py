"""Prometheus, its alerts and the dashboard against a running Proofmark."""

import json
import re
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from proofmark_chassis.server import free_port
from proofmark_contracts.services import ON_ONE_MACHINE
from tests.observability.queries import DEPLOY, PROMETHEUS, alerts, dashboard, metrics_of

PAGE = DEPLOY.parent / "docs" / "how-to" / "run-with-compose.md"
PATIENCE_S = 30.0
needs_prometheus = pytest.mark.skipif(
    shutil.which("prometheus") is None or shutil.which("promtool") is None,
    reason="prometheus and promtool are not installed",
)


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        text: str = answer.read().decode()
        return text


def test_targets_are_the_services_of_one_machine() -> None:
    targets = json.loads((PROMETHEUS / "targets.json").read_text())
    wanted = [{"targets": [f"{name}:8080"], "labels": {"service": name}} for name in ON_ONE_MACHINE]
    assert targets == [target for target in wanted if target["labels"] != {"service": "simulator"}]


def exported_at(ports: dict[str, int]) -> set[str]:
    """The metrics that the services export, as families."""
    assert set(ports) == set(ON_ONE_MACHINE)
    pages = [get(f"http://127.0.0.1:{port}/metrics") for port in ports.values()]
    families = [family for page in pages for family in text_string_to_metric_families(page)]
    return {f"{family.name}_total" if family.type == "counter" else family.name for family in families}


def test_services_export_what_the_page_says(ports: dict[str, int]) -> None:
    told = set(re.findall(r"^\| `(proofmark_\w+)`", PAGE.read_text(), re.MULTILINE))
    assert {name for name in exported_at(ports) if name.startswith("proofmark_")} == told


def test_services_export_every_metric_that_dashboard_and_alerts_name(ports: dict[str, int]) -> None:
    exported = exported_at(ports)
    asked = {name: metrics_of(expression) for name, expression in (dashboard() | alerts()).items()}
    assert {name: metrics - exported for name, metrics in asked.items() if metrics - exported} == {}
    assert set().union(*asked.values()) >= {"proofmark_deliveries_total", "proofmark_handling_seconds"}


@needs_prometheus
@pytest.mark.parametrize("check", [["check", "config", "prometheus.yml"], ["test", "rules", "alerts_test.yml"]])
def test_promtool_finds_nothing(check: list[str]) -> None:
    finished = subprocess.run(["promtool", *check], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


@needs_prometheus
def test_every_alert_is_tested() -> None:
    tested = (PROMETHEUS / "alerts_test.yml").read_text()
    assert [name for name in alerts() if f"alertname: {name}\n        exp_alerts:" not in tested] == []


@needs_prometheus
def test_prometheus_scrapes_every_service_and_every_query_of_the_dashboard_returns_data(
    ports: dict[str, int], tmp_path: Path
) -> None:
    with prometheus(ports, tmp_path) as url:
        waiting = dashboard()
        up = 'up{job="proofmark"} == 1'
        deadline = time.monotonic() + PATIENCE_S
        while len(query(url, up)) < len(ON_ONE_MACHINE) or waiting:
            waiting = {name: expression for name, expression in waiting.items() if not query(url, expression)}
            assert time.monotonic() < deadline, f"without data: {waiting}; up: {query(url, up)}"
            time.sleep(0.5)
        assert {result["metric"]["service"] for result in query(url, up)} == set(ON_ONE_MACHINE)
        rules = json.loads(get(f"{url}/api/v1/rules"))["data"]["groups"]
        assert {rule["name"]: rule["health"] for group in rules for rule in group["rules"]} == dict.fromkeys(
            alerts(), "ok"
        )


def query(url: str, expression: str) -> list[dict[str, Any]]:
    """The instant vector of an expression."""
    answer = json.loads(get(f"{url}/api/v1/query?{urllib.parse.urlencode({'query': expression})}"))
    result: list[dict[str, Any]] = answer["data"]["result"]
    return result


@contextmanager
def prometheus(ports: dict[str, int], folder: Path) -> Iterator[str]:
    """A Prometheus with our configuration, told where this plant's services are, in a hurry."""
    for name in ("prometheus.yml", "alerts.yml"):
        text = (PROMETHEUS / name).read_text().replace("_interval: 15s", "_interval: 1s")
        (folder / name).write_text(text)
    targets = [{"targets": [f"127.0.0.1:{port}"], "labels": {"service": name}} for name, port in ports.items()]
    (folder / "targets.json").write_text(json.dumps(targets))
    address = f"127.0.0.1:{free_port()}"
    command = ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, f"--web.listen-address={address}"], cwd=folder, stdout=log, stderr=log, start_new_session=True
        )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not answers(f"http://{address}/-/ready"):
            assert process.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.1)
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(10)


def answers(url: str) -> bool:
    try:
        get(url)
    except OSError:
        return False
    return True
