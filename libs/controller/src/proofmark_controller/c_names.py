"""What things are called in C. Names of the source stay; those of the library of blocks get a prefix."""

from collections.abc import Iterator

from proofmark_controller.nodes import Assign, Expression, Function, Invoke, Local, Loop, expressions, parts, walk
from proofmark_controller.program import Program
from proofmark_controller.values import Block, Enumeration, Record, Scalar, Type

OF_SCALAR = {Scalar.FLOAT32: "float", Scalar.INT32: "int32_t", Scalar.BOOL: "bool"}


def type_name(kind: Type | Block) -> str:
    """A type, as declarations write it."""
    if isinstance(kind, Scalar):
        return OF_SCALAR[kind]
    return f"blocks_{kind.name}" if kind.library else kind.name


def member_name(kind: Enumeration, member: str) -> str:
    """A member of an enumeration."""
    return f"{type_name(kind)}_{member}"


def function_name(function: Function) -> str:
    """A function, or a method."""
    if function.owner is not None:
        return f"{type_name(function.owner)}_{function.name}"
    return f"blocks_{function.name}" if function.library else function.name


def file_stem(program: Program) -> str:
    """Of the files: `FanControl` is written to `fan_control.h` and `fan_control.c`."""
    name = program.name
    words = (
        f"_{c.lower()}" if c.isupper() and i and not name[i - 1].isupper() else c.lower() for i, c in enumerate(name)
    )
    return "".join(words)


def blocks_of(block: Block) -> tuple[Block, ...]:
    """A block and those in its fields, each once, inner ones first."""
    found: dict[Block, None] = {}
    for _, kind in block.fields:
        if isinstance(kind, Block):
            found.update(dict.fromkeys(blocks_of(kind)))
    return (*found, block)


def values_of(program: Program) -> tuple[tuple[Enumeration, ...], tuple[Record, ...]]:
    """The enumerations and records that a program has values of, in the order in which it meets them."""
    met: dict[Type, None] = {program.inputs: None, program.outputs: None}
    for block in blocks_of(program.block):
        met.update((kind, None) for _, kind in block.fields if not isinstance(kind, Block))
    for function in program.functions:
        met.update((kind, None) for kind in _types(function))
    records = tuple(kind for kind in met if isinstance(kind, Record))
    for record in records:
        met.update((kind, None) for _, kind in record.fields)
    return tuple(kind for kind in met if isinstance(kind, Enumeration)), records


def _types(function: Function) -> Iterator[Type]:
    yield from (parameter.type for parameter in function.parameters)
    if function.returns is not None:
        yield function.returns
    for statement in walk(function.body):
        for expression in expressions(statement):
            yield from _of_expression(expression)


def _of_expression(expression: Expression) -> Iterator[Type]:
    yield expression.type
    for part in parts(expression):
        yield from _of_expression(part)


def ambiguous_name(program: Program) -> str | None:
    """A name that the C files would define twice, or that a local would hide, if there is one."""
    seen: set[str] = set()
    for name in _file_names(program):
        if name in seen:
            return name
        seen.add(name)
    for function in program.functions:
        if not function.library and (hidden := sorted(set(_local_names(function)) & seen)):
            return hidden[0]
    return None


def _local_names(function: Function) -> Iterator[str]:
    yield from (parameter.name for parameter in function.parameters)
    for statement in walk(function.body):
        match statement:
            case Assign(target=Local(name=name)) | Invoke(target=Local(name=name)) | Loop(name=name):
                yield name


def _file_names(program: Program) -> list[str]:
    enumerations, records = values_of(program)
    kinds: list[Type | Block] = [*enumerations, *records, *blocks_of(program.block)]
    return [
        *map(type_name, kinds),
        *(member_name(kind, member) for kind in enumerations for member, _ in kind.members),
        *(function_name(function) for function in program.functions),
        *program.constants,
        f"{program.name}_init",
        f"{program.name}_tick",
    ]
