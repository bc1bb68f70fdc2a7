"""The modules of the library build on one another in one direction, types included."""

import ast
from pathlib import Path

import proofmark_controller

FOLDER = Path(proofmark_controller.__file__).parent
PACKAGE = "proofmark_controller."


def imported(module: str) -> set[str]:
    """What a module imports of its own package, wherever it does."""
    tree = ast.parse((FOLDER / f"{module}.py").read_text())
    named = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.removeprefix(PACKAGE) for name in named if name.startswith(PACKAGE)}


def test_no_module_imports_itself_by_way_of_others() -> None:
    left = {path.stem: imported(path.stem) for path in FOLDER.glob("*.py") if path.stem != "__init__"}
    while ready := {name for name, needs in left.items() if not needs & left.keys()}:
        left = {name: needs for name, needs in left.items() if name not in ready}
    assert left == {}
