"""What the parent of all services imports once, before it forks them: everything they need, units too."""

import importlib

from proofmark_contracts.services import SERVICES
from proofmark_spec.units import unit

for name, role in SERVICES.items():
    if role.deployed:
        importlib.import_module(f"proofmark_{name}.service")
unit("mm")
