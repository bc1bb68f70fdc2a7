"""What a solution may take."""

from proofmark_chassis import ServiceSettings


class ThermalSettings(ServiceSettings):
    """Credentials and leases, as every service has them; memory is asked of the machine."""
