from collections.abc import Iterator
from pathlib import Path

import pytest

from proofmark_firmware.cache import Cache

FILES = {"firmware.bin": b"\x00\x01", "firmware.hex": b":00"}


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "images")


def test_what_was_kept_is_found_and_nothing_else(cache: Cache) -> None:
    assert cache.find("a") is None
    cache.keep("a", FILES)
    assert cache.find("a") == FILES
    assert cache.find("b") is None


@pytest.mark.parametrize("spoil", [b"", b"\x00\x02", b"\x00\x01\x02"])
def test_a_changed_file_is_not_taken_for_an_image(cache: Cache, tmp_path: Path, spoil: bytes) -> None:
    cache.keep("a", FILES)
    (tmp_path / "images" / "a" / "firmware.bin").write_bytes(spoil)
    assert cache.find("a") is None
    cache.keep("a", FILES)
    assert cache.find("a") == FILES


@pytest.mark.parametrize("sums", [b"", b"{", b"[]", b"{}", b"3", b'{"firmware.bin": "00"}', b'{"../a": "00"}', b"\xff"])
def test_broken_sums_are_no_image(cache: Cache, tmp_path: Path, sums: bytes) -> None:
    cache.keep("a", FILES)
    (tmp_path / "images" / "a" / "sha256.json").write_bytes(sums)
    assert cache.find("a") is None


def test_a_missing_file_is_no_image(cache: Cache, tmp_path: Path) -> None:
    cache.keep("a", FILES)
    (tmp_path / "images" / "a" / "firmware.hex").unlink()
    assert cache.find("a") is None


class Interrupted(dict[str, bytes]):
    """Files of which the second cannot be written."""

    def items(self) -> Iterator[tuple[str, bytes]]:  # type: ignore[override]
        yield "firmware.bin", b"\x00"
        raise KeyboardInterrupt


def test_an_interruption_leaves_nothing(cache: Cache, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        cache.keep("a", Interrupted())
    assert cache.find("a") is None
    assert list((tmp_path / "images").iterdir()) == []


def test_of_two_the_first_is_kept(cache: Cache) -> None:
    cache.keep("a", FILES)
    cache.keep("a", {**FILES, "firmware.map": b""})
    assert cache.find("a") == FILES
