"""What the parent of all services imports once, before it forks them: everything they need."""

import importlib

from proofmark_contracts.services import SERVICES

for name, role in SERVICES.items():
    if role.deployed:
        importlib.import_module(f"proofmark_{name}.service")
