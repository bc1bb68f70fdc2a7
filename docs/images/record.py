"""Draws docs/images/demo.svg from a real run: python docs/images/record.py (about a minute)."""

import os
import pty
import re
import sys
import tempfile
from io import StringIO
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

ROOT = Path(__file__).parents[2]
SPEC = "examples/motor-driver/spec.yaml"
COLUMNS = 100


def recorded(command: list[str], folder: Path) -> str:
    """What a command writes to a terminal, its passing progress bar left out."""
    written = bytearray()

    def keep(descriptor: int) -> bytes:
        data = os.read(descriptor, 65536)
        written.extend(data)
        return data

    os.environ |= {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color", "PROOFMARK_HOME": str(folder / "home")}
    pty.spawn(command, keep)
    lines = written.decode().replace("\r\n", "\n").split("\n")
    return "\n".join(line.rsplit("\x1b[2K", 1)[-1] for line in lines if "━" not in line)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        out = folder / "out"
        shown = recorded([str(Path(sys.executable).parent / "proofmark"), "run", SPEC, "--out", str(out)], folder)
        shown = shown.replace(str(out), "out/motor-driver-…-r1")
    console = Console(record=True, width=COLUMNS, file=StringIO())
    console.print(Text("$ make demo", style="bold"))
    for line in shown.strip().splitlines():
        text = re.sub(r"\x1b\[\?25[lh]|\x1b\[1A", "", line)
        if text.strip():
            console.print(Text.from_ansi(text))
    without_webfonts = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    svg = console.export_svg(title="proofmark", theme=SVG_EXPORT_THEME, code_format=without_webfonts, unique_id="demo")
    (ROOT / "docs" / "images" / "demo.svg").write_text(svg)


if __name__ == "__main__":
    main()
