"""What Python has and the subset has not: what is wrong with it, and the way to write it instead."""

import ast

from proofmark_controller.sheet import Outside

COLLECTION = ("a collection has no fixed size", "write a field for each value")
TEXT = ("text", "write a member of an IntEnum")
WAITING = ("nothing waits within a tick", "keep where you are in a field, and go on in the next tick")
EXCEPTION = ("an exception", "assign a mode such as Mode.FAULT, or let the operation enter the safe state by itself")

CONSTRUCTS: dict[type[ast.AST], tuple[str, str]] = {
    ast.While: ("a while loop has no bound", "write for _ in range(n), and break"),
    ast.Continue: ("continue", "write the rest of the loop under an if"),
    ast.Try: EXCEPTION,
    ast.TryStar: EXCEPTION,
    ast.Raise: EXCEPTION,
    ast.Assert: ("an assertion", "write if, and assign a mode such as Mode.FAULT"),
    ast.With: ("a context manager", "write its first and last statements out"),
    ast.AsyncWith: WAITING,
    ast.AsyncFor: WAITING,
    ast.AsyncFunctionDef: WAITING,
    ast.Await: WAITING,
    ast.Yield: WAITING,
    ast.YieldFrom: WAITING,
    ast.Global: ("state outside of the object", "write it as a field, and self.name"),
    ast.Nonlocal: ("state outside of the object", "write it as a field, and self.name"),
    ast.Delete: ("a name that is deleted", "leave it"),
    ast.Import: ("an import inside a function", "write it at the top of the file"),
    ast.ImportFrom: ("an import inside a function", "write it at the top of the file"),
    ast.FunctionDef: ("a function inside a function", "write it at the top of the file, with parameters"),
    ast.ClassDef: ("a class inside another", "write it at the top of the file"),
    ast.Lambda: ("a lambda", "write def at the top of the file"),
    ast.List: COLLECTION,
    ast.Tuple: COLLECTION,
    ast.Set: COLLECTION,
    ast.Dict: COLLECTION,
    ast.ListComp: ("a comprehension makes a collection", "write for ... in range(n), and add up"),
    ast.SetComp: ("a comprehension makes a collection", "write for ... in range(n), and add up"),
    ast.DictComp: ("a comprehension makes a collection", "write for ... in range(n), and add up"),
    ast.GeneratorExp: ("a generator", "write for ... in range(n), and add up"),
    ast.Subscript: ("an index", "write a field for each value, and match the number"),
    ast.Starred: ("a starred argument", "write each argument"),
    ast.NamedExpr: ("an assignment inside an expression", "write it as a statement before"),
    ast.JoinedStr: TEXT,
    ast.Pow: ("a power", "write x * x"),
    ast.MatMult: ("a product of matrices", "write the sums of products out"),
    ast.LShift: ("a shift", "write x * 2, x * 4, ..."),
    ast.RShift: ("a shift", "write x // 2, x // 4, ..."),
    ast.In: ("in", "write x == a or x == b"),
    ast.NotIn: ("not in", "write x != a and x != b"),
    ast.Is: ("is", "write =="),
    ast.IsNot: ("is not", "write !="),
}

FUNCTIONS = {
    "print": ("print", "return it as an output"),
    "float": ("float is double precision", "write float32"),
    "int": ("int has no bound", "write int32"),
    "bool": ("bool of a number", "write x != 0"),
    "round": ("round", "write int32(x + 0.5), or int32(x - 0.5) below zero"),
    "sum": ("sum", "write a + b + ..."),
    "pow": ("pow", "write x * x"),
    "len": ("len", "write the number"),
    "isinstance": ("isinstance", "give each type a function"),
}
"""Built-in functions that people reach for."""


def refuse(node: ast.AST) -> Outside:
    """What to say of a construct that no rule of the grammar reads."""
    match node:
        case ast.Constant(value=None):
            return Outside(node, "None", "write a bool or a member of an IntEnum that says there is nothing")
        case ast.Constant(value=str() | bytes()):
            return Outside(node, *TEXT)
        case ast.Constant(value=complex()):
            return Outside(node, "a complex number", "write its two parts")
    what, instead = CONSTRUCTS.get(type(node), (type(node).__name__, "see the grammar in controller.md"))
    return Outside(node, what, instead)
