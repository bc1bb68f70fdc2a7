"""An image as it is flashed: signed for its slot, behind the loader that knows the key."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from proofmark_firmware.cache import Cache
from proofmark_firmware.compilers import Compiler
from proofmark_firmware.elf import Image, hex_text
from proofmark_firmware.placement import SLOT_OFFSET
from proofmark_firmware.secure_boot.first_stage import loader_of
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


def chain_of(family: str, image: bytes, version: str, key_pem: bytes, compiler: Compiler, cache: Cache) -> Chain:
    """Sign an image, with the counter that its version stands for, and make the loader that accepts it.

    Parameters
    ----------
    family
        Of the part: `stm32f4` or `stm32l4`.
    image
        Linked for a slot.
    key_pem
        An Ed25519 private key, PKCS #8.

    Raises
    ------
    NotSigned, MissingTool, BuildFailed
    """
    counter = counter_of(version)
    slot = signed(image, key_pem, version, counter)
    return Chain(loader_of(family, public_bytes(key_pem), compiler, cache), slot, image, key_pem, version, counter)


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
