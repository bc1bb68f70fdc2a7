"""The reference pages name what the code knows: nothing is missing, nothing is invented."""

import re

import pytest

from proofmark.exits import Exit
from proofmark.main import VERBS
from proofmark_expression import FUNCTIONS
from proofmark_spec import parse
from proofmark_spec.parameters import DISTRIBUTIONS
from proofmark_spec.plan import KEYS, METHODS
from proofmark_spec.quantities import quantity, toleranced
from proofmark_spec.spec import OPTIONAL, REQUIRED

from ..spec.documents import document
from .files import ROOT, tracked

SPEC = (ROOT / "docs" / "reference" / "spec.md").read_text()
EXIT_CODES = (ROOT / "docs" / "reference" / "exit-codes.md").read_text()
VERB = re.compile(r"^(?:\.venv/bin/)?proofmark (\w+)", re.MULTILINE)


def rows(section: str) -> list[list[str]]:
    """The cells of a section's table, without its head."""
    text = SPEC.split(f"## {section}\n")[1].split("\n## ")[0] if section else SPEC.split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_section_of_a_spec_is_described() -> None:
    described = {names(key)[0]: needed for key, needed, _ in rows("")}
    assert set(described) == {*REQUIRED, *OPTIONAL}
    assert {name for name, needed in described.items() if needed == "yes"} == set(REQUIRED)


def test_every_distribution_is_described_with_its_keys() -> None:
    described = {name: set(names(keys)) for cell, keys in rows("Distributions") for name in names(cell)}
    assert described == {name: set(fields) for name, (_, fields) in DISTRIBUTIONS.items()}


def test_every_function_of_the_language_is_described() -> None:
    listed = re.search(r"the functions `([^`]+)`", SPEC)
    assert listed
    assert sorted(listed[1].split()) == sorted(FUNCTIONS)


def test_every_key_of_the_plan_is_described_with_its_default() -> None:
    described = {names(key)[0]: default.strip("`") for key, default, _ in rows("Reliability")}
    assert set(described) == {"target", *KEYS}
    plan = parse(document(reliability={"target": 0.9}), {}).design.reliability
    assert {key: str(getattr(plan, key)) for key in KEYS if key != "budget"} == {
        key: default for key, default in described.items() if key in KEYS and key != "budget"
    }
    assert plan.budget_cpu_s is None
    assert [method for method in METHODS if f"`{method}`" not in SPEC] == []


@pytest.mark.parametrize("written", [names(row[0])[0] for row in rows("Quantities")][:-1])
def test_the_quantities_shown_are_read(written: str) -> None:
    assert (toleranced(written) is not None) is ("+" in written)
    assert toleranced(written) or quantity(written)


def test_every_exit_code_is_described() -> None:
    described = [int(code) for code in re.findall(r"^\| (\d+) \|", EXIT_CODES, re.MULTILINE)]
    assert described == [int(code) for code in Exit]


def test_documents_call_verbs_that_exist() -> None:
    called = {verb for document in tracked("*.md") for verb in VERB.findall(document.read_text())}
    assert called >= {"run", "verify", "validate"}
    assert called <= set(VERBS)
