"""The boot stage: it starts the image that was signed, and nothing else."""

from collections.abc import Iterator

from proofmark_firmware.emulation import Emulator, Loaded
from proofmark_firmware.placement import HEADER_SIZE
from proofmark_firmware.secure_boot.chain import LoaderResult, behind_loader, loader_result, stored
from proofmark_firmware.secure_boot.chaining import Chain
from proofmark_firmware.secure_boot.signing import signed
from proofmark_firmware.verification.checks import Checked, checked

LABEL = "by the test stage"
OLDER = "a rolled-back counter"
OTHER_KEY = b"""-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIHByb29mbWFyayB0ZXN0IGtleSwgb2Ygbm8gdmFsdWUh
-----END PRIVATE KEY-----
"""
"""Of nobody: what it signs has to be refused."""


def chained(firmware: Loaded, emulator: Emulator, chain: Chain) -> Iterator[Checked]:
    """Boot what was signed, and what must not boot.

    Parameters
    ----------
    firmware
        The image's own; the chain puts the loader in front of it.
    """
    booted = emulator.boot(behind_loader(firmware, chain.loader, chain.slot))[0]
    result = loader_result(chain.loader, emulator)
    problems = (
        []
        if booted and result is LoaderResult.ACCEPTED
        else [f"expected {LoaderResult.ACCEPTED.name}, got {result.name}"]
    )
    storage = stored(firmware, emulator)
    took_s = emulator.look().time_s
    yield checked("secure boot accepts", problems, f"counter {chain.counter} stored, {LABEL}", {"boot_s": took_s})
    for name, slot, wanted in _forbidden(chain):
        booted = emulator.boot(behind_loader(firmware, chain.loader, slot, storage))[0]
        result = loader_result(chain.loader, emulator)
        problems = [] if result is wanted else [f"expected {wanted.name}, got {result.name}"]
        problems += ["the image was started"] if booted else []
        yield checked(f"secure boot refuses {name}", problems, f"{wanted.name}, {LABEL}")
    if chain.counter == 0:
        yield Checked(f"secure boot refuses {OLDER}", "not-run", "nothing is older than version 0.0.0")


def _forbidden(chain: Chain) -> Iterator[tuple[str, bytes, LoaderResult]]:
    flipped = bytearray(chain.slot)
    flipped[HEADER_SIZE + len(chain.image) // 2] ^= 1
    yield "a flipped byte", bytes(flipped), LoaderResult.WRONG_HASH
    strange = signed(chain.image, OTHER_KEY, chain.version, chain.counter)
    yield "another key", strange, LoaderResult.WRONG_SIGNATURE
    if chain.counter > 0:
        older = signed(chain.image, chain.key_pem, chain.version, chain.counter - 1)
        yield OLDER, older, LoaderResult.ROLLED_BACK
