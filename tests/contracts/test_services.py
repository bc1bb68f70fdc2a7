"""The table of services is whole: everything said is heard, and everyone in it exists."""

import tomllib
from pathlib import Path

from proofmark_contracts.custody import ArtifactSigned
from proofmark_contracts.message import Message, Zone
from proofmark_contracts.services import SERVICES

ROOT = Path(__file__).resolve().parents[2]


def test_every_message_has_a_publisher(message: type[Message]) -> None:
    assert any(message in role.publishes for role in SERVICES.values()), f"nobody publishes {message.__name__}"


def test_every_message_but_evidence_has_a_reader(message: type[Message]) -> None:
    """The raw signatures are read by whoever verifies, from the release."""
    read = any(message in (*role.consumes, *role.reads) for role in SERVICES.values())
    assert read is not (message is ArtifactSigned), f"readers of {message.__name__}: {read}"


def test_decisions_and_signatures_have_one_publisher_each(message: type[Message]) -> None:
    if message.zone is Zone.TRUST:
        publishers = [name for name, role in SERVICES.items() if message in role.publishes]
        assert publishers in (["gate"], ["firmware"], ["signer"])


def test_outsiders_hold_the_edge_only() -> None:
    assert SERVICES["outsider"].zones == {Zone.EDGE}


def test_simulators_hold_compute_only() -> None:
    assert SERVICES["simulator"].zones == {Zone.COMPUTE}


def test_the_table_names_the_services_of_the_workspace() -> None:
    deployed = {name for name, role in SERVICES.items() if role.deployed}
    assert deployed == {path.parent.name for path in ROOT.glob("services/*/pyproject.toml")}


def test_every_service_runs_by_its_own_name() -> None:
    for name, role in SERVICES.items():
        if role.deployed:
            scripts = tomllib.loads((ROOT / "services" / name / "pyproject.toml").read_text())["project"]["scripts"]
            assert scripts == {f"proofmark-{name}": f"proofmark_{name}.service:service.run"}
