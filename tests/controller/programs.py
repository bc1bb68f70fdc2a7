"""Random programs of the subset, right by construction."""

import random
from collections.abc import Callable
from functools import partial

HEAD = '''"""A random controller."""

from dataclasses import dataclass
from enum import IntEnum

from proofmark_controller import float32, int32

HALF: float32 = float32(0.5)
COUNT: int32 = int32(3)


class Mode(IntEnum):
    LOW = -1
    MID = 0
    HIGH = 5


@dataclass(frozen=True)
class Inputs:
    a: float32
    b: float32
    i: int32
    j: int32
    p: bool


@dataclass(frozen=True)
class Outputs:
    x: float32 = float32(-0.0)
    n: int32 = int32(-1)
    q: bool = True
    mode: Mode = Mode.HIGH


def mix(u: float32, v: float32) -> float32:
    """A function that cannot fault."""
    if u > v:
        return u * HALF - v
    return min(u, v) + 0.1


def ratio(u: float32, n: int32) -> float32:
    """A function that may."""
    return u / float32(n - COUNT)


@dataclass
class Random:
    """Random statements."""

    f: float32 = float32(1.5)
    g: float32 = float32(-0.0)
    n: int32 = int32(7)
    m: int32 = int32(-2)
    flag: bool = False
    mode: Mode = Mode.MID

    def shift(self, by: int32) -> int32:
        """A method that changes state."""
        self.n = self.n % 1000 + by
        return self.n // COUNT

    def step(self, inputs: Inputs) -> Outputs:
'''

FLOAT_LITERALS = ("0.0", "-0.0", "1.0", "0.1", "-2.5", "1e30", "1e-30", "1e-45", "3.4e38", "2")
INT_LITERALS = ("0", "1", "-1", "2", "3", "-7", "2147483647", "-2147483648", "65536")


class Programs:
    """Writes one program for each seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._floats = ["inputs.a", "inputs.b", "self.f", "self.g", "HALF"]
        self._ints = ["inputs.i", "inputs.j", "self.n", "self.m", "COUNT"]
        self._bools = ["inputs.p", "self.flag"]
        self._names = 0

    def text(self, statements: int = 14) -> str:
        lines = [line for _ in range(statements) for line in self._statement(2, loop=False)]
        last = f"return Outputs(x={self._float(2)}, n={self._int(1)}, q={self._bool(2)}, mode=self.mode)"
        return HEAD + "\n".join(f"        {line}" for line in [*lines, last]) + "\n"

    def _pick(self, *options: Callable[[], str]) -> str:
        return self._random.choice(options)()

    def _float(self, depth: int) -> str:
        one = self._random.choice
        if depth == 0:
            return one(self._floats)
        sub = partial(self._float, depth - 1)
        return self._pick(
            *(lambda: f"({sub()} {one('+-*')} {sub()})",) * 3,
            lambda: f"({sub()} / {sub()})",
            *(lambda: f"({sub()} / (abs({sub()}) + 0.5))",) * 3,
            lambda: f"({sub()} {one('+-*')} {one(FLOAT_LITERALS)})",
            lambda: f"({one(FLOAT_LITERALS)} {one('+-*/')} {sub()})",
            lambda: f"-{sub()}",
            lambda: f"abs({sub()})",
            lambda: f"{one(('min', 'max'))}({sub()}, {sub()})",
            lambda: f"float32({self._int(depth - 1)})",
            lambda: f"float32({self._bool(depth - 1)})",
            lambda: f"({sub()} if {self._bool(depth - 1)} else {sub()})",
            lambda: f"mix({sub()}, {sub()})",
        )

    def _int(self, depth: int) -> str:
        one = self._random.choice
        if depth == 0:
            return one(self._ints)
        sub = partial(self._int, depth - 1)
        return self._pick(
            lambda: f"({sub()} {one('+-')} {one(INT_LITERALS[:6])})",
            lambda: f"({sub()} {one('+-*')} {sub()})",
            *(lambda: f"({sub()} % 1009 {one('+-*')} {sub()} % 997)",) * 3,
            lambda: f"({sub()} {one(('//', '%'))} {one(INT_LITERALS[1:])})",
            lambda: f"({one(INT_LITERALS)} {one(('//', '%'))} {sub()})",
            *(lambda: f"({sub()} {one(('//', '%'))} (abs({sub()} % 100) + 1))",) * 2,
            *(lambda: f"({sub()} {one('&|^')} {sub()})",) * 2,
            lambda: f"~{sub()}",
            lambda: f"-{sub()}",
            lambda: f"abs({sub()})",
            *(lambda: f"{one(('min', 'max'))}({sub()}, {sub()})",) * 2,
            lambda: f"int32({self._float(depth - 1)})",
            *(lambda: f"int32(min(max(float32(-1e6), {self._float(depth - 1)}), float32(1e6)))",) * 3,
            *(lambda: f"int32({self._bool(depth - 1)})",) * 2,
            *(lambda: "int32(self.mode)",) * 2,
            lambda: f"({sub()} if {self._bool(depth - 1)} else {sub()})",
        )

    def _bool(self, depth: int) -> str:
        one = self._random.choice
        if depth == 0:
            return one(self._bools)
        order = ("<", "<=", ">", ">=", "==", "!=")
        return self._pick(
            lambda: f"({self._float(depth - 1)} {one(order)} {self._float(depth - 1)})",
            lambda: f"({self._float(depth - 1)} {one(order)} {one(FLOAT_LITERALS)})",
            lambda: f"({self._float(depth - 1)} < {self._float(0)} <= {self._float(depth - 1)})",
            lambda: f"({self._int(depth - 1)} {one(order)} {self._int(0)})",
            lambda: f"(self.mode {one(('==', '!='))} Mode.{one(('LOW', 'MID', 'HIGH'))})",
            lambda: f"({self._bool(depth - 1)} {one(('and', 'or', '==', '!='))} {self._bool(depth - 1)})",
            lambda: f"(not {self._bool(depth - 1)})",
        )

    def _statement(self, depth: int, loop: bool) -> list[str]:
        kinds = ["float", "int", "bool", "field", "field", "add", "mode", "shift", "ratio"]
        if depth:
            kinds += ["if", "if", "match", "count", "for"]
        if loop:
            kinds.append("break")
        match self._random.choice(kinds):
            case "float":
                return self._assign(self._floats, self._float(2))
            case "int":
                return self._assign(self._ints, self._int(1))
            case "bool":
                return self._assign(self._bools, self._bool(2))
            case "field":
                return [f"self.{self._random.choice('fg')} = {self._float(3)}"]
            case "add":
                return [f"self.{self._random.choice('nm')} {self._random.choice('+-&|^')}= {self._int(1)}"]
            case "mode":
                return [f"self.mode = Mode.LOW if {self._bool(2)} else Mode.HIGH"]
            case "shift":
                return self._assign(self._ints, f"self.shift({self._int(1)})")
            case "ratio":
                return [f"self.g = ratio({self._float(1)}, {self._int(1)})"]
            case "break":
                return [f"if {self._bool(1)}:", "    break"]
            case "if":
                test, other = self._bool(2), self._bool(2)
                return [
                    *(f"if {test}:", *self._body(depth, loop)),
                    *(f"elif {other}:", *self._body(depth, loop)),
                    *("else:", *self._body(depth, loop)),
                ]
            case "match":
                members = ["case Mode.LOW | Mode.MID:", "case Mode.HIGH:"]
                return ["match self.mode:", *self._cases(members, depth, loop)]
            case "count":
                subject = f"match {self._int(1)}:"
                return [subject, *self._cases(["case 0 | 2:", "case -1:", "case _:"], depth, loop)]
            case _:
                counter = f"k{self._names}"
                self._names += 1
                body = self._body(depth, True)
                return [f"for {counter} in range(1, 8, 3):", f"    self.m = self.m ^ {counter}", *body]

    def _cases(self, heads: list[str], depth: int, loop: bool) -> list[str]:
        return [f"    {line}" for head in heads for line in (head, *self._body(depth, loop))]

    def _body(self, depth: int, loop: bool) -> list[str]:
        """Statements of an inner block; locals that it makes are unknown behind it."""
        known = [list(names) for names in (self._floats, self._ints, self._bools)]
        lines = [line for _ in range(2) for line in self._statement(depth - 1, loop)]
        self._floats, self._ints, self._bools = known
        return [f"    {line}" for line in lines]

    def _assign(self, names: list[str], value: str) -> list[str]:
        """A new local, known from here on."""
        name = f"v{self._names}"
        self._names += 1
        names.append(name)
        return [f"{name} = {value}"]
