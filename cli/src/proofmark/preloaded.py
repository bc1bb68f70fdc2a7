"""What the parent of all services imports once, before it forks them: everything they need."""

import importlib

from proofmark_contracts.services import ON_ONE_MACHINE

for name in ON_ONE_MACHINE:
    importlib.import_module(f"proofmark_{name}.service")
