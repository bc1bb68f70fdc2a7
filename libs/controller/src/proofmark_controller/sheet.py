"""A source text that is being read, and what was found outside the subset in it."""

import ast
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Never

from proofmark_controller.errors import Problem, Refused

LARGEST, DEEPEST = 64 * 1024, 60
"""Characters of a source; levels of an expression or of statements in statements."""

WORD_OF_C = re.compile(
    r"asm|auto|break|case|char|const|continue|default|do|double|else|enum|extern|float|for|goto|if|inline|int|long|main|"
    r"register|restrict|return|short|signed|sizeof|static|struct|switch|typedef|union|unsigned|void|volatile|while|"
    r"bool|true|false|u?int(8|16|32|64)_t|U?INT(8|16|32|64)_(MIN|MAX)"
)
TAKEN = frozenset({"self", "min", "max", "abs", "range", "float32", "int32", "dataclass", "field", "IntEnum"})
"""Words of the language, which no name may hide."""
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Outside(Exception):
    """Something outside the subset; the nearest `Sheet.catching` notes it."""

    def __init__(self, node: ast.AST, what: str, instead: str) -> None:
        super().__init__(what)
        self.node, self.what, self.instead = node, what, instead


class Consequence(Outside):
    """Something that cannot be read because of what was noted already."""

    def __init__(self, node: ast.AST) -> None:
        super().__init__(node, "", "")


@dataclass
class Sheet:
    """One source file."""

    file: str
    text: str
    library: bool = False
    problems: list[Problem] = field(default_factory=list)

    def tree(self) -> ast.Module:
        """Python's syntax tree of the text."""
        if len(self.text) > LARGEST:
            self.fail(1, 1, f"{len(self.text)} characters", f"write at most {LARGEST}")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(self.text, self.file, "exec", dont_inherit=True)  # finds more than the parser
                return ast.parse(self.text)
        except SyntaxError as exc:
            self.fail(exc.lineno or 1, max(exc.offset or 1, 1), f"not Python, {exc.msg}", "correct it")
        except (ValueError, RecursionError, MemoryError):
            self.fail(1, 1, "not Python that can be read", "write plain text with little nesting")

    def fail(self, line: int, column: int, what: str, instead: str) -> Never:
        """Give up: what is wrong here hides everything else."""
        raise Refused([*self.problems, Problem(self.file, line, column, what, instead)])

    def note(self, node: ast.AST, what: str, instead: str) -> None:
        """Note what is wrong, and go on."""
        line, offset = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        column = 1
        if offset:
            column += len(self.text.encode().splitlines()[line - 1][:offset].decode(errors="replace"))
        self.problems.append(Problem(self.file, line, column, what, instead))

    @contextmanager
    def catching(self, broken: set[str], *names: str) -> Iterator[None]:
        """Note what is outside the subset instead of letting it through; these names are then broken."""
        try:
            yield
        except Outside as outside:
            broken.update(names)
            if not isinstance(outside, Consequence):
                self.note(outside.node, outside.what, outside.instead)

    def check_name(self, name: str, node: ast.AST) -> str:
        """Return the name if it may stand in C as it is."""
        if not NAME.fullmatch(name):
            raise Outside(node, f"the name {name} has letters that C does not", "write it with A-Z, a-z, 0-9 and _")
        if name == "_":
            raise Outside(node, "_ is for counters that nothing reads", "choose another name")
        if WORD_OF_C.fullmatch(name) or name in TAKEN:
            raise Outside(node, f"{name} is a word of {'the language' if name in TAKEN else 'C'}", f"write {name}_")
        if name.startswith(("pm_", "__")):
            raise Outside(node, f"names with {name[:3].rstrip('_') or '_'}_ are the generator's", "choose another name")
        return name
