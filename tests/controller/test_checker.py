"""Every construct outside the subset gets exactly the errors that the reference page promises."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofmark_controller import Program, Refused, check
from proofmark_controller.refusals import CONSTRUCTS, FUNCTIONS

from .battery import PLACES, SOUND, Case, cases
from .rejected_table import PAGE, page

CASES = list(cases())


def errors(text: str) -> list[str]:
    with pytest.raises(Refused) as refusal:
        check(text)
    return [str(problem) for problem in refusal.value.problems]


def changed(place: str, written: str) -> str:
    return SOUND.replace(PLACES[place], written)


def test_the_sound_controller_is_sound() -> None:
    assert check(SOUND).name == "Heater"


@pytest.mark.parametrize("case", CASES, ids=[f"{case.section}: {case.wrong}" for case in CASES])
def test_a_construct_outside_the_subset_gets_its_errors(case: Case) -> None:
    assert errors(case.text) == list(case.errors)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.section}: {case.wrong}" for case in CASES])
def test_an_error_stands_where_the_text_differs(case: Case) -> None:
    """Unless it is about the class, the method or the file as a whole, or about what the change takes away."""
    sound, text = SOUND.splitlines(), case.text.splitlines()
    same = next((n for n, (a, b) in enumerate(zip(sound, text, strict=False)) if a != b), len(text))
    lines = [int(error.split(":")[1]) for error in case.errors]
    assert lines[0] >= same + 1 or case.wrong in {
        *("loops in loops that never end", "a way without a value", "a name that C means twice"),
        *("a field without a value", "no controller"),
    }


def test_the_reference_page_shows_this_battery() -> None:
    assert PAGE.read_text() == page(), "run `python -m tests.controller.rejected_table`"


def test_every_refused_construct_and_function_is_in_the_battery() -> None:
    """Some are of one kind with another: of waiting, of exceptions, of comprehensions."""
    shown = {what for what, _ in (*CONSTRUCTS.values(), *FUNCTIONS.values())}
    told = "\n".join(error for case in CASES for error in case.errors)
    missing = {what for what in shown if f": {what}: " not in told}
    assert missing == {
        "a comprehension makes a collection",
        "a generator",
        "a product of matrices",
        "is not",
        "not in",
    } | {*("a class inside another", "pow", "len", "isinstance")}


def test_all_problems_are_told_at_once_in_the_order_of_the_text() -> None:
    text = changed("statement", "y = 0.5\n        self.level = y\n        z = n / n\n        self.count = x")
    assert errors(text) == [
        "controller.py:45:13: 0.5 has no type here: write float32(0.5)",
        "controller.py:47:13: int32 / int32: write a // b, or float32(a) / float32(b)",
        "controller.py:48:9: self.count is an int32, got a float32: write int32(x)",
    ]


def test_a_column_counts_characters() -> None:
    text = changed("statement", 'self.level = half(x) if "é" else 0.5')
    assert errors(text) == ["controller.py:45:33: text: write a member of an IntEnum"]
    assert errors(changed("statement", 'a, b = "é", y'))[0].startswith("controller.py:45:16: ")


def test_statements_may_be_sixty_levels_deep() -> None:
    def nested(levels: int) -> str:
        lines = [f"{'    ' * level}if x > {level}.0:" for level in range(levels)]
        return changed("statement", "\n        ".join([*lines, f"{'    ' * levels}self.level = x"]))

    assert check(nested(58)).name == "Heater"
    assert errors(nested(60)) == [
        "controller.py:105:249: more than 60 levels of statements: write a function, or a match"
    ]


def test_expressions_may_be_sixty_levels_deep() -> None:
    assert check(changed("statement", f"self.level = {' + '.join('x' * 59)}")).name == "Heater"
    assert errors(changed("statement", f"self.level = {' + '.join('x' * 61)}")) == [
        "controller.py:45:22: more than 60 levels in an expression: give parts of it names"
    ]


def test_the_work_of_functions_that_call_functions_is_counted_without_running_them() -> None:
    """Forty functions, each calling the one before it twice: 2**40 calls."""
    chain = ["def f0(x: float32) -> float32:\n    return x * 0.5"]
    chain += [f"def f{n}(x: float32) -> float32:\n    return f{n - 1}(x) + f{n - 1}(x)" for n in range(1, 41)]
    text = changed("function", "\n\n\n".join([*chain, "def half(x: float32) -> float32:\n    return f40(x)"]))
    (error,) = errors(text)
    assert " operations: write at most 1000000" in error


def test_a_text_may_have_65536_characters() -> None:
    assert errors(SOUND + "#" * 65536)[0] == f"controller.py:1:1: {len(SOUND) + 65536} characters: write at most 65536"


@pytest.mark.parametrize("text", ["\0", "x = " + "-" * 20_000 + "1", "(" * 300 + ")" * 300, "\ud800"])
def test_text_that_python_cannot_read_is_refused(text: str) -> None:
    assert errors(text)[0].startswith("controller.py:1:")


def test_the_class_is_asked_for_where_there_are_two() -> None:
    two = SOUND + "\n\n" + SOUND[SOUND.index("@dataclass\nclass Heater") :].replace("Heater", "Cooler")
    assert errors(two) == ["controller.py:1:1: 2 controllers: ask for one: Heater, Cooler"]
    assert check(two, "Cooler").name == "Cooler"
    with pytest.raises(Refused, match="no controller Fridge"):
        check(two, "Fridge")


def test_parameters_are_what_no_method_assigns(fan_control: Program) -> None:
    parameters = {value.name for value in fan_control.state if value.parameter}
    assert {"fan.kp", "fan.period", "ramp.rise"} <= parameters
    assert not {"mode", "fan.integral", "ramp.output"} & parameters


PARTS = [node for node in ast.walk(ast.parse(SOUND)) if isinstance(node, ast.expr | ast.stmt)]
Part = ast.expr | ast.stmt


@settings(deadline=None)
@given(st.tuples(st.sampled_from(PARTS), st.sampled_from(PARTS)))
def test_any_part_of_a_controller_in_the_place_of_another_is_read_or_refused(parts: tuple[Part, Part]) -> None:
    """No exchange of parts makes the checker itself fail."""
    old, new = (ast.get_source_segment(SOUND, part) or "" for part in parts)
    node = parts[0]
    start = sum(len(line) for line in SOUND.splitlines(keepends=True)[: node.lineno - 1]) + node.col_offset
    text = SOUND[:start] + new + SOUND[start + len(old) :]
    try:
        check(text)
    except Refused as refusal:
        assert all(problem.what and problem.instead for problem in refusal.problems)
