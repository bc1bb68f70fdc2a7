"""Signing with imgtool: the same bytes again, and bytes that imgtool itself accepts."""

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from proofmark_firmware.secure_boot import public_bytes, signed
from proofmark_firmware.secure_boot.signing import NotSigned, counter_of

from .conftest import key

IMAGE = bytes(range(256)) * 8


def test_signing_again_gives_the_same_bytes() -> None:
    assert signed(IMAGE, key(1), "1.2.3", 5) == signed(IMAGE, key(1), "1.2.3", 5)


def test_the_image_lies_behind_its_header_unchanged() -> None:
    assert signed(IMAGE, key(1), "1.2.3", 5)[0x200 : 0x200 + len(IMAGE)] == IMAGE


@pytest.mark.parametrize(("seed", "status"), [(1, 0), (2, 1)])
def test_imgtool_verifies_it_with_its_own_key_alone(tmp_path: Path, seed: int, status: int) -> None:
    (tmp_path / "signed.bin").write_bytes(signed(IMAGE, key(1), "1.2.3", 5))
    (tmp_path / "key.pem").write_bytes(key(seed))
    paths = [str(tmp_path / "key.pem"), str(tmp_path / "signed.bin")]
    command = [sys.executable, "-m", "imgtool.main", "verify", "-k", *paths]
    assert subprocess.run(command, capture_output=True, check=False).returncode == status


def test_a_key_of_another_kind_is_refused() -> None:
    private = generate_private_key(SECP256R1())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(NotSigned, match="expected an Ed25519 private key, got ECPrivateKey"):
        signed(IMAGE, pem, "1.2.3", 5)


def test_no_key_is_refused() -> None:
    with pytest.raises(NotSigned, match="expected an Ed25519 private key"):
        public_bytes(b"nothing")


def test_an_image_larger_than_its_slot_is_refused() -> None:
    with pytest.raises(NotSigned, match="expected status 0 of imgtool"):
        signed(b"\0" * 0x60000, key(1), "1.2.3", 5)


VERSIONS = st.tuples(st.integers(0, 255), st.integers(0, 255), st.integers(0, 65_535))


@given(VERSIONS, VERSIONS)
def test_counters_are_ordered_as_versions_are(one: tuple[int, int, int], two: tuple[int, int, int]) -> None:
    counters = [counter_of(".".join(map(str, version))) for version in (one, two)]
    assert (counters[0] < counters[1]) == (one < two)
    assert all(0 <= counter < 2**32 for counter in counters)


@pytest.mark.parametrize("version", ["1.2.3", "0.0.0", "255.255.65535"])
def test_the_counter_is_the_one_that_imgtool_makes_itself(tmp_path: Path, version: str) -> None:
    (tmp_path / "image.bin").write_bytes(IMAGE)
    options = ["--version", version, "--security-counter", "auto", "--header-size", "0x200", "--slot-size", "0x60000"]
    paths = [str(tmp_path / "image.bin"), str(tmp_path / "auto.bin")]
    command = [sys.executable, "-m", "imgtool.main", "sign", "--align", "4", "--pad-header", "--sha", "512", *options]
    (tmp_path / "key.pem").write_bytes(key(1))
    subprocess.run([*command, "--key", str(tmp_path / "key.pem"), *paths], check=True, capture_output=True)
    assert (tmp_path / "auto.bin").read_bytes() == signed(IMAGE, key(1), version, counter_of(version))


@pytest.mark.parametrize("version", ["256.0.0", "0.256.0", "0.0.65536"])
def test_a_version_that_has_no_place_in_the_header_is_refused(version: str) -> None:
    with pytest.raises(NotSigned, match=rf"expected a version of at most 255\.255\.65535, got {version}"):
        counter_of(version)
