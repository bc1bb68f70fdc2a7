"""From a source text to a checked program, or to everything that is wrong with it."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from proofmark_controller.c_names import ambiguous_name
from proofmark_controller.declarations import read_module
from proofmark_controller.errors import Refused
from proofmark_controller.module import BlockDraft, FunctionDraft, Module
from proofmark_controller.nodes import Function
from proofmark_controller.program import Program, Site, StateValue
from proofmark_controller.safe_state import safe_outputs
from proofmark_controller.sheet import Consequence, Outside, Sheet
from proofmark_controller.statements import Statements
from proofmark_controller.values import Constant, Enumeration, Record
from proofmark_controller.work import work_of

LIBRARY = Path(__file__).with_name("blocks.py")
LIBRARY_FILE = "proofmark_controller/blocks.py"
"""What sites and errors call it."""
MOST_WORK = 1_000_000
"""Operations of a tick."""


def check(
    text: str, name: str | None = None, file: str = "controller.py", safe_state: Mapping[str, float | str] | None = None
) -> Program:
    """Check a controller and bring it into the typed form.

    Parameters
    ----------
    text
        The source file.
    name
        The class; the one with `step(self, inputs: Record) -> Record` if there is no other.
    file
        What errors call the file.
    safe_state
        Outputs from the tick in which an operation faults, by name; an enumeration by its member's. Those not named
        take the default of their field.

    Raises
    ------
    Refused
        With every problem, in the order of the text.
    UnknownName, OutOfRange
        The safe state names no output, or a value that it cannot have.
    """
    sheet = Sheet(file, text)
    library = cache(lambda: read_module(Sheet(LIBRARY_FILE, LIBRARY.read_text(), library=True), _no_library))
    module = read_module(sheet, library)
    reader = _Reader()
    program = None
    with sheet.catching(module.broken):
        draft = _controller(module, name)
        program = _program(module, draft, reader, safe_state or {})
    for function in _functions(module):
        reader.function(function, function.node)
    if program is None or sheet.problems:
        raise Refused(sorted(set(sheet.problems), key=lambda problem: (problem.line, problem.column)))
    return program


class _Reader:
    """Reads each function once, callees first."""

    def __init__(self) -> None:
        self.functions: list[Function] = []
        self.sites: list[Site] = []

    def function(self, draft: FunctionDraft, call: ast.AST) -> Function:
        if draft.being_read:
            raise Outside(call, f"{draft.node.name} calls itself", "write for _ in range(n)")
        if draft.function is None:
            draft.being_read = True
            draft.function = Statements(draft, self.function, self._site).function()
            draft.being_read = False
            self.functions.append(draft.function)
        return draft.function

    def _site(self, draft: FunctionDraft, node: ast.AST) -> int:
        start = (getattr(node, "lineno", 1), getattr(node, "col_offset", 0))
        end = (getattr(node, "end_lineno", 1), getattr(node, "end_col_offset", 0))
        site = Site(draft.module.sheet.file, start, end)
        if site not in self.sites:
            self.sites.append(site)
        return self.sites.index(site) + 1


def _program(module: Module, draft: BlockDraft, reader: _Reader, safe_state: Mapping[str, float | str]) -> Program:
    stepped = draft.methods["step"]
    (inputs,), outputs = stepped.parameters, stepped.returns
    assert isinstance(inputs.type, Record)
    assert isinstance(outputs, Record)
    for name, kind in inputs.type.fields:
        if isinstance(kind, Enumeration):
            raise Outside(stepped.node, f"the input {name} is a {kind.name}", "write int32, and match it")
    step = reader.function(stepped, stepped.node)
    amount = work_of(step).total()
    if amount > MOST_WORK:
        raise Outside(stepped.node, f"a tick of {amount} operations", f"write at most {MOST_WORK}")
    defaults = module.defaults.get(outputs, {})
    program = Program(
        name=draft.name,
        file=module.sheet.file,
        source=module.sheet.text,
        block=draft.block,
        step=step,
        functions=tuple(reader.functions),
        constants=dict(module.constants),
        inputs=inputs.type,
        outputs=outputs,
        safe_state=safe_outputs(stepped.node, outputs, defaults, safe_state),
        state=tuple(_state(draft, {}, ())),
        sites=tuple(reader.sites),
    )
    if ambiguous := ambiguous_name(program):
        raise Outside(draft.node, f"{ambiguous} means two things in C", "give one of them another name")
    return program


def _state(draft: BlockDraft, given: Mapping[str, Constant], above: tuple[str, ...]) -> Iterator[StateValue]:
    for name, kind in draft.fields.items():
        path = (*above, name)
        if isinstance(kind, BlockDraft):
            yield from _state(kind, draft.given[name], path)
            continue
        initial = given.get(name, draft.initial.get(name))
        if initial is None:
            raise Outside(draft.node, f"{name} has no value at the start", f"write {name}: {kind} = ...")
        yield StateValue(".".join(path), kind, initial, name not in draft.assigned)


def _controller(module: Module, name: str | None) -> BlockDraft:
    """The class that is asked for, or the only one that can be meant."""
    top = ast.Module([], [])
    able = [draft for draft in module.blocks.values() if _steps(draft) and draft.module is module]
    found = [draft for draft in able if name in (None, draft.name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise Outside(top, f"{len(found)} controllers", f"ask for one: {', '.join(draft.name for draft in found)}")
    if module.sheet.problems:
        raise Consequence(top)
    wanted = f"class {name or 'Controller'} with def step(self, inputs: Inputs) -> Outputs"
    raise Outside(top, f"no controller {name}" if name else "no controller", f"write {wanted}, both frozen dataclasses")


def _steps(draft: BlockDraft) -> bool:
    step = draft.methods.get("step")
    if step is None or len(step.parameters) != 1:
        return False
    return isinstance(step.parameters[0].type, Record) and isinstance(step.returns, Record)


def _functions(module: Module) -> Iterator[FunctionDraft]:
    """Every function that the file itself defines."""
    for function in module.functions.values():
        if function.module is module:
            yield function
    for draft in module.blocks.values():
        if draft.module is module:
            yield from draft.methods.values()


def _no_library() -> Module:
    raise AssertionError("the library imports no blocks")
