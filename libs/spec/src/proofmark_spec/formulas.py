"""Temporal logic as requirements are written in it: `always`, `eventually`, `until`, with windows and within another.

::

    formula := condition
             | {always: formula, from: time, to: time} | {eventually: ..., the same}
             | {hold: formula, until: formula, from: time, to: time}
             | {all: [formula, ...]} | {any: [formula, ...]} | {not: formula}
"""

from collections.abc import Mapping
from typing import Any

from proofmark_contracts.cosimulation import Formula
from proofmark_spec.amounts import constant
from proofmark_spec.problems import Path, Report, Wrong, below, shortened
from proofmark_spec.reading import kind, mapping
from proofmark_spec.signals import Scope
from proofmark_spec.times import TIME

TEMPORAL = ("always", "eventually", "until")
JOINED = ("all", "any")
WINDOW = ("from", "to")
MOST_PARTS = 16


def read_formula(value: Any, path: Path, report: Report, scope: Scope | None) -> Formula:
    """Read a formula: a condition, or a mapping with one operator. `scope` is None if the model is wrong itself.

    Raises
    ------
    Wrong
    """
    if isinstance(value, str):
        condition = value if scope is None else scope.condition(value)
        return Formula(operator="holds", condition=condition)
    given = kind(value, dict)
    word = operator(given, (*TEMPORAL, *JOINED, "not"))
    extra = ("hold", *WINDOW) if word == "until" else WINDOW if word in TEMPORAL else ()
    return operated(word, mapping(given, path, report, [word], extra), path, report, scope)


def operator(given: Mapping[str, Any], known: tuple[str, ...]) -> str:
    """The one operator of a mapping.

    Raises
    ------
    Wrong
    """
    found = [word for word in known if word in given]
    if len(found) != 1:
        got = " and ".join(found) or shortened(", ".join(map(str, given)))
        raise Wrong(f"expected one of {', '.join(known)}, got {got}")
    return found[0]


def operated(word: str, given: Mapping[str, Any], path: Path, report: Report, scope: Scope | None) -> Formula:
    """Read the formula of an operator that is known.

    Raises
    ------
    Wrong
    """

    def part(key: str) -> Formula:
        with below(key):
            return read_formula(given[key], (*path, key), report, scope)

    match word:
        case "all" | "any":
            with below(word):
                parts = kind(given[word], list)
                if not 2 <= len(parts) <= MOST_PARTS:
                    raise Wrong(f"expected 2 to {MOST_PARTS} formulas, got {len(parts)}")
            read = []
            for index, one in enumerate(parts):
                with below(word, index):
                    read.append(read_formula(one, (*path, word, index), report, scope))
            return Formula(operator=word, of=tuple(read))
        case "not":
            return Formula(operator=word, of=(part(word),))
    from_s, to_s = _window(given)
    if word == "until":
        if "hold" not in given:
            raise Wrong("missing hold: what has to hold until then")
        return Formula(operator=word, of=(part("hold"), part("until")), from_s=from_s, to_s=to_s)
    return Formula(operator=word, of=(part(word),), from_s=from_s, to_s=to_s)


def _window(given: Mapping[str, Any]) -> tuple[float, float | None]:
    found: dict[str, float] = {}
    for key in WINDOW:
        if key in given:
            with below(key):
                found[key] = constant(given[key], TIME)
    from_s, to_s = found.get("from", 0.0), found.get("to")
    if from_s < 0 or (to_s is not None and to_s < from_s):
        raise Wrong("expected a window that begins at 0 s or later and ends behind its beginning", "from")
    return from_s, to_s


def conditions(formula: Formula) -> int:
    """How many conditions it holds against every cycle."""
    return 1 if formula.operator == "holds" else sum(map(conditions, formula.of))
