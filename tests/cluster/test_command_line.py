"""The command line on a cluster, by the real kubectl: only forwarding is left out, as test nodes forward nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.lab import Lab
from tests.cluster.specs import fit


@pytest.fixture(scope="module")
def environment(lab: Lab) -> dict[str, str]:
    """The engineer's secret names the bus by an address that this machine reaches."""
    told = json.dumps({"url": lab.plant.server.url, "passwords": lab.plant.server.passwords})
    lab.kubectl("create", "secret", "generic", "proofmark-engineer", f"--from-literal=bus.json={told}")
    return {**os.environ, "KUBECONFIG": str(lab.admin)}


def proofmark(environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "proofmark", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=480)


def test_a_design_is_judged_on_a_cluster(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text(json.dumps(fit("from-afar", 60)))
    on = ("--on", "kubernetes", "--context", "test", "--out", str(tmp_path / "out"), "--json")
    done = proofmark(environment, "run", str(tmp_path / "spec.json"), *on)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["outcome"] == "released"
    assert (tmp_path / "out" / "release" / "report.html").exists()
    shown = proofmark(environment | {"PROOFMARK_BUS": "kubernetes:test"}, "show", told["study"], "--json")
    assert json.loads(shown.stdout)["outcome"] == "released"


def test_the_doctor_says_what_the_cluster_has_and_lacks(environment: dict[str, str]) -> None:
    done = proofmark(environment, "doctor", "--cluster", "--context", "test", "--json")
    found = {finding["piece"]: finding["found"] for finding in json.loads(done.stdout)}
    assert found["API server"].startswith("v1.")
    assert found["DesignStudy"] == "v1alpha1"
    assert (found["right to create"], found["bus, by proofmark-engineer"]) == ("yes", "answers")
    assert (found["quota"], found["runtime classes"]) == ("no limits", None)
    assert found["operator"] is None, "here it is no Deployment"
    assert done.returncode == 1


@pytest.mark.api_server
def test_a_context_that_is_not_there_is_named(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text(json.dumps(fit("nowhere", 60)))
    done = proofmark(environment, "run", str(tmp_path / "spec.json"), "--on", "kubernetes", "--context", "elsewhere")
    assert done.returncode == 6
    assert 'context "elsewhere" does not exist' in done.stderr
