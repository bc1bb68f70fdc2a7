"""What is in a linked image: its bytes as the flash holds them, its symbols, what it needs of each memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any

from intelhex import IntelHex

from proofmark_firmware.placement import STACK_SIZE

FUNCTION = "STT_FUNC"


@dataclass(frozen=True)
class Symbol:
    """A named address."""

    name: str
    address: int
    size: int
    function: bool


@dataclass(frozen=True)
class Image:
    """A linked image."""

    start: int
    """The address of its first byte."""
    data: bytes
    symbols: Mapping[str, Symbol]
    sections: tuple[tuple[str, int, int], ...]
    """Name, address and size of those that take memory."""
    static_bytes: int
    """Of RAM, besides the stack."""

    @property
    def ram_bytes(self) -> int:
        """Of RAM, the stack with it."""
        return self.static_bytes + STACK_SIZE


def image_of(elf: bytes) -> Image:
    """Read a linked image."""
    from elftools.elf.constants import SH_FLAGS
    from elftools.elf.elffile import ELFFile

    file = ELFFile(BytesIO(elf))
    kept = [section for section in file.iter_sections() if section["sh_flags"] & SH_FLAGS.SHF_ALLOC]
    held = [section for section in kept if section["sh_type"] != "SHT_NOBITS" and section["sh_size"]]
    loads = [(_load_address(file, section), section.data()) for section in held]
    start = min(address for address, _ in loads)
    data = bytearray(max(address + len(part) for address, part in loads) - start)
    for address, part in loads:
        data[address - start : address - start + len(part)] = part
    ram = [section for section in kept if not _in_flash(section, start, len(data))]
    return Image(
        start=start,
        data=bytes(data),
        symbols=_symbols(file),
        sections=tuple((section.name, section["sh_addr"], section["sh_size"]) for section in kept),
        static_bytes=sum(section["sh_size"] for section in ram),
    )


def _load_address(file: Any, section: Any) -> int:
    """Where a section lies before it is copied to where it runs."""
    for segment in file.iter_segments():
        if segment.section_in_segment(section):
            return int(segment["p_paddr"] + section["sh_addr"] - segment["p_vaddr"])
    return int(section["sh_addr"])


def _in_flash(section: Any, start: int, size: int) -> bool:
    return bool(start <= section["sh_addr"] < start + size)


def _symbols(file: Any) -> dict[str, Symbol]:
    found: dict[str, Symbol] = {}
    for symbol in file.get_section_by_name(".symtab").iter_symbols():
        kind, name = symbol["st_info"]["type"], symbol.name
        if kind in (FUNCTION, "STT_OBJECT", "STT_NOTYPE") and name and not name.startswith(("$", ".")):
            function = kind == FUNCTION
            address = symbol["st_value"] & ~1 if function else symbol["st_value"]
            found[name] = Symbol(name, address, symbol["st_size"], function)
    return found


def hex_text(parts: Mapping[int, bytes]) -> str:
    """Bytes by address as Intel HEX."""
    text, file = StringIO(), IntelHex()
    for start, data in parts.items():
        file.frombytes(data, start)
    file.write_hex_file(text, eolstyle="native")
    return text.getvalue()


def map_of(image: Image) -> str:
    """Sections and symbols by address: the same from every linker."""
    lines = ["section              address        size"]
    lines += [f"{name:<20} 0x{address:08x} {size:>8}" for name, address, size in image.sections]
    lines += ["", "address        size  symbol"]
    ordered = sorted(image.symbols.values(), key=lambda symbol: (symbol.address, symbol.name))
    lines += [f"0x{symbol.address:08x} {symbol.size:>8}  {symbol.name}" for symbol in ordered]
    return "\n".join([*lines, ""])
