"""Values that find mistakes: every kind of float32 and the edges of int32, beside ordinary ones."""

from typing import Any

import numpy as np
import numpy.typing as npt

from proofmark_controller import Program
from proofmark_controller.evaluation import Columns
from proofmark_controller.values import Enumeration, Scalar, Value

FLOAT_BITS = (
    *(0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007FFFFF, 0x00800000, 0x3F800000, 0xBF800000, 0x3F7FFFFF),
    *(0x7F7FFFFF, 0xFF7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC00000, 0x7F800001, 0xFFFFFFFF, 0x7FBFFFFF),
    *(0x4EFFFFFF, 0x4F000000, 0xCF000000, 0xCF000001, 0x4B800000, 0x4B7FFFFF, 0x3EAAAAAB, 0x34000000, 0x2EDBE6FF),
)
"""Zeros, subnormals, limits, infinities, quiet and signalling NaNs, the edges of int32 and of whole numbers."""
INTEGERS = (0, 1, -1, 2, -2, 3, 7, -7, 2**31 - 1, -(2**31), 2**30, -(2**30), 65536, 46341, -46341)


def column(kind: Value, generator: np.random.Generator, shape: tuple[int, ...], odd: float) -> npt.NDArray[Any]:
    """Values of a type; about this fraction of them from the edges, or of random bits."""
    picked = generator.random(shape) < odd
    if isinstance(kind, Enumeration):
        return generator.choice(np.array([number for _, number in kind.members], np.int32), shape)
    if kind is Scalar.BOOL:
        return generator.random(shape) < 0.5
    if kind is Scalar.INT32:
        plain = generator.integers(-10, 100, shape, dtype=np.int32)
        return np.where(picked, generator.choice(np.array(INTEGERS, np.int32), shape), plain)
    bits = np.where(
        generator.random(shape) < 0.5,
        generator.integers(0, 2**32, shape, dtype=np.uint32),
        generator.choice(np.array(FLOAT_BITS, np.uint32), shape),
    )
    plain_floats = (generator.standard_normal(shape) * 10.0 ** generator.integers(-3, 4, shape)).astype(np.float32)
    return np.where(picked, bits, plain_floats.view(np.uint32)).view(np.float32)


def columns(program: Program, seed: int, ticks: int, vectors: int, odd: float = 0.1) -> Columns:
    """Inputs of a program."""
    generator = np.random.default_rng(seed)
    return {name: column(kind, generator, (ticks, vectors), odd) for name, kind in program.inputs.fields}


def starts(program: Program, seed: int, vectors: int, odd: float = 0.1) -> Columns:
    """Values of the whole state, wherever half of the vectors begin; the others begin as the source says."""
    generator = np.random.default_rng(seed)
    found: Columns = {}
    half = generator.random(vectors) < 0.5
    for value in program.state:
        any_value = column(value.type, generator, (vectors,), odd)
        found[value.name] = np.where(half, any_value, np.asarray(value.initial.value, any_value.dtype))
    return found
