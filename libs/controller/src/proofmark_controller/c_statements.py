"""Functions and statements in C. Locals are declared where they are first assigned, in the innermost block that they
are used in."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial, reduce

from proofmark_controller.c_expressions import Writer
from proofmark_controller.c_names import function_name, type_name
from proofmark_controller.nodes import (
    Assign,
    Break,
    Compare,
    Expression,
    Function,
    If,
    Invoke,
    Local,
    Logic,
    Loop,
    Return,
    Statement,
    Switch,
    bodies,
    expressions,
    parts,
    walk,
)
from proofmark_controller.values import Record, Scalar, Type

INDENT = "    "
Lines = Iterator[str]


def signature(function: Function) -> str:
    """What stands before a function's body."""
    parameters = [f"{type_name(parameter.type)} {parameter.name}" for parameter in function.parameters]
    if function.owner is not None:
        parameters.insert(0, f"{type_name(function.owner)} *self")
    if function.faults:
        parameters.append("int32_t *pm_fault")
    result = "void" if function.returns is None else type_name(function.returns)
    return f"static {result} {function_name(function)}({', '.join(parameters) or 'void'})"


def definition(function: Function, file: str, writer: Writer) -> list[str]:
    """A function, with where it comes from."""
    first = comment(function.doc.partition("\n")[0])
    head = f"/* {file}:{function.line}{f': {first}' if first else ''} */"
    parameters = frozenset(parameter.name for parameter in function.parameters)
    text = _Function(function, replace(writer, parameters=parameters))
    lines = list(text.block(function.body, set(parameters), 1))
    named = "\n".join(lines)
    unused = [name for name in _receivers(function) if name not in _words(named)]
    return [head, signature(function), "{", *(f"{INDENT}(void){name};" for name in unused), *lines, "}"]


def comment(text: str) -> str:
    """Text that may stand in a comment of C."""
    return text.replace("/*", "/ *").replace("*/", "* /").replace("??", "? ?")


class _Function:
    def __init__(self, function: Function, writer: Writer) -> None:
        self._function = function
        self._writer = writer
        statements = list(walk(function.body))
        named = {local.name for statement in statements for local in _locals(statement)}
        self._unread = named - {local.name for s in statements for e in expressions(s) for local in _in_expression(e)}

    def block(self, body: tuple[Statement, ...], declared: set[str], depth: int) -> Lines:
        """Statements in a row, and the declarations that they need there."""
        declared = set(declared)
        for number, statement in enumerate(body):
            later = {local for following in body[number + 1 :] for local in _locals(following)}
            target = statement.target if isinstance(statement, Assign | Invoke) else None
            fresh = isinstance(target, Local) and target.name not in declared
            for local in sorted(_locals(statement) & later, key=lambda local: local.name):
                if local.name not in declared and not (fresh and local == target):
                    yield f"{INDENT * depth}{type_name(local.type)} {local.name} = {blank(local.type)};"
                    declared.add(local.name)
            yield from self._statement(statement, declared, depth, fresh)
            if isinstance(target, Local):
                declared.add(target.name)
                if fresh and target.name in self._unread:
                    yield f"{INDENT * depth}(void){target.name};"

    def _statement(self, statement: Statement, declared: set[str], depth: int, fresh: bool) -> Lines:
        indent = INDENT * depth
        match statement:
            case Assign(target=target, value=value, site=site):
                yield f"{indent}{self._place(target, fresh)} = {self._writer.stored(value, site)};"
                yield from self._leave(bool(site), indent)
            case Invoke():
                yield f"{indent}{self._invoked(statement, fresh)};"
                yield from self._leave(statement.function.faults, indent)
            case If():
                yield from self._if(statement, declared, depth, indent)
            case Switch() if _breaks(statement):
                yield from self._chain(statement, declared, depth)
            case Switch():
                yield from self._switch(statement, declared, depth)
            case Loop(name=name, counts=counts, body=body):
                compare, step = ("<", "+=") if counts.step > 0 else (">", "-=")
                turns = f"{name} {compare} {counts.stop}; {name} {step} {abs(counts.step)}"
                yield f"{indent}for (int32_t {name} = {counts.start}; {turns}) {{"
                yield from self.block(body, {*declared, name}, depth + 1)
                yield f"{indent}}}"
            case Break():
                yield f"{indent}break;"
            case Return(value=None):
                yield f"{indent}return;"
            case Return(value=value, site=site) if value is not None:
                yield f"{indent}return {self._writer.text(value, site)};"

    def _place(self, target: Expression, fresh: bool) -> str:
        declared = f"{type_name(target.type)} " if fresh else ""
        return declared + self._writer.text(target)

    def _invoked(self, node: Invoke, fresh: bool) -> str:
        arguments = [self._writer.text(argument) for argument in node.arguments]
        if node.path is not None:
            arguments.insert(0, f"&self->{'.'.join(node.path)}" if node.path else "self")
        if node.function.faults:
            arguments.append("pm_fault")
        call = f"{function_name(node.function)}({', '.join(arguments)})"
        if node.target is None:
            return f"(void){call}" if node.function.returns is not None else call
        if node.target.type is Scalar.FLOAT32:
            self._writer.helpers.add("pm_canonical")
            call = f"pm_canonical({call})"
        return f"{self._place(node.target, fresh)} = {call}"

    def _leave(self, faulty: bool, indent: str) -> Lines:
        if faulty:
            returns = self._function.returns
            yield f"{indent}if (*pm_fault != 0) {{"
            yield f"{indent}{INDENT}return{'' if returns is None else ' ' + blank(returns)};"
            yield f"{indent}}}"

    def _if(self, node: If, declared: set[str], depth: int, head: str) -> Lines:
        indent = INDENT * depth
        yield f"{head}if ({self._writer.text(node.test)}) {{"
        yield from self.block(node.then, declared, depth + 1)
        match node.otherwise:
            case ():
                yield f"{indent}}}"
            case (If() as following,):
                yield from self._if(following, declared, depth, f"{indent}}} else ")
            case otherwise:
                yield f"{indent}}} else {{"
                yield from self.block(otherwise, declared, depth + 1)
                yield f"{indent}}}"

    def _switch(self, node: Switch, declared: set[str], depth: int) -> Lines:
        indent = INDENT * depth
        yield f"{indent}switch ({self._writer.text(node.subject)}) {{"
        for number, (values, body) in enumerate(node.cases):
            labels = [f"case {self._writer.constant(value)}:" for value in values]
            if number == len(node.cases) - 1:
                labels.append("default:")
            yield from (f"{indent}{label}" for label in labels[:-1])
            yield f"{indent}{labels[-1]} {{"
            yield from self.block(body, declared, depth + 1)
            if not body or not isinstance(body[-1], Return):
                yield f"{indent}{INDENT}break;"
            yield f"{indent}}}"
        yield f"{indent}}}"

    def _chain(self, node: Switch, declared: set[str], depth: int) -> Lines:
        """A match with a break in it: inside of a switch, break would leave the switch and not the loop."""
        rest: tuple[Statement, ...] = ()
        for number, (values, body) in enumerate(reversed(node.cases)):
            tests: list[Expression] = [Compare("==", node.subject, value) for value in values]
            rest = (If(reduce(partial(Logic, "or"), tests), body, rest),) if tests and number else body
        yield from self.block(rest, declared, depth)


def blank(kind: Type) -> str:
    """A value that nothing reads."""
    match kind:
        case Record():
            return f"({type_name(kind)}){{0}}"
        case Scalar.FLOAT32:
            return "0.0f"
        case Scalar.BOOL:
            return "false"
    return "0"


def _locals(statement: Statement) -> set[Local]:
    """The locals that a statement names, itself or in what is in it."""
    found: set[Local] = set()
    counters: set[str] = set()
    for inner in walk((statement,)):
        if isinstance(inner, Assign | Invoke) and isinstance(inner.target, Local):
            found.add(inner.target)
        if isinstance(inner, Loop):
            counters.add(inner.name)
        for expression in expressions(inner):
            found.update(_in_expression(expression))
    return {local for local in found if local.name not in counters}


def _in_expression(expression: Expression) -> Iterator[Local]:
    if isinstance(expression, Local):
        yield expression
    for part in parts(expression):
        yield from _in_expression(part)


def _breaks(node: Switch) -> bool:
    """Whether a statement in it leaves a loop around it."""

    def inside(body: tuple[Statement, ...]) -> bool:
        return any(
            isinstance(statement, Break) or (not isinstance(statement, Loop) and any(map(inside, bodies(statement))))
            for statement in body
        )

    return any(map(inside, bodies(node)))


def _receivers(function: Function) -> list[str]:
    names = [parameter.name for parameter in function.parameters]
    return ["self", *names] if function.owner is not None else names


def _words(text: str) -> set[str]:
    return set("".join(c if c.isalnum() or c == "_" else " " for c in text).split())
