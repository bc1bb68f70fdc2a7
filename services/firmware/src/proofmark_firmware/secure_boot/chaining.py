"""An image as it is flashed: signed for its slot, behind the loader that knows the key."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from proofmark_firmware.elf import Image, hex_text
from proofmark_firmware.placement import SLOT_OFFSET
from proofmark_firmware.secure_boot.signing import counter_of, public_bytes, signed

LOADER, SLOT, FLASH, KEY = "loader.bin", "slot.bin", "flash.hex", "image-key.pem"


@dataclass(frozen=True)
class Chain:
    """A signed image, and the loader that knows its key."""

    loader: Image
    slot: bytes
    image: bytes
    """As it was before it was signed."""
    key_pem: bytes
    version: str
    counter: int


def chain_of(loader: Image, image: bytes, version: str, key_pem: bytes) -> Chain:
    """Sign an image, with the counter that its version stands for, for the loader that accepts it.

    Parameters
    ----------
    loader
        Knows the public key.
    image
        Linked for a slot.
    key_pem
        An Ed25519 private key, PKCS #8.

    Raises
    ------
    NotSigned, MissingTool
    """
    counter = counter_of(version)
    return Chain(loader, signed(image, key_pem, version, counter), image, key_pem, version, counter)


def flash_files(chain: Chain) -> dict[str, bytes]:
    """What a user flashes, by file name; all of it depends on the key.

    The loader and the signed slot, both as one file, and the public key that the slot is verified with.
    """
    start = chain.loader.start
    public = Ed25519PublicKey.from_public_bytes(public_bytes(chain.key_pem))
    return {
        LOADER: chain.loader.data,
        SLOT: chain.slot,
        FLASH: hex_text({start: chain.loader.data, start + SLOT_OFFSET: chain.slot}).encode(),
        KEY: public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    }
