"""What every service is told at its start, from `PROOFMARK_*` environment variables, read once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from proofmark_chassis.errors import SettingsRefused
from proofmark_contracts.message import Zone

PREFIX = "PROOFMARK_"


class ServiceSettings(BaseModel):
    """Bus, logs and telemetry. A service with settings of its own extends it."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    bus_url: str = "nats://127.0.0.1:4222"
    bus_password_edge: SecretStr | None = None
    """One password a zone: a service holds a credential for each zone it needs and no other."""
    bus_password_core: SecretStr | None = None
    bus_password_compute: SecretStr | None = None
    bus_password_trust: SecretStr | None = None
    lease_s: float = Field(5.0, gt=0)
    """How long a delivery may go without a heartbeat before somebody else gets it."""
    concurrency: int = Field(16, gt=0)
    """Deliveries of one consumer handled at the same time."""
    study: str | None = None
    """The one study that a worker pulls chunks of; it ends with it. None pulls from every open study."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    http_port: int | None = None
    """Port on `http_host` for /healthz, /readyz and /metrics; None serves nothing. 0 takes a free one."""
    http_host: str = "127.0.0.1"
    """In a container, the address the platform probes and scrapes."""
    otlp_endpoint: str | None = None
    """Base URL of an OTLP/HTTP collector of traces, and of metrics where no port offers them; None exports nothing."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read each field from `PROOFMARK_<FIELD>`, or from the file that `PROOFMARK_<FIELD>_FILE` names.

        What is not set keeps its default. Platforms mount secrets as files.

        Raises
        ------
        SettingsRefused
            A value is missing or not what its field takes; the message names the variable, never the value.
        """
        told = {name: _told(environment, PREFIX + name.upper()) for name in cls.model_fields}
        try:
            return cls.model_validate({name: value for name, value in told.items() if value is not None})
        except ValidationError as error:
            reasons = [f"{PREFIX}{str(reason['loc'][0]).upper()}: {reason['msg']}" for reason in error.errors()]
            raise SettingsRefused("; ".join(reasons)) from None

    def password(self, zone: Zone) -> str | None:
        secret: SecretStr | None = getattr(self, f"bus_password_{zone}")
        return secret.get_secret_value() if secret else None


def _told(environment: Mapping[str, str], variable: str) -> str | None:
    file = environment.get(f"{variable}_FILE")
    if file is None:
        return environment.get(variable)
    try:
        return Path(file).read_text().rstrip("\n")
    except OSError as error:
        raise SettingsRefused(f"{variable}_FILE: {error}") from None
