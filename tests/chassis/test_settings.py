"""Settings from the environment: read once, checked, and never shown where they are secret."""

from pathlib import Path

import pytest
from pydantic import Field

from proofmark_chassis import ServiceSettings
from proofmark_chassis.errors import SettingsRefused
from proofmark_contracts.message import Zone


class Extended(ServiceSettings):
    key_folder: Path
    concurrency: int = Field(2, gt=0)


def test_each_field_has_its_variable() -> None:
    settings = ServiceSettings.from_environment(
        {
            "PROOFMARK_BUS_URL": "nats://bus:4222",
            "PROOFMARK_BUS_PASSWORD_CORE": "secret",
            "PROOFMARK_LEASE_S": "0.5",
            "PROOFMARK_HTTP_PORT": "8080",
            "PROOFMARK_UNKNOWN": "ignored",
            "HOME": "/root",
        }
    )
    assert (settings.bus_url, settings.lease_s, settings.http_port) == ("nats://bus:4222", 0.5, 8080)
    assert {zone: settings.password(zone) for zone in Zone} == {
        Zone.EDGE: None,
        Zone.CORE: "secret",
        Zone.COMPUTE: None,
        Zone.TRUST: None,
    }


def test_what_is_not_set_keeps_its_default() -> None:
    assert ServiceSettings.from_environment({}) == ServiceSettings()
    assert ServiceSettings().http_port is None
    assert ServiceSettings().otlp_endpoint is None


def test_a_service_adds_settings_and_changes_defaults() -> None:
    settings = Extended.from_environment({"PROOFMARK_KEY_FOLDER": "/keys"})
    assert (settings.key_folder, settings.concurrency) == (Path("/keys"), 2)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PROOFMARK_LEASE_S", "0", "PROOFMARK_LEASE_S: Input should be greater than 0"),
        ("PROOFMARK_LEASE_S", "soon", "PROOFMARK_LEASE_S: Input should be a valid number"),
        ("PROOFMARK_CONCURRENCY", "-1", "PROOFMARK_CONCURRENCY: Input should be greater than 0"),
        ("PROOFMARK_HTTP_PORT", "", "PROOFMARK_HTTP_PORT: Input should be a valid integer"),
        ("PROOFMARK_LOG_LEVEL", "LOUD", "PROOFMARK_LOG_LEVEL: Input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_variable(name: str, value: str, told: str) -> None:
    with pytest.raises(SettingsRefused, match=told):
        ServiceSettings.from_environment({name: value})


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(SettingsRefused, match="PROOFMARK_KEY_FOLDER: Field required"):
        Extended.from_environment({})


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "compute").write_text("hunter2\n")
    settings = ServiceSettings.from_environment({"PROOFMARK_BUS_PASSWORD_COMPUTE_FILE": str(tmp_path / "compute")})
    assert settings.password(Zone.COMPUTE) == "hunter2"


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsRefused, match=r"PROOFMARK_BUS_PASSWORD_CORE_FILE: .*No such file.*'/nowhere/core'"):
        ServiceSettings.from_environment({"PROOFMARK_BUS_PASSWORD_CORE_FILE": "/nowhere/core"})


def test_a_password_is_in_no_text() -> None:
    settings = ServiceSettings.from_environment({"PROOFMARK_BUS_PASSWORD_TRUST": "hunter2"})
    assert settings.password(Zone.TRUST) == "hunter2"
    for text in (repr(settings), str(settings), settings.model_dump_json(), repr(settings.model_dump())):
        assert "hunter2" not in text
    with pytest.raises(SettingsRefused) as refusal:
        Extended.from_environment({"PROOFMARK_BUS_PASSWORD_TRUST": "hunter2", "PROOFMARK_LEASE_S": "hunter2"})
    assert "hunter2" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__
