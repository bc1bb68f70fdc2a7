"""The flash interface: wait states."""

from proofmark_emulator.registers import Peripheral, Register


class Flash(Peripheral):
    """ACR; the field of wait states is the family's, the rest switches caches."""

    REGISTERS = {0x0: Register("ACR", writable=0x170F, ignored=0xF0)}

    @property
    def wait_states(self) -> int:
        """LATENCY."""
        return self.values["ACR"] & (0xF if self.chip.part.family == "f4" else 0x7)

    def write_acr(self, value: int) -> None:
        """Too few are a fault at once."""
        self.values["ACR"] = value
        self.chip.check_clocks()
