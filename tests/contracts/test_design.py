"""The identity of a design: what it depends on, and what it does not."""

from pathlib import Path

import pytest

from proofmark_contracts.design import Design, Normal, Requirement
from proofmark_contracts.frozen import FileRef
from proofmark_contracts.study import StudyOpened, study_stem

OPENED = StudyOpened.decode((Path(__file__).parent / "golden" / "study.opened" / "expression.json").read_bytes())
DESIGN = OPENED.design


@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"},
        {"revision": "Z"},
        {"provenance": DESIGN.provenance.model_copy(update={"agent": "agent:other"})},
        {"reliability": DESIGN.reliability.model_copy(update={"seed": 99, "target": 0.5})},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_name_or_plan_is_the_same_design_put_to_another_question(change: dict[str, object]) -> None:
    other = DESIGN.model_copy(update=change)
    assert other.design_digest() == DESIGN.design_digest()
    assert other.spec_digest() != DESIGN.spec_digest()


@pytest.mark.parametrize(
    "change",
    [
        {"parameters": {**DESIGN.parameters, "shaft": Normal(mean=0.01, std=4e-5)}},
        {"requirements": DESIGN.requirements[:1]},
        {"correlations": None},
        {"artifacts": (FileRef(path="drawing.svg", sha256="0" * 64, size=7),)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_content_is_another_design(change: dict[str, object]) -> None:
    assert DESIGN.model_copy(update=change).design_digest() != DESIGN.design_digest()


def test_a_study_is_named_by_tenant_spec_and_files() -> None:
    stem = study_stem("acme", DESIGN, OPENED.files)
    assert stem == study_stem("acme", Design.model_validate(DESIGN.model_dump()), OPENED.files)
    assert len({stem, study_stem("b", DESIGN, OPENED.files), study_stem("acme", DESIGN, ())}) == 3
    assert len(stem) == 20
    assert set(stem) <= set("abcdefghijklmnopqrstuvwxyz234567")


def test_the_columns_of_a_sample_survive_the_bus() -> None:
    unsorted = DESIGN.model_copy(update={"parameters": dict(reversed(DESIGN.parameters.items()))})
    assert unsorted.random_parameters == DESIGN.random_parameters == ("load", "shaft")


def test_metrics_stand_once_each_in_the_order_of_the_requirements() -> None:
    loose, tight = Requirement(name="a", metric="m2", low=0), Requirement(name="b", metric="m1", low=0)
    assert DESIGN.model_copy(update={"requirements": (loose, tight, loose)}).metrics == ("m2", "m1")
