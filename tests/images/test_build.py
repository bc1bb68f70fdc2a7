"""What the images are built of, before anybody builds them."""

import runpy
import tomllib
from pathlib import Path

from proofmark_contracts.services import SERVICES

ROOT = Path(__file__).parents[2]
BUILD = runpy.run_path(str(ROOT / "deploy" / "images" / "build.py"))
KUBERNETES = runpy.run_path(str(ROOT / "deploy" / "kubernetes" / "render.py"))


def test_every_deployed_service_has_an_image_under_the_name_that_manifests_ask_for() -> None:
    deployed = [name for name, role in SERVICES.items() if role.deployed]
    assert list(BUILD["deployed"]()) == deployed
    assert [BUILD["named"](name) for name in deployed] == [KUBERNETES["named"](name) for name in deployed]
    assert all((ROOT / "services" / name / "pyproject.toml").exists() for name in deployed)


def test_the_whole_workspace_is_in_the_context_and_nothing_else_is() -> None:
    workspace = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["workspace"]["members"]
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    allowed = {line[1:] for line in lines if line.startswith("!")}
    assert lines[0] == "*"
    assert allowed == {"pyproject.toml", "requirements.lock", *(member.removesuffix("/*") for member in workspace)}


def test_the_base_is_one_argument_of_the_dockerfile() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert text.count(BUILD["base"]()) == 1
    assert [line.split()[1] for line in text.splitlines() if line.startswith("FROM ")] == ["${BASE}", "${BASE}"]
