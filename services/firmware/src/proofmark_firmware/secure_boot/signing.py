"""Signing an image with imgtool: Ed25519 over its SHA-512, with version and security counter among what is signed."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from proofmark_firmware.errors import FirmwareError, MissingTool
from proofmark_firmware.placement import HEADER_SIZE, SLOT_SIZE

LARGEST = (255, 255, 65_535)
"""Version in the header of an image."""


class NotSigned(FirmwareError):
    """imgtool refused, or the key is of another kind."""

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(f"signing: expected {expected}, got {got}")


def signed(image: bytes, key_pem: bytes, version: str, counter: int) -> bytes:
    """An image as it lies in its slot: header, image, fields. The same again for the same arguments.

    Parameters
    ----------
    image
        Linked for a slot, behind the header.
    key_pem
        An Ed25519 private key, PKCS #8.
    version
        Three numbers.
    counter
        The security counter: never lower than that of an image that was accepted before.

    Raises
    ------
    NotSigned, MissingTool
    """
    if find_spec("imgtool") is None:
        raise MissingTool("imgtool")
    public_bytes(key_pem)
    with TemporaryDirectory(prefix="proofmark-signing-") as made:
        folder = Path(made)
        (folder / "image.bin").write_bytes(image)
        key = folder / "key.pem"
        key.touch(mode=0o600)
        key.write_bytes(key_pem)
        options = {
            "--key": str(key),
            "--sha": "512",
            "--version": version,
            "--security-counter": str(counter),
            "--header-size": hex(HEADER_SIZE),
            "--slot-size": hex(SLOT_SIZE),
            "--align": "4",
        }
        command = [sys.executable, "-m", "imgtool.main", "sign", "--pad-header"]
        command += [part for option in options.items() for part in option]
        paths = [str(folder / "image.bin"), str(folder / "signed.bin")]
        done = subprocess.run([*command, *paths], capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotSigned("status 0 of imgtool", f"{done.returncode}: {done.stderr.strip()}")
        return (folder / "signed.bin").read_bytes()


def counter_of(version: str) -> int:
    """The security counter of a version: as `imgtool --security-counter auto` has it, major and minor in 8 bits each,
    patch in 16. So a later version is never refused after an earlier one, and an earlier one always after a later.

    Raises
    ------
    NotSigned
        A number of the version is larger than its place in the image's header.
    """
    numbers = tuple(map(int, version.split(".")))
    if any(number > most for number, most in zip(numbers, LARGEST, strict=True)):
        raise NotSigned(f"a version of at most {'.'.join(map(str, LARGEST))}", version)
    major, minor, patch = numbers
    return major << 24 | minor << 16 | patch


def public_bytes(key_pem: bytes) -> bytes:
    """The 32 bytes of the public key that belongs to a private one.

    Raises
    ------
    NotSigned
    """
    try:
        key = load_pem_private_key(key_pem, None)
    except ValueError as error:
        raise NotSigned("an Ed25519 private key", str(error)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise NotSigned("an Ed25519 private key", type(key).__name__)
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
