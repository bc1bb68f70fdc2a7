"""The page of the grammar says what the checker reads."""

import re
from pathlib import Path

import pytest

from proofmark_controller import Refused, check
from proofmark_controller.checker import LIBRARY, MOST_WORK
from proofmark_controller.declarations import read_module
from proofmark_controller.module import Module
from proofmark_controller.operators import BINARY, COMPARISON
from proofmark_controller.sheet import Sheet

from .battery import PLACES, SOUND

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "controller.md").read_text()
GRAMMAR = PAGE.split("## Grammar\n")[1].split("```")[1]


def no_library() -> Module:
    raise AssertionError("the library imports no blocks")


@pytest.fixture(scope="module")
def library() -> Module:
    return read_module(Sheet("blocks.py", LIBRARY.read_text()), no_library)


def test_the_example_is_sound() -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert check(example).name == "Fan"


def test_every_operator_of_the_grammar_is_read_and_every_one_that_is_read_is_in_it() -> None:
    tokens = set(re.findall(r"//|[-+*/%&|^]|<=|>=|==|!=|<|>", GRAMMAR))
    assert set(BINARY.values()) | set(COMPARISON.values()) <= tokens
    with pytest.raises(Refused, match="a power"):
        check(SOUND.replace(PLACES["statement"], "x = x ** x"))


def test_every_block_is_described_with_what_it_is_made_with(library: Module) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| `\((.*?)\)`", PAGE, re.MULTILINE)
    described = {name: (set(re.findall(r"\w+", made)), step.split(", ")) for name, made, step in rows}
    assert set(described) == set(library.blocks)
    for name, (made, step) in described.items():
        draft = library.blocks[name]
        needed = set(draft.fields) - set(draft.initial)
        assert needed <= made <= set(draft.fields)
        assert [parameter.name for parameter in draft.methods["step"].parameters] == step


def test_every_function_and_enumeration_of_the_library_is_described(library: Module) -> None:
    for name, draft in library.functions.items():
        assert f"`{name}({', '.join(parameter.name for parameter in draft.parameters)})`" in PAGE
    assert all(f"`{name}`" in PAGE for name in library.types)


def test_the_library_is_in_the_subset() -> None:
    """As the file of a controller, whose every function is read."""
    text = (
        LIBRARY.read_text()
        + SOUND[SOUND.index("@dataclass(frozen=True)\nclass Inputs") : SOUND.index("@dataclass\nclass Heater")]
    )
    text += "@dataclass\nclass Half:\n    def step(self, inputs: Inputs) -> Outputs:\n        return Outputs()\n"
    assert check(text).name == "Half"
    with pytest.raises(Refused):
        check(text.replace("x != x", "x ** x"))


def test_the_page_states_the_bound_of_a_tick() -> None:
    assert f"at most {MOST_WORK:,}" in PAGE


def test_the_example_of_the_rules_for_calls_is_sound() -> None:
    statement = "u = self.pid.step(LIMIT, x)\n        y = float32(0.5)\n        self.level = u * 0.5 + y"
    assert check(SOUND.replace(PLACES["statement"], statement)).name == "Heater"
