"""Images: what is in them, that two builds make the same, and what happens where none can be made."""

import hashlib
import re
import struct
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO, StringIO
from json import loads
from pathlib import Path
from shutil import which
from subprocess import run

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection
from intelhex import IntelHex

from proofmark_firmware.building import BIN, ELF, HEX, MAP, STATEMENT, Built, built, digest_of
from proofmark_firmware.cache import Cache
from proofmark_firmware.compilers import compiler_of
from proofmark_firmware.debug_information import without_debug_information
from proofmark_firmware.errors import ImageTooLarge, NoCompiler
from proofmark_firmware.placement import INFO_OFFSET

from .conftest import Build, fan, needs_zig

pytestmark = needs_zig
OBJCOPY = "arm-none-eabi-objcopy"


@pytest.fixture(params=["stm32f4-discovery", "nucleo-l476rg"])
def made(request: pytest.FixtureRequest, image: Build) -> Built:
    """One of each family."""
    return image(request.param)


def test_an_image_begins_with_its_stack_and_its_reset(made: Built) -> None:
    stack, reset = struct.unpack_from("<II", made.files[BIN])
    symbols = made.image.symbols
    assert made.image.start == 0x0801_0200
    assert stack == symbols["pm_stack_top"].address == 0x2000_1000
    assert reset == symbols["Reset_Handler"].address | 1
    systick = struct.unpack_from("<I", made.files[BIN], 4 * 15)[0]
    assert systick == symbols["SysTick_Handler"].address | 1


def test_every_other_vector_reports(made: Built) -> None:
    default = made.image.symbols["Default_Handler"].address | 1
    vectors = struct.unpack_from("<97I", made.files[BIN])
    assert {vector for number, vector in enumerate(vectors) if number not in (0, 1, 15)} == {default, 0}


def test_version_and_design_are_readable_in_flash(made: Built) -> None:
    magic, layout, design, *version, _, period_us = struct.unpack_from("<II32s4HI", made.files[BIN], INFO_OFFSET)
    assert (magic, layout, tuple(version), period_us) == (0x57464D50, 1, (1, 2, 3), 10_000)
    assert design.hex() == loads(made.files[STATEMENT])["design"]
    assert made.image.symbols["pm_info"].address == made.image.start + INFO_OFFSET


def test_hex_holds_the_bytes_of_bin(made: Built) -> None:
    file = IntelHex(StringIO(made.files[HEX].decode()))
    assert file.minaddr() == made.image.start
    assert file.tobinstr() == made.files[BIN]


@pytest.mark.parametrize("gone", [b".debug_", b".vectors"])
def test_nothing_is_left_of_debug_information_and_every_symbol_is(made: Built, gone: bytes) -> None:
    """Also where a section before the code goes, as if it were one of debug information."""
    elf = made.files["firmware.elf"].replace(gone + b"\0", b".debug_v\0")
    file = ELFFile(BytesIO(without_debug_information(elf)))
    names = [section.name for section in file.iter_sections()]
    assert ".text" in names
    assert not [name for name in names if name.startswith(".debug")]
    text, symbols = file.get_section_by_name(".text"), file.get_section_by_name(".symtab")
    assert text is not None
    assert isinstance(symbols, SymbolTableSection)
    functions = [symbol for symbol in symbols.iter_symbols() if symbol["st_info"]["type"] == "STT_FUNC"]
    assert "main" in {function.name for function in functions}
    for function in functions:
        assert names[function["st_shndx"]] == ".text"
        assert 0 <= function["st_value"] - text["sh_addr"] < text["sh_size"]


def test_bin_is_what_objcopy_makes_of_elf(made: Built, tmp_path: Path) -> None:
    if which(OBJCOPY) is None:
        pytest.skip(f"{OBJCOPY} is not installed")
    (tmp_path / ELF).write_bytes(made.files[ELF])
    run([OBJCOPY, "-O", "binary", ELF, BIN], cwd=tmp_path, check=True)
    assert (tmp_path / BIN).read_bytes() == made.files[BIN]


def test_the_statement_tells_what_a_verifier_needs(made: Built) -> None:
    told = loads(made.files[STATEMENT])
    assert told["sha256"] == {n: hashlib.sha256(made.files[n]).hexdigest() for n in (ELF, BIN, HEX, MAP)}
    assert re.fullmatch(r"zig \d+\.\d+\.\d+", told["compiler"])
    assert [one["name"] for one in told["inputs"]] == ["temp_degc", "enable"]
    assert [one["name"] for one in told["outputs"]] == ["motor_duty", "fan_duty", "led", "mode"]
    record = told["symbols"]["pm_record"]
    assert record["size"] == 4 * (1 + 2 + 4)
    state = told["symbols"]["pm_controller"]
    assert told["state"]["size"] == state["size"]
    assert [value["name"] for value in told["state"]["values"]] == [
        "gain",
        "led",
        "mode",
        "ticks",
        "mean_degc",
        "pm_fault",
    ]
    assert told["state"]["values"][0]["address"] == state["address"]
    for name in ("pm_status", "pm_fault_record", "pm_apply", "pm_sample", "pm_compute", "pm_idle"):
        assert told["symbols"][name]["size"] > 0
    assert 0 < told["sizes"]["flash"]["used"] < 8192


def test_an_image_has_neither_heap_nor_double_arithmetic(made: Built) -> None:
    names = set(made.image.symbols)
    assert not {name for name in names if re.match(r"__aeabi_d|__aeabi_f2d|malloc|_sbrk|printf", name)}


def test_an_image_is_built_once(image: Build) -> None:
    image("stm32f4-discovery")
    assert image("stm32f4-discovery").cached


def test_two_at_once_beside_a_damaged_image_make_the_same_bytes_as_one(image: Build, tmp_path: Path) -> None:
    good, target, compiler = image("stm32f4-discovery"), fan(), compiler_of("zig")
    cache, digest = Cache(tmp_path), digest_of(target, compiler)
    cache.keep(digest, good.files)
    damaged = tmp_path / digest / BIN
    damaged.write_bytes(good.files[BIN][:-1])
    with ThreadPoolExecutor() as pool:
        pair = list(pool.map(lambda _: built(target, compiler, cache), range(2)))
    assert not any(one.cached for one in pair)
    assert pair[0].files == pair[1].files == good.files
    assert [path.name for path in tmp_path.iterdir()] == [digest]
    assert damaged.read_bytes() == good.files[BIN]


def test_what_an_image_is_made_of_changes_its_digest() -> None:
    compiler = compiler_of("zig")
    others = [fan(at="flash"), fan("nucleo-l476rg"), replace(fan(), design_sha256="0" * 64)]
    assert len({digest_of(target, compiler) for target in [fan(), *others]}) == 4
    assert digest_of(fan(), compiler) != digest_of(fan(), replace(compiler, version="0.0.0"))


def test_an_image_that_does_not_fit_is_refused_with_its_size(cache: Cache) -> None:
    small = replace(fan(), placement=replace(fan().placement, size=0x800))
    with pytest.raises(ImageTooLarge, match=r"flash: expected at most 2048 bytes, got \d{4}$"):
        built(small, compiler_of("zig"), cache)


def test_a_compiler_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from proofmark_firmware import compilers

    monkeypatch.setattr(compilers, "which", lambda _: None)
    compilers._gcc.cache_clear()
    with pytest.raises(NoCompiler, match="compiler: expected arm-none-eabi-gcc on this machine, got none"):
        compiler_of("gcc")
    compilers._gcc.cache_clear()
