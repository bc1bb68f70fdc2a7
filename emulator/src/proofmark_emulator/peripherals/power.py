"""Power control: the voltage that a core clock needs."""

from proofmark_emulator.registers import Peripheral, Register


class PwrF4(Peripheral):
    """STM32F4; the reset value of VOS is the part's."""

    REGISTERS = {0x0: Register("CR", writable=0xC000), 0x4: Register("CSR", 0x4000, writable=0)}

    def reset(self) -> None:
        super().reset()
        scales = self.chip.part.voltage_scales
        self.values["CR"] = {2: 1, 3: 2 if scales[max(scales)] < 168_000_000 else 3}[len(scales)] << 14

    @property
    def scale(self) -> int:
        """VOS."""
        return self.values["CR"] >> 14

    def write_cr(self, value: int) -> None:
        """The scale is checked with the clock."""
        self.values["CR"] = value
        self.chip.check_clocks()


class PwrL4(Peripheral):
    """STM32L4."""

    REGISTERS = {0x00: Register("CR1", 0x200, writable=0x600), 0x14: Register("SR2", 0x100, writable=0)}

    @property
    def scale(self) -> int:
        """VOS."""
        return self.values["CR1"] >> 9 & 3

    def write_cr1(self, value: int) -> None:
        """The scale is checked with the clock."""
        self.values["CR1"] = value
        self.chip.check_clocks()
