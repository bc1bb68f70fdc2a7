"""The static bound: no tick does more than was counted, and a straight line does exactly that."""

import pytest

from proofmark_controller import check
from proofmark_controller.work import work_of

from .battery import PLACES, SOUND


def work(statement: str) -> dict[str, int]:
    """What a statement adds to a tick that does nothing but return."""
    empty, full = (work_of(check(SOUND.replace(PLACES["statement"], text)).step) for text in ("pass", statement))
    return dict(full - empty)


@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        ("self.level = x * x", {"float32 *": 1, "load": 2, "store": 1}),
        ("n = n + 1", {"int32 +": 1, "load": 2, "store": 1}),
        ("n = int32(x)", {"convert": 1, "load": 1, "store": 1}),
        ("b = x > 0.0", {"compare": 1, "load": 2, "store": 1}),
        ("for _ in range(5):\n            n = n + 1", {"int32 +": 5, "load": 10, "store": 5, "branch": 5}),
        (
            "for _ in range(5):\n            for _ in range(2, 8, 3):\n                n = n + 1",
            {"int32 +": 10, "load": 20, "store": 10, "branch": 15},
        ),
        ("self.level = half(x)", {"float32 *": 1, "load": 3, "store": 2, "call": 1}),
    ],
)
def test_a_straight_line_is_counted_exactly(statement: str, wanted: dict[str, int]) -> None:
    assert work(statement) == wanted


def test_the_longest_of_several_ways_counts_for_each_kind() -> None:
    statement = "if x > 0.0:\n            x = x * x * x\n        else:\n            x = x + 1.0"
    assert work(statement) == {
        "compare": 1,
        "branch": 1,
        "float32 *": 2,
        "float32 +": 1,
        "load": 5,
        "store": 1,
    }


def test_a_match_is_as_many_branches_as_it_has_cases() -> None:
    cases = (
        "match n:\n            case 0:\n                n = n + 1\n            case 1:\n                n = n + 1 + 1\n"
    )
    assert work(f"{cases}            case _:\n                pass") == {
        "branch": 3,
        "int32 +": 2,
        "load": 4,
        "store": 1,
    }
