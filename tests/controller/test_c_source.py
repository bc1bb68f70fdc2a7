"""The generated C: its text, and that compilers find nothing to say about it and nothing missing."""

import re
import subprocess
from pathlib import Path

import pytest

from proofmark_controller import Interpreter, Program, check
from proofmark_controller.c_source import FLAGS, CSource, c_source
from proofmark_controller.host import Compiler, HostController, compilers, shared_object

from .agreement import differences
from .inputs import columns, starts
from .programs import Programs

HERE = Path(__file__).parent
SAMPLES = ("fan_control", "every_block", "every_statement")
STRICT = (
    *(
        "-Wall",
        "-Wextra",
        "-Wpedantic",
        "-Werror",
        "-Wconversion",
        "-Wshadow",
        "-Wdouble-promotion",
        "-Wfloat-conversion",
    ),
    *("-Wswitch-enum", "-Wundef", "-Wunused", "-Wstrict-prototypes", "-Wmissing-prototypes", "-Wvla"),
)
ALONE = ("-ffreestanding", "-nostdlib", "-fno-sanitize=all", "-fno-unwind-tables", "-fno-asynchronous-unwind-tables")
"""Nothing is linked, so whatever the object needs beside itself is missing."""


def sample(name: str) -> Program:
    return check((HERE / f"{name}.py").read_text(), file=f"{name}.py")


def compiled(source: CSource, folder: Path, compiler: Compiler, *flags: str) -> Path:
    (folder / source.header_name).write_text(source.header)
    (folder / source.source_name).write_text(source.source)
    made = folder / "made"
    command = [*compiler.command, *FLAGS, *flags, "-o", str(made), source.source_name]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return made


@pytest.mark.parametrize("name", SAMPLES)
def test_the_text_is_that_of_the_golden_files(name: str, update_golden: bool) -> None:
    source = c_source(sample(name))
    for file, text in ((source.header_name, source.header), (source.source_name, source.source)):
        golden = HERE / "golden" / file
        if update_golden:
            golden.parent.mkdir(exist_ok=True)
            golden.write_text(text)
        assert golden.read_text() == text, "run: pytest tests/controller --update-golden"


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_agree_bit_for_bit(name: str, compiler: Compiler) -> None:
    program = sample(name)
    library = shared_object(program, compiler)
    for seed in range(3):
        inputs, start = columns(program, seed, 20, 100, 0.1 * seed), starts(program, seed, 100, 0.1 * seed)
        ours, theirs = Interpreter(program, 100, start), HostController(program, library, 100, start)
        assert list(differences(ours, theirs, inputs)) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_strict_compilers_have_nothing_to_say(name: str, compiler: Compiler, tmp_path: Path) -> None:
    compiled(c_source(sample(name)), tmp_path, compiler, "-c", *STRICT)


@pytest.mark.parametrize("seed", range(4))
def test_strict_compilers_have_nothing_to_say_of_random_programs(seed: int, compiler: Compiler, tmp_path: Path) -> None:
    """But for comparisons of a thing with itself, which random programs have."""
    compiled(c_source(check(Programs(seed).text(30))), tmp_path, compiler, "-c", *STRICT, "-Wno-tautological-compare")


@pytest.mark.parametrize("name", SAMPLES)
def test_the_object_needs_no_library(name: str, compiler: Compiler, tmp_path: Path) -> None:
    compiled(c_source(sample(name)), tmp_path, compiler, *ALONE, "-fPIC", "-shared", "-Wl,-z,defs")


@pytest.mark.parametrize("name", SAMPLES)
def test_no_instruction_is_double(name: str, compiler: Compiler, tmp_path: Path) -> None:
    assembly = compiled(c_source(sample(name)), tmp_path, compiler, "-fno-sanitize=all", "-g0", "-S").read_text()
    assert re.search(r"\b(add|mul|div)ss\b|\bf(add|mul|div)\s+s\d", assembly)
    assert (
        re.findall(r"\bcvtss2sd\b|\bcvtsd2ss\b|\b(?:add|mul|div|sub)sd\b|\bf(?:add|mul|div|cvt)\s+d\d", assembly) == []
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_no_operation_is_undefined(name: str, compiler: Compiler) -> None:
    """A sanitizer that traps would end the test run."""
    program = sample(name)
    library = shared_object(program, compiler, "-fsanitize=undefined", "-fsanitize-undefined-trap-on-error")
    controller = HostController(program, library, 200, starts(program, 7, 200, 0.5))
    controller.run(columns(program, 7, 20, 200, 0.5))
    assert (controller.faults == 0).any()


@pytest.mark.parametrize("name", SAMPLES)
def test_the_object_for_a_cortex_m4_needs_no_library(name: str, tmp_path: Path) -> None:
    zig = next((found for found in compilers() if found.name == "zig"), None)
    if zig is None:
        pytest.skip("zig, which has every target, is not installed")
    target = ("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m4+vfp4d16sp")
    program = sample(name)
    entry = f"-Wl,-e,{program.name}_tick"
    compiled(c_source(program), tmp_path, zig, *target, *ALONE, entry, "-Wno-unused-command-line-argument")
