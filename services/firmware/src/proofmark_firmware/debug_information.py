"""Takes what debuggers read out of a linked image: it holds paths of the machine that linked it.

zig's `objcopy` does not do this for an ELF file, and its linker takes the symbols away with it.
"""

from struct import Struct

HEADER, SECTION, SYMBOL = Struct("<16sHHIIIIIHHHHHH"), Struct("<10I"), Struct("<IIIBBH")
"""ELF-32 (System V ABI, 4): the file's header, an entry of its section header table, a symbol."""
TABLE, COUNT, NAMES = 6, 12, 13
"""Of the header: where the section header table is, how many entries it has, which one holds the names."""
NAME, TYPE, FLAGS, OFFSET, SIZE, LINK = 0, 1, 2, 4, 5, 6
"""Of a section."""
SYMBOLS, NOTHING_IN_THE_FILE = 2, 8
"""Types of sections."""
ALLOCATED, RESERVED = 2, 0xFF00
DEBUG = b".debug_"
ALIGNMENT = 4


def without_debug_information(elf: bytes) -> bytes:
    """The same image with the same symbols, and no section of debug information."""
    header = list(HEADER.unpack_from(elf))
    sections = [list(SECTION.unpack_from(elf, header[TABLE] + SECTION.size * n)) for n in range(header[COUNT])]
    names = elf[sections[header[NAMES]][OFFSET] :]
    kept = [n for n, section in enumerate(sections) if not names[section[NAME] :].startswith(DEBUG)]
    places = {old: new for new, old in enumerate(kept)}
    loaded = [s for s in sections if s[FLAGS] & ALLOCATED and s[TYPE] != NOTHING_IN_THE_FILE]
    written = bytearray(elf[: max(section[OFFSET] + section[SIZE] for section in loaded)])
    for section in (sections[n] for n in kept[1:]):
        section[LINK] = places[section[LINK]]
        if not section[FLAGS] & ALLOCATED:
            content = elf[section[OFFSET] : section[OFFSET] + section[SIZE]]
            section[OFFSET] = _append(written, _moved(content, places) if section[TYPE] == SYMBOLS else content)
    header[COUNT], header[NAMES] = len(kept), places[header[NAMES]]
    header[TABLE] = _append(written, b"".join(SECTION.pack(*sections[n]) for n in kept))
    written[: HEADER.size] = HEADER.pack(*header)
    return bytes(written)


def _append(written: bytearray, content: bytes) -> int:
    """Where it begins."""
    written += bytes(-len(written) % ALIGNMENT)
    begin = len(written)
    written += content
    return begin


def _moved(symbols: bytes, places: dict[int, int]) -> bytes:
    """Symbols of sections that have other numbers now; those of sections that are gone are of none."""
    return b"".join(
        SYMBOL.pack(*symbol, section if section >= RESERVED else places.get(section, 0))
        for *symbol, section in SYMBOL.iter_unpack(symbols)
    )
