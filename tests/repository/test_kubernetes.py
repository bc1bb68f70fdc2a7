"""The manifests follow from the table of services, tell each one what it needs, and name only secrets that are made."""

import importlib
import json
import re
import runpy
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from proofmark_chassis import ServiceSettings
from proofmark_contracts.services import SERVICES
from proofmark_custody.keystore import IMAGE, open_key
from proofmark_custody.trust import Trust
from proofmark_operator.settings import OperatorSettings

from .files import ROOT

DEPLOY = ROOT / "deploy"
BASE = DEPLOY / "kubernetes" / "base"
RENDER = runpy.run_path(str(DEPLOY / "kubernetes" / "render.py"))
SECRETS = runpy.run_path(str(DEPLOY / "make_secrets.py"))
LONG_LIVED = list(RENDER["deployed"]())


def documents(path: Path) -> list[Any]:
    return list(YAML(typ="safe").load_all(path.read_text()))


def pods() -> Iterator[tuple[str, Any]]:
    """Pod templates of the base, by the name of what makes them."""
    for path in sorted(BASE.glob("*.yaml")):
        for document in documents(path):
            if "template" in (document.get("spec") or {}):
                yield document["metadata"]["name"], document["spec"]["template"]["spec"]


def test_the_manifests_are_current() -> None:
    assert (BASE / "services.yaml").read_text() == RENDER["text"](), "run: python deploy/kubernetes/render.py"
    scaling = DEPLOY / "kubernetes" / "components" / "keda" / "scaling.yaml"
    assert scaling.read_text() == RENDER["scaling_text"](), "run: python deploy/kubernetes/render.py"


def test_every_service_that_lives_long_has_a_deployment() -> None:
    names = {name for name, _ in pods()} - {"proofmark-provision"}
    wanted = {name for name, role in SERVICES.items() if role.deployed and name != "simulator"}
    assert names == {f"proofmark-{name.replace('_', '-')}" for name in wanted}


def settings_of(service: str) -> type[ServiceSettings]:
    try:
        module = importlib.import_module(f"proofmark_{service}.settings")
    except ModuleNotFoundError:
        return ServiceSettings
    (found,) = (
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, ServiceSettings) and value is not ServiceSettings
    )
    return found


@pytest.mark.parametrize("service", LONG_LIVED)
def test_a_pod_is_told_what_its_service_needs_and_holds_its_own_passwords_alone(service: str, tmp_path: Path) -> None:
    container = RENDER["pod"](service, SERVICES[service])["containers"][0]
    told = {entry["name"]: entry["value"] for entry in container["env"]}
    (kustomization,) = documents(BASE / "kustomization.yaml")
    shared = dict(line.split("=", 1) for line in kustomization["configMapGenerator"][0]["literals"])
    for name, path in told.items():
        if name.endswith("_FILE") and "PASSWORD" in name:
            (tmp_path / Path(path).name).write_text(f"password of {Path(path).name}")
            told[name] = str(tmp_path / Path(path).name)
    settings = settings_of(service).from_environment(shared | told)
    held = {zone for zone in ("edge", "core", "compute", "trust") if settings.password(zone) is not None}  # type: ignore[arg-type]
    assert held == {zone.value for zone in SERVICES[service].zones}
    assert (settings.http_port, settings.http_host) == (8080, "0.0.0.0")


def test_the_operator_gives_workers_the_image_of_their_version() -> None:
    (kustomization,) = documents(BASE / "kustomization.yaml")
    shared = dict(line.split("=", 1) for line in kustomization["configMapGenerator"][0]["literals"])
    assert OperatorSettings.from_environment(shared).image == "proofmark-simulator:{engine}"


@pytest.mark.parametrize(("name", "pod"), list(pods()))
def test_no_pod_may_more_than_it_needs(name: str, pod: Any) -> None:
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is (name == "proofmark-operator")
    for container in (*pod["containers"], *pod.get("initContainers", ())):
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"].keys() == {"cpu", "memory"}


def named(pod: Any, kind: str, key: str) -> set[str]:
    return {volume[kind][key] for volume in pod["volumes"] if kind in volume}


def test_every_secret_that_is_named_is_made() -> None:
    made = {(item["kind"], item["metadata"]["name"]) for item in SECRETS["manifests"]()}
    wanted = {("Secret", OperatorSettings.model_fields["worker_secret"].default), ("Secret", "proofmark-nats")}
    for _, pod in pods():
        wanted |= {("Secret", name) for name in named(pod, "secret", "secretName")}
        wanted |= {("ConfigMap", name) for name in named(pod, "configMap", "name")}
    assert wanted - made == set()


def test_a_pod_copies_every_key_of_its_secret() -> None:
    made = {item["metadata"]["name"]: item["data"].keys() for item in SECRETS["manifests"]() if "data" in item}
    copied = {}
    for _, pod in pods():
        for container in pod.get("initContainers", ()):
            (secret,) = (volume["secret"]["secretName"] for volume in pod["volumes"] if volume["name"] == "key")
            copied[secret] = {Path(part).name for part in container["command"] if part.startswith("/run/key/")}
    assert copied == {name: set(keys) for name, keys in made.items() if name.endswith("-key")}
    assert copied["proofmark-firmware-key"] == {"firmware.pem", "image.pem"}


def test_every_installation_runs_the_same_version_of_the_bus() -> None:
    overlays = BASE.parent / "overlays"
    (values,) = documents(overlays / "production" / "nats-values.yaml")
    tag = values["container"]["image"]["tag"]
    for file in (overlays / "dev" / "nats.yaml", ROOT / "docker-compose.dev.yml"):
        assert re.findall(r"image: \S*\bnats:(\S+)", file.read_text()) == [tag], file


def test_secrets_are_made_anew_each_time() -> None:
    first, second = (json.dumps(SECRETS["manifests"]()) for _ in range(2))
    assert first != second


def test_the_files_for_compose_are_private_and_hold_what_services_read(tmp_path: Path) -> None:
    SECRETS["write_compose"](tmp_path / "secrets")
    folder = tmp_path / "secrets"
    trust = Trust.from_json((folder / "trust.json").read_bytes())
    for role in ("gate", "firmware", "signer"):
        assert open_key(folder / role, role).public in trust.roles[role]
    image = folder / "firmware" / "image.pem"
    made = image.read_bytes()
    assert open_key(folder / "firmware", IMAGE).to_pem() == made
    assert "image" not in trust.roles
    for private in (folder / "env", folder / "bus.json", folder / "gate" / "gate.pem", image):
        assert stat.S_IMODE(private.stat().st_mode) == 0o600
    lines = dict(line.split("=", 1) for line in (folder / "env").read_text().splitlines())
    assert json.loads((folder / "bus.json").read_text())["passwords"]["engineer@core"] == lines["PM_ENGINEER_CORE"]
