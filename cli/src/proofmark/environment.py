"""What computed the numbers: results are the same bytes wherever this is the same."""

import os
import platform
from importlib.metadata import version
from typing import Any


def environment() -> dict[str, Any]:
    """Versions, and the processor features that change the last bit of numpy's functions."""
    import numpy as np

    features = np._core._multiarray_umath.__cpu_features__  # type: ignore[attr-defined]
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "packages": {name: version(name) for name in ("numpy", "scipy", "pyarrow", "matplotlib")},
        "cpu_features": sorted(name for name, there in features.items() if there),
        "threads": {name: os.environ.get(name, "") for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")},
    }
