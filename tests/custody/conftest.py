"""Other projects' test vectors, and a release on disk."""

import os
from pathlib import Path

import pytest

from tests.custody.examples import sealed, write

VECTORS = Path(os.environ.get("PROOFMARK_VECTORS", Path(__file__).resolve().parents[3] / "shared" / "vectors"))


@pytest.fixture
def vectors() -> Path:
    if not VECTORS.is_dir():
        pytest.skip(f"other projects' test vectors are not at {VECTORS}; set PROOFMARK_VECTORS")
    return VECTORS


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return write(tmp_path / "release", sealed())
