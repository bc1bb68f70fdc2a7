"""The emulator runs where its extra is installed."""

from importlib.util import find_spec

import pytest

missing = [name for name in ("unicorn", "ziglang") if find_spec(name) is None]
if missing:
    pytest.skip(f"the extra proofmark-emulator[unicorn] is not installed: {missing}", allow_module_level=True)
