"""Python and C have one state between them."""

import subprocess
import sys
from pathlib import Path

import proofmark_emulator
from proofmark_emulator.engine import Stopped
from proofmark_emulator.state import Bank, Memory, Space, State

NATIVE = Path(proofmark_emulator.__file__).with_name("native")


def test_python_and_c_have_the_same_fields_in_the_same_places(tmp_path: Path) -> None:
    """A compiler says so."""
    lines = ['#include "core.h"', "#include <stddef.h>"]
    for name, structure in {"core": State, "bank": Bank, "memory": Memory, "space": Space}.items():
        for field, *_ in structure._fields_:
            at = getattr(structure, field)
            lines.append(f'_Static_assert(offsetof(struct {name}, {field}) == {at.offset}, "{name}.{field}");')
            lines.append(f'_Static_assert(sizeof(((struct {name} *)0)->{field}) == {at.size}, "{name}.{field}");')
    lines += [f'_Static_assert({stopped.name} == {stopped.value}, "{stopped.name}");' for stopped in Stopped]
    source = tmp_path / "agreement.c"
    source.write_text("\n".join(lines))
    compiler = [
        sys.executable,
        "-m",
        "ziglang",
        "cc",
        "-c",
        f"-I{NATIVE}",
        "-o",
        str(tmp_path / "agreement.o"),
        str(source),
    ]
    done = subprocess.run(compiler, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
