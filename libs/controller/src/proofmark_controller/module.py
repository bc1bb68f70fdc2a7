"""What a source file declares, while it is being checked."""

import ast
from dataclasses import dataclass, field

from proofmark_controller.nodes import Function, Local
from proofmark_controller.sheet import Sheet
from proofmark_controller.values import Block, Constant, Enumeration, Record, Scalar, Type, Value


@dataclass(eq=False)
class FunctionDraft:
    """A function or a method whose signature is known."""

    module: "Module"
    owner: "BlockDraft | None"
    node: ast.FunctionDef
    parameters: tuple[Local, ...]
    returns: Type | None
    function: Function | None = None
    """Once its body has been read."""
    being_read: bool = False

    def wanted(self) -> dict[str, Type]:
        """The types of its arguments."""
        return {parameter.name: parameter.type for parameter in self.parameters}


@dataclass(eq=False)
class BlockDraft:
    """A dataclass with methods."""

    module: "Module"
    node: ast.ClassDef
    block: Block
    fields: dict[str, "Value | BlockDraft"]
    initial: dict[str, Constant]
    """Of the fields that have a default."""
    given: dict[str, dict[str, Constant]]
    """What the blocks among the fields are made with."""
    methods: dict[str, FunctionDraft] = field(default_factory=dict)
    assigned: set[str] = field(default_factory=set)
    """Fields that a method assigns, of those methods that have been read."""
    broken: set[str] = field(default_factory=set)
    """Fields and methods whose definition has a mistake."""

    @property
    def name(self) -> str:
        return self.block.name


@dataclass(eq=False)
class Module:
    """One source file."""

    sheet: Sheet
    words: set[str] = field(default_factory=set)
    """What it imported of the language itself, such as `float32`."""
    types: dict[str, Enumeration | Record] = field(default_factory=dict)
    defaults: dict[Record, dict[str, Constant]] = field(default_factory=dict)
    constants: dict[str, Constant] = field(default_factory=dict)
    blocks: dict[str, BlockDraft] = field(default_factory=dict)
    functions: dict[str, FunctionDraft] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    """Names whose definition has a mistake."""

    def names(self) -> set[str]:
        """Everything that stands at its top."""
        return {*self.words, *self.types, *self.constants, *self.blocks, *self.functions}


def told(kind: "Type | BlockDraft") -> str:
    """A type as sources write it."""
    return str(kind) if isinstance(kind, Scalar) else kind.name


def one(kind: "Type | BlockDraft") -> str:
    """A value of a type, in a sentence."""
    name = told(kind)
    return f"an {name}" if name[0] in "AEIOUaeiou" else f"a {name}"
